# Helpers for the compiler's libraries. Everything links the one libMLIR.so.
include_guard(GLOBAL)

list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
set(MLIR_LINK_MLIR_DYLIB ON)
set(LLVM_LINK_LLVM_DYLIB ON)
include(TableGen)
include(AddLLVM)
include(AddMLIR)

# The runtime's symbols are hidden (QuantirOptions.cmake), the compiler's are not: MLIR tells types and traits apart by the
# addresses of variables of templates, which libMLIR and what links it have to share.
set(CMAKE_CXX_VISIBILITY_PRESET default)

add_library(quantir_mlir INTERFACE)
# Where they are, an installed tree finds out for itself (QuantirConfig.cmake.in).
foreach(folder ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
  target_include_directories(quantir_mlir SYSTEM INTERFACE $<BUILD_INTERFACE:${folder}>)
endforeach()
target_include_directories(quantir_mlir INTERFACE ${QUANTIR_INCLUDE_ROOTS})
target_compile_definitions(quantir_mlir INTERFACE ${LLVM_DEFINITIONS_LIST})
target_link_libraries(quantir_mlir INTERFACE MLIR LLVM)
target_compile_features(quantir_mlir INTERFACE cxx_std_20)
quantir_export(Compiler quantir_mlir)
# MLIR is built without run-time type information, which this check of UBSan asks for.
target_compile_options(quantir_mlir INTERFACE $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=vptr>)

# What has to be included before all else in a build with assertions.
set(quantir_first_header)
if(NOT LLVM_ENABLE_ASSERTIONS AND CMAKE_BUILD_TYPE MATCHES "^(Debug)?$")
  set(quantir_first_header ${QUANTIR_ROOT}/cmake/LlvmStatistic.h)
endif()

# MLIR's headers cost most of the time it takes to compile a file that includes them: they are compiled once.
option(QUANTIR_PCH "Precompile MLIR's headers" ON)
if(QUANTIR_PCH)
  file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/precompiled.cpp CONTENT "// Carries the precompiled headers.\n")
  add_library(quantir_precompiled OBJECT ${CMAKE_CURRENT_BINARY_DIR}/precompiled.cpp)
  target_link_libraries(quantir_precompiled PRIVATE quantir_mlir)
  target_precompile_headers(quantir_precompiled PRIVATE ${quantir_first_header}
    <mlir/Dialect/Arith/IR/Arith.h> <mlir/Dialect/Func/IR/FuncOps.h> <mlir/Dialect/Quant/IR/Quant.h>
    <mlir/IR/Builders.h> <mlir/IR/BuiltinOps.h> <mlir/IR/DialectImplementation.h> <mlir/IR/IRMapping.h>
    <mlir/IR/Matchers.h> <mlir/IR/OpImplementation.h> <mlir/IR/PatternMatch.h> <mlir/IR/SymbolTable.h>
    <mlir/Interfaces/ControlFlowInterfaces.h> <mlir/Interfaces/InferTypeOpInterface.h>
    <mlir/Interfaces/SideEffectInterfaces.h> <mlir/Pass/Pass.h> <mlir/Pass/PassManager.h>
    <mlir/Transforms/GreedyPatternRewriteDriver.h> <nlohmann/json.hpp> <map> <string> <vector>)
  # For ccache: GCC tells it of the precompiled header, and Clang's does not depend on when its sources were written.
  target_compile_options(quantir_precompiled PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>
    "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
elseif(quantir_first_header)
  target_compile_options(quantir_mlir INTERFACE "$<BUILD_INTERFACE:SHELL:-include ${quantir_first_header}>")
endif()

# quantir_use_precompiled(TARGET): for targets whose files include MLIR.
function(quantir_use_precompiled target)
  if(QUANTIR_PCH)
    target_precompile_headers(${target} REUSE_FROM quantir_precompiled)
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
  endif()
endfunction()

# ninja quantir-generated: all that a source includes and the build makes, precompiled headers too, for tools that read
# sources on their own.
add_custom_target(quantir-generated)
add_dependencies(quantir-generated QuantirPlanSchemaGen)
if(QUANTIR_PCH)
  add_dependencies(quantir-generated quantir_precompiled)
endif()

# quantir_tablegen(TARGET file.td -gen-x out.h.inc [-dialect=name] [-gen-y out2.inc ...])
# Runs mlir-tblgen on one .td of the folder of include/quantir that is named as the current one, once for each generator and
# output; TARGET depends on them all. An option after an output, one of those named below, belongs to its generator.
function(quantir_tablegen target td)
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY ${QUANTIR_ROOT} OUTPUT_VARIABLE folder)
  set(LLVM_TARGET_DEFINITIONS ${QUANTIR_ROOT}/include/quantir/${folder}/${td})
  list(TRANSFORM MLIR_INCLUDE_DIRS PREPEND -I OUTPUT_VARIABLE mlir_includes) # two of them in LLVM's own build tree
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
      -I${QUANTIR_ROOT}/include ${mlir_includes})
  endwhile()
  add_public_tablegen_target(${target})
  add_dependencies(quantir-generated ${target})
endfunction()

# quantir_add_library(NAME source... [DEPENDS tablegen-target...] [LINK lib...])
function(quantir_add_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC quantir_mlir ${ARG_LINK})
  quantir_use_precompiled(${name})
  quantir_export(Compiler ${name})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()

# quantir_embed_json(TARGET FOLDER file.inc): the files FOLDER/*.json as text for C++, in the current build folder; TARGET makes
# it.
function(quantir_embed_json target folder output)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.json)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${output})
  set(script ${QUANTIR_ROOT}/cmake/EmbedJson.cmake)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} "-DFILES=${files}" -P ${script}
    DEPENDS ${files} ${script}
    VERBATIM)
  add_custom_target(${target} DEPENDS ${output})
  add_dependencies(quantir-generated ${target})
endfunction()
