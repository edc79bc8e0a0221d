# A boot with it.
add_test(NAME runs COMMAND memmap::memmap simulate --synthetic "ram:640K hole:384K ram:3G"
  --plugin-dir $<TARGET_FILE_DIR:@NAME@> --plugin @NAME@)
