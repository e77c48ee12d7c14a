# Two include roots in the build tree, so that sources are included by the names they are installed under:
# #include "quantir/dialects/NN/NN.h", "quantir/passes/Fuse/Passes.h", "quantir/Numerics/QParams.h". What TableGen makes is
# written into the second one, not linked there: Ninja would not know a linked file for the output of a rule.
include_guard(GLOBAL)

get_filename_component(QUANTIR_ROOT ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
set(QUANTIR_INCLUDE_ROOT ${PROJECT_BINARY_DIR}/include-source)
set(QUANTIR_GENERATED_ROOT ${PROJECT_BINARY_DIR}/include-generated)
file(MAKE_DIRECTORY ${QUANTIR_INCLUDE_ROOT}/quantir ${QUANTIR_GENERATED_ROOT})
foreach(dir dialects passes)
  file(CREATE_LINK ${QUANTIR_ROOT}/${dir} ${QUANTIR_INCLUDE_ROOT}/quantir/${dir} SYMBOLIC)
endforeach()
foreach(dir Numerics Config Frontend Target Calibration Pipeline Support)
  file(CREATE_LINK ${QUANTIR_ROOT}/lib/${dir} ${QUANTIR_INCLUDE_ROOT}/quantir/${dir} SYMBOLIC)
endforeach()
