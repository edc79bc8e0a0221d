# Flags of all our own code. Everything is position independent in one way, so that precompiled headers
# fit libraries and programs; unit tests run for milliseconds and are compiled often.
add_compile_options(-fPIC)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)  # ccache sees through them
  # gcc 12 takes std::string's assignment for an access past its end, which only shows where the
  # standard library's headers are precompiled.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-Wno-array-bounds;-Wno-stringop-overread>")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang AND NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
  # ccache may bring precompiled headers that are older than a header which is the same as it was.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # gcc 12 and 14 take an empty std::optional's value for one that is read (its bugs 80635, 105562);
  # valgrind and the sanitizers see what is.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-Wno-maybe-uninitialized>")
endif()
set(MEMMAP_UNIT_FLAGS -O0 -g1)
add_library(memmap_options INTERFACE)
target_compile_options(memmap_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wno-missing-field-initializers
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual>
  # clang counts it to -Wconversion, gcc does not in C++.
  $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wno-sign-conversion>
  # A lambda cannot capture a structured binding in clang 14 but under a name given anew, which clang 19
  # takes for another's if it is the same; gcc's -Wshadow sees all sources as well.
  $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wno-shadow>)
target_compile_definitions(memmap_options INTERFACE BOOST_DLL_USE_STD_FS FMT_SHARED
  MEMMAP_VERSION="${PROJECT_VERSION}")
if(MEMMAP_WERROR)
  target_compile_options(memmap_options INTERFACE -Werror)
endif()
if(MEMMAP_SANITIZE)
  add_compile_options(-fsanitize=${MEMMAP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(MEMMAP_SANITIZE_BUT)
    add_compile_options(-fno-sanitize=${MEMMAP_SANITIZE_BUT})
  endif()
  add_link_options(-fsanitize=${MEMMAP_SANITIZE})
endif()

# Headers compiled once: `std` for libraries and programs, `boot` for those of them that depend on
# src/boot, `test` and `test_boot` for unit tests. Their users must have the same flags, or the compiler
# warns and reads the headers themselves.
#
# What a coverage build counts is what has the headers of `std` or `boot`: not the unit tests, which are thus
# compiled as in the release build.
if(MEMMAP_COVERAGE)
  set(MEMMAP_COVERAGE_FLAGS --coverage -fprofile-update=prefer-atomic -O0 -U_FORTIFY_SOURCE)
  add_link_options(--coverage)
endif()
function(memmap_headers which flags)
  set(target memmap_pch_${which})
  add_library(${target} OBJECT ${PROJECT_SOURCE_DIR}/cmake/pch/empty.cc)
  target_link_libraries(${target} PRIVATE memmap_options ${ARGN})
  target_compile_options(${target} PRIVATE ${flags})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/pch/${which}.h)
endfunction()
memmap_headers(std "${MEMMAP_COVERAGE_FLAGS}")
memmap_headers(boot "${MEMMAP_COVERAGE_FLAGS}")
if(MEMMAP_TESTS)
  memmap_headers(test "${MEMMAP_UNIT_FLAGS}" GTest::gmock)
  memmap_headers(test_boot "${MEMMAP_UNIT_FLAGS}" GTest::gmock)
endif()

function(memmap_precompiled target which)
  target_precompile_headers(${target} REUSE_FROM memmap_pch_${which})
  if(NOT which MATCHES "^test")
    target_compile_options(${target} PRIVATE ${MEMMAP_COVERAGE_FLAGS})
  endif()
endfunction()
# Those of src/boot where that is among the other arguments.
function(memmap_precompiled_for target without with)
  if(boot IN_LIST ARGN)
    memmap_precompiled(${target} ${with})
  else()
    memmap_precompiled(${target} ${without})
  endif()
endfunction()

# One target per folder: memmap_<folder>, of all its sources, which may include itself and DEPS.
#
#   memmap_module(e820 DEPS base machine)
#   memmap_module(input DEPS boot LIBS lazy::libarchive)   LIBS: third party, not passed on
function(memmap_module name)
  cmake_parse_arguments(arg "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cc)
  set(rooms ${name} ${arg_DEPS})
  list(TRANSFORM arg_DEPS PREPEND memmap_)
  if(sources)
    add_library(memmap_${name} STATIC ${sources})
    target_link_libraries(memmap_${name} PUBLIC ${arg_DEPS} PRIVATE memmap_options ${arg_LIBS})
    target_include_directories(memmap_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
    memmap_precompiled_for(memmap_${name} std boot ${rooms})
    memmap_together(memmap_${name})
  else()
    add_library(memmap_${name} INTERFACE)
    target_link_libraries(memmap_${name} INTERFACE ${arg_DEPS})
    target_include_directories(memmap_${name} INTERFACE ${PROJECT_SOURCE_DIR}/src)
  endif()
endfunction()

# A shared object that the plugin host would load: <folder>/<name>.so. It refuses what the group or
# others may write, whatever the umask here is.
function(memmap_plugin_module name folder)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE memmap_options)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  set_target_properties(${name} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${folder}
    C_VISIBILITY_PRESET hidden)
  add_custom_command(TARGET ${name} POST_BUILD
    COMMAND chmod go-w $<TARGET_FILE:${name}> $<TARGET_FILE_DIR:${name}> VERBATIM)
endfunction()

# A plugin that we ship: build/plugins/<name>.so, of all sources of its folder. Knows only the plugin
# headers of src/plugin.
#
#   memmap_plugin(trim_bios BUILT_IN)
#
# BUILT_IN: the same sources are linked into the program, where src/plugin/built_in.cc has a row for
# them, and no module is shipped; the target <name> still makes build/built_in/<name>.so, for tests.
function(memmap_plugin name)
  cmake_parse_arguments(arg "BUILT_IN" "" "" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc *.c)
  if(arg_BUILT_IN)
    add_library(built_in_${name} OBJECT ${sources})
    target_link_libraries(built_in_${name} PRIVATE memmap_options)
    target_include_directories(built_in_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
    target_compile_definitions(built_in_${name} PRIVATE memmap_plugin=memmap_plugin_${name})
    target_sources(memmap_plugin PRIVATE $<TARGET_OBJECTS:built_in_${name}>)
    memmap_plugin_module(${name} ${PROJECT_BINARY_DIR}/built_in ${sources})
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
    add_dependencies(built_in_modules ${name})
    # Of a build before it was built in: it would take the built-in one's place.
    file(REMOVE ${PROJECT_BINARY_DIR}/plugins/${name}.so)
    return()
  endif()
  memmap_plugin_module(${name} ${PROJECT_BINARY_DIR}/plugins ${sources})
  add_dependencies(shipped_plugins ${name})
  install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/memmap/plugins COMPONENT program)
endfunction()

# A GoogleTest program of all *_test.cc here; each of them is a CTest test, <name>.<file>.
#
#   memmap_test(unit_e820 DEPS e820 LABELS unit)     tests/unit/e820/edit_test.cc: unit_e820.edit
function(memmap_test name)
  cmake_parse_arguments(arg "" "" "DEPS;LIBS;LABELS;SOURCES;DEFINES" ${ARGN})
  if(NOT arg_SOURCES)
    file(GLOB_RECURSE arg_SOURCES CONFIGURE_DEPENDS *_test.cc)
  endif()
  if(NOT arg_SOURCES)
    return()
  endif()
  if(NOT TARGET memmap_test_main)
    add_library(memmap_test_main STATIC ${PROJECT_SOURCE_DIR}/tests/support/test_main.cc)
    target_link_libraries(memmap_test_main PUBLIC memmap_options GTest::gmock)
    target_compile_options(memmap_test_main PRIVATE ${MEMMAP_UNIT_FLAGS})
    memmap_precompiled(memmap_test_main test)
  endif()
  set(rooms ${arg_DEPS})
  list(TRANSFORM arg_DEPS PREPEND memmap_)
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} ${arg_LIBS} memmap_test_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  if("property" IN_LIST arg_LABELS)
    memmap_precompiled_for(${name} std boot ${rooms})  # these compute for long
  else()
    target_compile_options(${name} PRIVATE ${MEMMAP_UNIT_FLAGS})
    memmap_precompiled_for(${name} test test_boot ${rooms})
  endif()
  memmap_together(${name})
  target_compile_definitions(${name} PRIVATE ${arg_DEFINES}
    MEMMAP_SOURCE_DIR="${PROJECT_SOURCE_DIR}" MEMMAP_BUILD_DIR="${PROJECT_BINARY_DIR}")
  foreach(source IN LISTS arg_SOURCES)
    cmake_path(ABSOLUTE_PATH source)
    if(NOT source MATCHES "_test\\.cc$")
      continue()
    endif()
    file(RELATIVE_PATH file ${CMAKE_CURRENT_SOURCE_DIR} ${source})
    string(REGEX REPLACE "_test\\.cc$" "" test ${file})
    string(REPLACE "/" "." test ${name}.${test})
    file(RELATIVE_PATH file ${PROJECT_SOURCE_DIR} ${source})
    add_test(NAME ${test} COMMAND ${name} --file=${file})
    set_tests_properties(${test} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 300)
  endforeach()
endfunction()

# A fuzz target of one file, which has a FUZZ_TARGET() (tests/fuzz/target.h), and SOURCES. With MEMMAP_FUZZ it becomes
# a libFuzzer program; else a part of fuzz_corpus, which runs every file of corpus/<name>/ through it, as
# the CTest test fuzz_<name>.
#
#   memmap_fuzz(dmesg DEPS input)        tests/fuzz/dmesg.cc, tests/fuzz/corpus/dmesg/*
function(memmap_fuzz name)
  cmake_parse_arguments(arg "" "" "DEPS;SOURCES" ${ARGN})
  set(sources ${name}.cc ${arg_SOURCES})
  if(NOT MEMMAP_FUZZ)
    set_property(GLOBAL APPEND PROPERTY MEMMAP_FUZZ_TARGETS ${name})
    set_property(GLOBAL APPEND PROPERTY MEMMAP_FUZZ_SOURCES ${sources})
    set_property(GLOBAL APPEND PROPERTY MEMMAP_FUZZ_DEPS ${arg_DEPS})
    return()
  endif()
  add_executable(fuzz_${name} ${sources})
  if(MEMMAP_FUZZ_ENGINE)
    target_link_libraries(fuzz_${name} PRIVATE ${MEMMAP_FUZZ_ENGINE})
  else()
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  endif()
  target_compile_definitions(fuzz_${name} PRIVATE MEMMAP_FUZZ)
  memmap_fuzz_program(fuzz_${name} ${arg_DEPS})
endfunction()
function(memmap_fuzz_program name)
  set(rooms ${ARGN})
  list(TRANSFORM ARGN PREPEND memmap_)
  target_link_libraries(${name} PRIVATE ${ARGN} memmap_options)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE MEMMAP_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  memmap_precompiled_for(${name} std boot ${rooms})
endfunction()

# The program fuzz_corpus and its tests, of all memmap_fuzz() before.
function(memmap_fuzz_corpus)
  get_property(names GLOBAL PROPERTY MEMMAP_FUZZ_TARGETS)
  get_property(sources GLOBAL PROPERTY MEMMAP_FUZZ_SOURCES)
  get_property(rooms GLOBAL PROPERTY MEMMAP_FUZZ_DEPS)
  list(REMOVE_DUPLICATES sources)
  list(REMOVE_DUPLICATES rooms)
  add_executable(fuzz_corpus ${PROJECT_SOURCE_DIR}/tests/support/corpus_main.cc ${sources})
  memmap_fuzz_program(fuzz_corpus ${rooms})
  memmap_together(fuzz_corpus)
  set(lines "")
  foreach(name IN LISTS names)
    string(APPEND lines "TARGET(${name})\n")
    add_test(NAME fuzz_${name} COMMAND fuzz_corpus ${name} ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
    set_tests_properties(fuzz_${name} PROPERTIES LABELS fuzz TIMEOUT 120)
  endforeach()
  file(CONFIGURE OUTPUT targets/fuzz_targets.inc CONTENT "${lines}" @ONLY)
  target_include_directories(fuzz_corpus PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/targets)
endfunction()
