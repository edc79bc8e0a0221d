memmap_fuzz(plugin DEPS plugin input access boot)
if(MEMMAP_FUZZ)  # else fuzz_boot has it, and fuzz_corpus both
  target_sources(fuzz_plugin PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/boot_properties.cc)
endif()
