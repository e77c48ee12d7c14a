# Sources are included by their path in the tree: public headers from include/ ("quantir/dialects/NN/NN.h", the name under
# which they are installed, too), those of a library itself from the root of the checkout ("runtime/session/Backend.h"). What
# TableGen and flatc make has a root of its own, under the same names.
include_guard(GLOBAL)

get_filename_component(QUANTIR_ROOT ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
set(QUANTIR_GENERATED_ROOT ${PROJECT_BINARY_DIR}/include-generated)
set(QUANTIR_INCLUDE_ROOTS ${QUANTIR_ROOT}/include ${QUANTIR_ROOT} ${QUANTIR_GENERATED_ROOT})
file(MAKE_DIRECTORY ${QUANTIR_GENERATED_ROOT})
