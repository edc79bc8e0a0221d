memmap_fuzz(access DEPS input access boot plugin)
target_include_directories(fuzz_access PRIVATE ${PROJECT_SOURCE_DIR}/tests)
