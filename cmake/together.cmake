# Several sources compiled at once (together.py): a build from nothing takes half as long, one after a change of a
# single source longer. The sources are put together when the project is configured, which tools/build does each time.
#
#   memmap_together(memmap_cli)        such a target
#   memmap_put_together()              all of these, after all their sources are known
option(MEMMAP_UNITY "Compile several sources at once" ON)
find_package(Python3 COMPONENTS Interpreter QUIET)
if(MEMMAP_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # It takes each of the sources that are compiled at once for a header.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>")
endif()

function(memmap_together target)
  set_property(GLOBAL APPEND PROPERTY MEMMAP_TOGETHER ${target})
endfunction()

function(memmap_put_together)
  if(NOT MEMMAP_UNITY)
    return()
  elseif(NOT Python3_FOUND)
    message(STATUS "There is no python3: each source is compiled by itself, which takes longer")
    return()
  endif()
  get_property(targets GLOBAL PROPERTY MEMMAP_TOGETHER)
  set(lines "")
  foreach(target IN LISTS targets)
    get_target_property(sources ${target} SOURCES)
    get_target_property(folder ${target} SOURCE_DIR)
    set(whole ${target})
    foreach(source IN LISTS sources)
      if(NOT source MATCHES "^\\$<")
        cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${folder})
      endif()
      list(APPEND whole ${source})
    endforeach()
    string(APPEND lines "${whole}\n")
  endforeach()
  set(folder ${PROJECT_BINARY_DIR}/together)
  file(WRITE ${folder}/targets.txt "${lines}")
  execute_process(COMMAND ${Python3_EXECUTABLE} -B ${PROJECT_SOURCE_DIR}/cmake/together.py ${folder}/targets.txt ${folder}
    OUTPUT_VARIABLE sources COMMAND_ERROR_IS_FATAL ANY)
  cmake_language(EVAL CODE "${sources}")
endfunction()
