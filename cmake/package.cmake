# Debian packages, by CPack: memmap (program, plugins, kernels, maps), libmemmap0 (the library), libmemmap-dev (for
# programs that use it and plugins built elsewhere), python3-memmap, memmap-doc. tools/package makes them.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR memmap)
set(CPACK_PACKAGE_CONTACT "memmap's maintainers <maintainers@memmap.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "early-boot memory simulator for Linux on x86-64")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
  GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL program library plugin_sdk python documentation)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME memmap)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "Takes a machine's E820 map, a kernel and a command line, and tells what that
kernel does with the memory before its first process: memblock, page tables,
zones, the page allocator, and where every byte went.")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS memmap-doc)

set(CPACK_DEBIAN_PLUGIN_SDK_PACKAGE_NAME libmemmap-dev)
set(CPACK_DEBIAN_PLUGIN_SDK_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PLUGIN_SDK_PACKAGE_DEPENDS "libmemmap0 (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_PLUGIN_SDK_DESCRIPTION "What a program that uses libmemmap, and a plugin for trimming, NUMA,
allocation, checks, sources or reports, is compiled with, as a CMake package
and for pkg-config.")

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libmemmap0)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SHLIBDEPS ON)
# A trigger calls ldconfig, as Debian's policy wants it. CPack's scripts would call it a second time; it writes none
# where they are named, and leaves out what is not there.
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA "")
foreach(file IN ITEMS shlibs triggers postinst postrm)
  list(APPEND CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/debian/${file})
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/debian/shlibs CONTENT
  "libmemmap 0 libmemmap0 (>= ${PROJECT_VERSION})\n")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/debian/triggers CONTENT "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "The simulation as a C library: a machine, a kernel and a command line become a
boot, of which figures, ranges and reports are asked.")

set(CPACK_DEBIAN_PYTHON_PACKAGE_NAME python3-memmap)
set(CPACK_DEBIAN_PYTHON_PACKAGE_SECTION python)
set(CPACK_DEBIAN_PYTHON_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS "python3, libmemmap0 (>= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_PYTHON_DESCRIPTION "The simulation for Python: memmap.simulate() boots, and what it gives tells
MemTotal, zones, who has which address; notebooks draw it.")

set(CPACK_DEBIAN_DOCUMENTATION_PACKAGE_NAME memmap-doc)
set(CPACK_DEBIAN_DOCUMENTATION_PACKAGE_SECTION doc)
set(CPACK_DEBIAN_DOCUMENTATION_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_DOCUMENTATION_DESCRIPTION "A book of the early boot with pictures that memmap made, and the reference of
its formats, reports and plugins.")

# Libraries that src/lazy loads stand in no header of the program: their packages are asked for.
find_program(DPKG_QUERY dpkg-query)
if(DPKG_QUERY)
  get_property(files GLOBAL PROPERTY MEMMAP_LAZY_FILES)
  set(packages "")
  foreach(file IN LISTS files)
    # Where / and /usr are one, the database may have either name.
    string(REGEX REPLACE "^/usr/" "/" other ${file})
    foreach(name IN ITEMS ${file} ${other})
      execute_process(COMMAND ${DPKG_QUERY} -S ${name} OUTPUT_VARIABLE owner ERROR_QUIET)
      if(owner MATCHES "^([a-z0-9.+-]+)")
        list(APPEND packages ${CMAKE_MATCH_1})
      endif()
    endforeach()
  endforeach()
  list(REMOVE_DUPLICATES packages)
  list(JOIN packages ", " CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS)
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS ${CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS})
endif()

# Changelog and copyright in each package, and packed man pages, as Debian's policy wants them.
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/debian_files.cmake)
include(CPack)
