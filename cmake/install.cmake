# What is installed beside the programs and plugins, which say so where they are defined.

# A plugin from a folder that the group may write is refused, whatever the umask here is.
set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
  GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
install(DIRECTORY maps DESTINATION ${CMAKE_INSTALL_DATADIR}/memmap COMPONENT program)
foreach(folder IN ITEMS kernels schema skeletons)
  if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/share/${folder})
    install(DIRECTORY share/${folder} DESTINATION ${CMAKE_INSTALL_DATADIR}/memmap COMPONENT program)
  endif()
endforeach()
install(DIRECTORY share/cluster share/ci share/container DESTINATION ${CMAKE_INSTALL_DATADIR}/memmap COMPONENT program
  USE_SOURCE_PERMISSIONS)
if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/share/doc)
  install(DIRECTORY share/doc/ DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT documentation)
endif()
install(FILES README.md SECURITY.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT documentation)
# Where Debian's Python looks, whatever its version.
install(DIRECTORY python/memmap DESTINATION lib/python3/dist-packages COMPONENT python
  FILES_MATCHING PATTERN "*.py" PATTERN "py.typed" PATTERN "__pycache__" EXCLUDE)
