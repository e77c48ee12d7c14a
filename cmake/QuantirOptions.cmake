# Settings that the compiler world and the runtime world share.
include_guard(GLOBAL)

option(QUANTIR_BUILD_TESTS "Build the tests" ON)
option(QUANTIR_ENABLE_ONEDNN "Build the oneDNN backend" ON)
option(QUANTIR_WERROR "Turn warnings into errors" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# A result must not depend on whether the compiler contracts a*b+c: the formulas say where a fused multiply-add is meant.
add_compile_options(-Wall -Wextra -Wno-unused-parameter -ffp-contract=off)
# GCC 12 sees overlapping copies in std::string's operator+ (its bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  add_compile_options(-Wno-restrict)
endif()
if(QUANTIR_WERROR)
  add_compile_options(-Werror)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
    ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()
find_program(LLD_PROGRAM NAMES ld.lld-22 ld.lld HINTS /usr/lib/llvm-22/bin)
if(LLD_PROGRAM)
  get_filename_component(lld_dir ${LLD_PROGRAM} DIRECTORY)
  add_link_options(-fuse-ld=lld -B${lld_dir})
endif()
