memmap_fuzz(plugin DEPS plugin input access boot)
target_sources(fuzz_plugin PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/boot_properties.cc)
target_include_directories(fuzz_plugin PRIVATE ${PROJECT_SOURCE_DIR}/tests)
