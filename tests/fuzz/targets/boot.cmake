memmap_fuzz(boot DEPS input profile plugin boot)
target_sources(fuzz_boot PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/boot_properties.cc)
if(MEMMAP_FUZZ)
  target_sources(fuzz_boot PRIVATE boot_mutator.cc)
endif()
target_include_directories(fuzz_boot PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_compile_definitions(fuzz_boot PRIVATE
  MEMMAP_SOURCE_DIR="${PROJECT_SOURCE_DIR}" MEMMAP_BUILD_DIR="${PROJECT_BINARY_DIR}")
add_dependencies(fuzz_boot shipped_plugins)
