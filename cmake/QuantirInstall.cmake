# What an embedder gets: find_package(Quantir COMPONENTS Runtime Compiler), headers under include/quantir, and the programs.
# Where the runtime is built alone, there is no component Compiler.
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
    install(TARGETS ${target} EXPORT Quantir${component} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component})
  endforeach()
endfunction()

# quantir_install_headers(COMPONENT folder...): of include/quantir, and what is generated for them.
function(quantir_install_headers component)
  foreach(folder ${ARGN})
    foreach(root ${QUANTIR_ROOT}/include ${QUANTIR_GENERATED_ROOT})
      install(DIRECTORY ${root}/quantir/${folder}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/quantir/${folder}
        COMPONENT ${component} OPTIONAL FILES_MATCHING PATTERN *.h PATTERN *.td PATTERN *.inc PATTERN CMakeFiles EXCLUDE)
    endforeach()
  endforeach()
endfunction()

# quantir_install_package(COMPONENT...): the files that find_package reads.
function(quantir_install_package)
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
    DESTINATION ${QUANTIR_PACKAGE_FOLDER} COMPONENT Runtime)
  if("Compiler" IN_LIST components)
    install(FILES ${QUANTIR_ROOT}/cmake/FindPCRE2.cmake DESTINATION ${QUANTIR_PACKAGE_FOLDER} COMPONENT Compiler)
  endif()
endfunction()
