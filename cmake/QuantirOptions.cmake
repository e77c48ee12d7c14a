# Settings that the compiler world and the runtime world share. What changes the whole build (its type, the compiler cache,
# the linker, warnings) is set only where Quantir, or its runtime, is the project that is built; within another project that
# one decides.
include_guard(GLOBAL)

option(QUANTIR_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(QUANTIR_INSTALL "Install headers, libraries and programs, with the files for find_package" ${PROJECT_IS_TOP_LEVEL})
option(QUANTIR_ENABLE_ONEDNN "Build the oneDNN backend" ON)
option(QUANTIR_WARNINGS "Compile with -Wall -Wextra" ${PROJECT_IS_TOP_LEVEL})
option(QUANTIR_FUZZERS "Build the fuzz targets with libFuzzer; needs clang, and -fsanitize=fuzzer-no-link for all" OFF)
option(QUANTIR_WERROR "Turn warnings into errors" OFF)
set(QUANTIR_LINKER auto CACHE STRING "auto (lld if it works), lld, or default (the compiler's own choice)")
set_property(CACHE QUANTIR_LINKER PROPERTY STRINGS auto lld default)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# A library or program that links the runtime exports nothing of it; the few exceptions say so in their sources. Of the
# compiler: AddQuantir.cmake.
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

if(QUANTIR_WARNINGS)
  add_compile_options(-Wall -Wextra -Wno-unused-parameter)
endif()
# A result must not depend on whether the compiler contracts a*b+c: the formulas say where a fused multiply-add is meant.
add_compile_options(-ffp-contract=off)
if(QUANTIR_WARNINGS)
  # GCC 12 sees overlapping copies in std::string's operator+ (its bug 105651).
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    add_compile_options(-Wno-restrict)
  endif()
  # From 13 on GCC takes what a handle points to, as MLIR's attributes and types are, for a part of the handle.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
    add_compile_options(-Wno-dangling-reference)
  endif()
  # Clang blames those who call std::stable_sort for the deprecated function that libstdc++ 12 has in it.
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    add_compile_options(-Wno-deprecated-declarations)
  endif()
endif()
if(QUANTIR_WERROR)
  add_compile_options(-Werror)
endif()

if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths below the base folder do not count: the same file in another checkout is the same. runtime/ built alone uses files
  # beside it, too.
  cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH quantir_root)
  # The inode cache remembers the checksum of the precompiled headers, which are too large to be read for each file.
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${quantir_root} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_INODECACHE=1 ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()

# lld links libMLIR's users several times faster than ld. The compiler looks for a program of the very name ld.lld, in the
# folders of -B before those of PATH, and LLVM's versioned packages have that name in a folder of their own only. Whether
# it links is tried here, not found out by the first program, after all that had to be compiled.
if(NOT QUANTIR_LINKER STREQUAL "default")
  find_program(QUANTIR_LLD ld.lld HINTS /usr/lib/llvm-22/bin)
  mark_as_advanced(QUANTIR_LLD)
  if(QUANTIR_LLD)
    include(CheckCXXSourceCompiles)
    cmake_path(GET QUANTIR_LLD PARENT_PATH lld_folder)
    set(lld_options -fuse-ld=lld -B${lld_folder})
    set(CMAKE_REQUIRED_LINK_OPTIONS ${lld_options})
    check_cxx_source_compiles("#include <iostream>\nint main() { std::cout << 1; }" QUANTIR_LLD_WORKS)
    unset(CMAKE_REQUIRED_LINK_OPTIONS)
    if(NOT QUANTIR_LLD_WORKS)
      unset(QUANTIR_LLD_WORKS CACHE) # tried again next time
    endif()
  endif()
  if(QUANTIR_LLD_WORKS)
    add_link_options(${lld_options})
  elseif(QUANTIR_LINKER STREQUAL "lld")
    message(FATAL_ERROR "expected an lld that ${CMAKE_CXX_COMPILER} can link with, but got "
      "'${QUANTIR_LLD}' (Debian: lld-22, or -DQUANTIR_LINKER=default)")
  else()
    message(STATUS "no lld that ${CMAKE_CXX_COMPILER} can link with: linking with its own choice (lld-22 is faster)")
  endif()
endif()
