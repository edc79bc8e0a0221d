# What it says of itself.
add_test(NAME shows COMMAND memmap::memmap plugin show --plugin-dir $<TARGET_FILE_DIR:@NAME@> @NAME@)
