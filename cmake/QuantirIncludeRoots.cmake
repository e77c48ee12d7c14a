# Two include roots in the build tree, so that sources are included by the names they are installed under:
# #include "quantir/dialects/NN/NN.h", "quantir/passes/Fuse/Passes.h", "quantir/Numerics/QParams.h".
include_guard(GLOBAL)

get_filename_component(QUANTIR_ROOT ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
set(QUANTIR_INCLUDE_ROOT ${PROJECT_BINARY_DIR}/include-source)
set(QUANTIR_GENERATED_ROOT ${PROJECT_BINARY_DIR}/include-generated)
file(MAKE_DIRECTORY ${QUANTIR_INCLUDE_ROOT}/quantir ${QUANTIR_GENERATED_ROOT}/quantir
     ${PROJECT_BINARY_DIR}/dialects ${PROJECT_BINARY_DIR}/passes)
foreach(dir dialects passes)
  file(CREATE_LINK ${QUANTIR_ROOT}/${dir} ${QUANTIR_INCLUDE_ROOT}/quantir/${dir} SYMBOLIC)
  file(CREATE_LINK ${PROJECT_BINARY_DIR}/${dir} ${QUANTIR_GENERATED_ROOT}/quantir/${dir} SYMBOLIC)
endforeach()
foreach(dir Numerics Config Frontend Target Calibration Pipeline Support)
  file(CREATE_LINK ${QUANTIR_ROOT}/lib/${dir} ${QUANTIR_INCLUDE_ROOT}/quantir/${dir} SYMBOLIC)
endforeach()
