# memmap_lazy(libelf PkgConfig::libelf): lazy::libelf has that library's headers and MEMMAP_LIBELF, the name by
# which the loader finds it ("libelf.so.1"). Nothing is linked: src/lazy loads it.
function(memmap_lazy name target)
  get_target_property(files ${target} INTERFACE_LINK_LIBRARIES)
  if(NOT files)
    get_target_property(files ${target} IMPORTED_LOCATION)
  endif()
  list(FILTER files INCLUDE REGEX "/${name}\\.so")
  list(GET files 0 file)
  execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${file} OUTPUT_VARIABLE headers COMMAND_ERROR_IS_FATAL ANY)
  if(NOT headers MATCHES "SONAME +([^ \n]+)")
    message(FATAL_ERROR "${file} has no SONAME")
  endif()
  set(soname ${CMAKE_MATCH_1})
  get_filename_component(real ${file} REALPATH)
  set_property(GLOBAL APPEND PROPERTY MEMMAP_LAZY_FILES ${real})  # for package.cmake
  string(TOUPPER ${name} upper)
  add_library(lazy_${name} INTERFACE)
  add_library(lazy::${name} ALIAS lazy_${name})
  target_include_directories(lazy_${name} SYSTEM INTERFACE
    $<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>)
  target_compile_definitions(lazy_${name} INTERFACE MEMMAP_${upper}="${soname}")
endfunction()

memmap_lazy(libarchive LibArchive::LibArchive)
memmap_lazy(libelf PkgConfig::libelf)
memmap_lazy(libbpf PkgConfig::libbpf)
memmap_lazy(libcgraph PkgConfig::cgraph)
memmap_lazy(libgvc PkgConfig::gvc)
