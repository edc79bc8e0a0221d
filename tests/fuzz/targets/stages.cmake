memmap_fuzz(buddy DEPS buddy)
target_sources(fuzz_buddy PRIVATE ${PROJECT_SOURCE_DIR}/tests/property/buddy/model_boot.cc
  ${PROJECT_SOURCE_DIR}/tests/property/buddy/page_model.cc)
memmap_fuzz(paging DEPS paging)
target_sources(fuzz_paging PRIVATE ${PROJECT_SOURCE_DIR}/tests/property/stages/direct_map_model.cc)
