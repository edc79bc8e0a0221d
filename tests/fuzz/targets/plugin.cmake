memmap_fuzz(plugin DEPS plugin input access boot SOURCES ${PROJECT_SOURCE_DIR}/tests/support/boot_properties.cc)
