# What an embedder gets: find_package(Quantir COMPONENTS Runtime Compiler), headers under include/quantir, and the programs.
# Where the runtime is built alone, there is no component Compiler; without QUANTIR_INSTALL nothing is installed.
include_guard(GLOBAL)
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(QUANTIR_PACKAGE_FOLDER ${CMAKE_INSTALL_LIBDIR}/cmake/Quantir)

# quantir_export(COMPONENT target...): makes QuantirX known as Quantir::X, here and in an installed tree.
function(quantir_export component)
  foreach(target ${ARGN})
    string(REGEX REPLACE "^(Quantir|quantir_)" "" name ${target})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
    add_library(Quantir::${name} ALIAS ${target})
    if(QUANTIR_INSTALL)
      install(TARGETS ${target} EXPORT Quantir${component} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component}
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component})
    endif()
  endforeach()
endfunction()

# quantir_install_programs(COMPONENT target...)
function(quantir_install_programs component)
  if(QUANTIR_INSTALL)
    install(TARGETS ${ARGN} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${component})
  endif()
endfunction()

# quantir_restrict_symbols(TARGET "global: pattern; local: pattern;"): which symbols a shared library exports.
function(quantir_restrict_symbols target patterns)
  set(script ${CMAKE_CURRENT_BINARY_DIR}/${target}.map)
  file(CONFIGURE OUTPUT ${script} CONTENT "{ @patterns@ };\n" @ONLY)
  target_link_options(${target} PRIVATE LINKER:--version-script=${script})
  set_target_properties(${target} PROPERTIES LINK_DEPENDS ${script})
endfunction()

# quantir_install_headers(COMPONENT folder-or-header...): of include/quantir, and what is generated for them.
function(quantir_install_headers component)
  if(NOT QUANTIR_INSTALL)
    return()
  endif()
  foreach(folder ${ARGN})
    foreach(root ${QUANTIR_ROOT}/include ${QUANTIR_GENERATED_ROOT})
      if(folder MATCHES "\\.h$")
        if(NOT EXISTS ${QUANTIR_ROOT}/include/quantir/${folder} AND NOT EXISTS ${QUANTIR_GENERATED_ROOT}/quantir/${folder})
          message(FATAL_ERROR "expected a header include/quantir/${folder} to install")
        endif()
        install(FILES ${root}/quantir/${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/quantir COMPONENT ${component} OPTIONAL)
        continue()
      endif()
      install(DIRECTORY ${root}/quantir/${folder}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/quantir/${folder}
        COMPONENT ${component} OPTIONAL FILES_MATCHING PATTERN *.h PATTERN *.td PATTERN *.inc PATTERN CMakeFiles EXCLUDE)
    endforeach()
  endforeach()
endfunction()

# quantir_install_package(COMPONENT...): the files that find_package reads.
function(quantir_install_package)
  if(NOT QUANTIR_INSTALL)
    return()
  endif()
  set(components ${ARGN})
  foreach(component ${components})
    install(EXPORT Quantir${component} NAMESPACE Quantir:: FILE Quantir${component}.cmake
      DESTINATION ${QUANTIR_PACKAGE_FOLDER} COMPONENT ${component})
  endforeach()
  configure_package_config_file(${QUANTIR_ROOT}/cmake/QuantirConfig.cmake.in ${PROJECT_BINARY_DIR}/QuantirConfig.cmake
    INSTALL_DESTINATION ${QUANTIR_PACKAGE_FOLDER})
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/QuantirConfigVersion.cmake
    VERSION ${QUANTIR_VERSION} COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/QuantirConfig.cmake ${PROJECT_BINARY_DIR}/QuantirConfigVersion.cmake
    ${QUANTIR_ROOT}/cmake/FindLibZip.cmake DESTINATION ${QUANTIR_PACKAGE_FOLDER} COMPONENT Runtime)
  if("Compiler" IN_LIST components)
    install(FILES ${QUANTIR_ROOT}/cmake/FindOnnxProto.cmake ${QUANTIR_ROOT}/cmake/FindPCRE2.cmake
      DESTINATION ${QUANTIR_PACKAGE_FOLDER} COMPONENT Compiler)
  endif()
endfunction()
