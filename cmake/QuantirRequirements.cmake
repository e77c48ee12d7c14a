# What Quantir is built and tested with, looked for in one place before anything is built: all that is missing is named at
# once, with the Debian package that brings it. scripts/install-deps.sh installs the same.
#
# The macros are for a project's top CMakeLists.txt: imported targets are seen in that folder and below.
include_guard(GLOBAL)

set_property(GLOBAL PROPERTY QUANTIR_MISSING)

function(quantir_missing what package)
  set_property(GLOBAL APPEND PROPERTY QUANTIR_MISSING "${what} (Debian: ${package})")
endfunction()

# quantir_find_package(DEBIAN-PACKAGE NAME find_package's other arguments...)
macro(quantir_find_package package name)
  find_package(${name} ${ARGN} QUIET)
  if(NOT ${name}_FOUND)
    set(quantir_wanted ${name} ${ARGN})
    list(FILTER quantir_wanted EXCLUDE REGEX "^(CONFIG|NAMES|HINTS|COMPONENTS|/.*|CXX)$")
    list(JOIN quantir_wanted " " quantir_wanted)
    if(${name}_CONSIDERED_VERSIONS)
      string(APPEND quantir_wanted ", not ${${name}_CONSIDERED_VERSIONS}")
    endif()
    quantir_missing("the library ${quantir_wanted}" ${package})
  endif()
endmacro()

# quantir_find_program(VARIABLE DEBIAN-PACKAGE find_program's other arguments...)
macro(quantir_find_program variable package name)
  find_program(${variable} ${name} ${ARGN})
  mark_as_advanced(${variable})
  if(NOT ${variable})
    quantir_missing("the program ${name}" ${package})
  endif()
endmacro()

# quantir_find_python(VARIABLE module...): the first python3 that has the modules. One of a version manager may stand first
# in PATH that lacks them, where the system's own has them from its packages. -DVARIABLE=… chooses another.
function(quantir_find_python variable)
  list(JOIN ARGN ", " modules)
  set(candidates ${${variable}})
  if(NOT candidates)
    string(REPLACE ":" ";" folders "$ENV{PATH}:/usr/bin")
    list(TRANSFORM folders APPEND /python3 OUTPUT_VARIABLE candidates)
    list(REMOVE_DUPLICATES candidates)
  endif()
  foreach(candidate ${candidates})
    if(EXISTS ${candidate})
      execute_process(COMMAND ${candidate} -c "import ${modules}" RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
      if(result EQUAL 0)
        set(${variable} ${candidate} CACHE FILEPATH "The Python of the tests and scripts")
        return()
      endif()
    endif()
  endforeach()
  list(TRANSFORM ARGN PREPEND python3- OUTPUT_VARIABLE packages)
  list(JOIN packages " " packages)
  quantir_missing("a python3 that can import ${modules}, among ${candidates}" ${packages})
endfunction()

macro(quantir_require_runtime)
  quantir_find_package(zlib1g-dev ZLIB)
  quantir_find_package(libfmt-dev fmt)
  quantir_find_package(nlohmann-json3-dev nlohmann_json 3.11)
  quantir_find_package(libcli11-dev CLI11)
  quantir_find_package(libc6-dev Threads)
  quantir_find_package(libzip-dev LibZip)
  quantir_find_package(libflatbuffers-dev Flatbuffers CONFIG NAMES Flatbuffers flatbuffers)
  quantir_find_program(FLATC_EXECUTABLE flatbuffers-compiler flatc)
  if(QUANTIR_ENABLE_ONEDNN)
    quantir_find_package(libdnnl-dev dnnl 3.6 CONFIG)
  endif()
endmacro()

macro(quantir_require_compiler)
  # The CMake files of LLVM and MLIR end the configuration where one of their programs is not installed.
  quantir_find_program(QUANTIR_MLIR_TBLGEN mlir-22-tools mlir-tblgen HINTS /usr/lib/llvm-22/bin)
  quantir_find_program(QUANTIR_FILECHECK llvm-22-tools FileCheck HINTS /usr/lib/llvm-22/bin)
  if(QUANTIR_MLIR_TBLGEN AND QUANTIR_FILECHECK)
    quantir_find_package(libmlir-22-dev MLIR 22.1 CONFIG HINTS /usr/lib/llvm-22/lib/cmake/mlir)
  endif()
  quantir_find_package(libprotobuf-dev Protobuf)
  quantir_find_package(libonnx-dev OnnxProto)
  quantir_find_package(libpcre2-dev PCRE2)
  # MLIR's libraries link, with the options that will be used.
  if(MLIR_FOUND AND NOT QUANTIR_MLIR_LINKS)
    set(quantir_trial ${PROJECT_BINARY_DIR}/CMakeFiles/links_mlir.cpp)
    file(WRITE ${quantir_trial} "#include <mlir/IR/MLIRContext.h>\nint main() { mlir::MLIRContext context; }\n")
    get_property(quantir_link_options DIRECTORY PROPERTY LINK_OPTIONS)
    try_compile(QUANTIR_MLIR_LINKS ${PROJECT_BINARY_DIR}/CMakeFiles/links_mlir SOURCES ${quantir_trial}
      CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${MLIR_INCLUDE_DIRS};${LLVM_INCLUDE_DIRS}"
      LINK_OPTIONS ${quantir_link_options} LINK_LIBRARIES MLIR LLVM
      CXX_STANDARD 20 OUTPUT_VARIABLE quantir_output)
    if(NOT QUANTIR_MLIR_LINKS)
      unset(QUANTIR_MLIR_LINKS CACHE) # tried again next time
      quantir_missing("a libMLIR that a program can be linked with; trying it said\n${quantir_output}" libmlir-22-dev)
    endif()
  endif()
endmacro()

macro(quantir_require_test_libraries)
  quantir_find_package(catch2 Catch2 3.4)
endmacro()

macro(quantir_require_test_tools)
  # Debian's packages do not have lit where LLVM's CMake files look for it.
  quantir_find_program(LLVM_EXTERNAL_LIT llvm-22-tools lit HINTS /usr/lib/llvm-22/bin)
  quantir_find_python(QUANTIR_PYTHON numpy onnx)
endmacro()

# Ends the configuration if anything was missing.
function(quantir_check_requirements)
  get_property(missing GLOBAL PROPERTY QUANTIR_MISSING)
  if(missing)
    list(JOIN missing "\n  " text)
    message(FATAL_ERROR "expected these, but did not find them:\n  ${text}\nscripts/install-deps.sh installs all of them on Debian 12 and 13")
  endif()
endfunction()
