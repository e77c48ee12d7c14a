# Helpers for the compiler's libraries. Everything links the one libMLIR.so.
include_guard(GLOBAL)

list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
set(MLIR_LINK_MLIR_DYLIB ON)
set(LLVM_LINK_LLVM_DYLIB ON)
include(TableGen)
include(AddLLVM)
include(AddMLIR)

add_library(quantir_mlir INTERFACE)
target_include_directories(quantir_mlir SYSTEM INTERFACE ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
target_include_directories(quantir_mlir INTERFACE
  ${QUANTIR_ROOT}/include ${QUANTIR_INCLUDE_ROOT} ${QUANTIR_GENERATED_ROOT})
target_compile_definitions(quantir_mlir INTERFACE ${LLVM_DEFINITIONS_LIST})
target_link_libraries(quantir_mlir INTERFACE MLIR LLVM)

# quantir_tablegen(TARGET file.td -gen-x out.h.inc [-dialect=name] [-gen-y out2.inc ...])
# Runs mlir-tblgen on one .td of the current folder, once for each generator and output; TARGET depends on them all. An
# option after an output, one of those named below, belongs to its generator.
function(quantir_tablegen target td)
  set(LLVM_TARGET_DEFINITIONS ${td})
  set(rest ${ARGN})
  while(rest)
    list(POP_FRONT rest generator output)
    set(extra)
    if(rest)
      list(GET rest 0 next)
      if(next MATCHES "^-(dialect|attrdefs-dialect|typedefs-dialect|name|attr-interface)")
        list(POP_FRONT rest extra)
      endif()
    endif()
    mlir_tablegen(${output} ${generator} ${extra}
      -I${QUANTIR_INCLUDE_ROOT} -I${QUANTIR_ROOT}/include -I${MLIR_INCLUDE_DIRS})
  endwhile()
  add_public_tablegen_target(${target})
endfunction()

# quantir_add_library(NAME source... [DEPENDS tablegen-target...] [LINK lib...])
function(quantir_add_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC quantir_mlir ${ARG_LINK})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()
