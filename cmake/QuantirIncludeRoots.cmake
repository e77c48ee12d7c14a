# Sources are included by their path in the tree: public headers from include/ ("quantir/dialects/NN/NN.h", the name under
# which they are installed, too), those of a library itself from the root of the checkout ("runtime/kernels/Backend.h"). What
# TableGen and flatc make has a root of its own, under the same names.
include_guard(GLOBAL)
include(GNUInstallDirs)

get_filename_component(QUANTIR_ROOT ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
set(QUANTIR_GENERATED_ROOT ${PROJECT_BINARY_DIR}/include-generated)
foreach(root ${QUANTIR_ROOT}/include ${QUANTIR_ROOT} ${QUANTIR_GENERATED_ROOT})
  list(APPEND QUANTIR_INCLUDE_ROOTS $<BUILD_INTERFACE:${root}>)
endforeach()
list(APPEND QUANTIR_INCLUDE_ROOTS $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
configure_file(${QUANTIR_ROOT}/cmake/Version.h.in ${QUANTIR_GENERATED_ROOT}/quantir/Version.h @ONLY)
