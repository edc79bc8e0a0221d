set(property ${PROJECT_SOURCE_DIR}/tests/property)
memmap_fuzz(buddy DEPS buddy SOURCES ${property}/buddy/model_boot.cc ${property}/buddy/page_model.cc)
memmap_fuzz(paging DEPS paging SOURCES ${property}/stages/direct_map_model.cc)
