# The libraries without LLVM that the compiler and the runtime both stand on, in the order in which they stand on each other.
include_guard(GLOBAL)
include(QuantirInstall)

set(QUANTIR_GROUND_FLOOR Base Shapes Numerics Serialization KernelRules)

# quantir_add_plain_library(NAME source... LINK PUBLIC|PRIVATE lib...): a library without LLVM.
function(quantir_add_plain_library name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_include_directories(${name} PUBLIC ${QUANTIR_INCLUDE_ROOTS})
  target_link_libraries(${name} ${ARG_LINK})
  target_compile_features(${name} PUBLIC cxx_std_20)
  quantir_export(Runtime ${name})
endfunction()

foreach(name ${QUANTIR_GROUND_FLOOR})
  add_subdirectory(${QUANTIR_ROOT}/lib/${name} ${PROJECT_BINARY_DIR}/lib/${name})
endforeach()
