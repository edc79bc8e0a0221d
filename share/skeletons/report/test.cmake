# A report of a boot.
add_test(NAME runs COMMAND memmap::memmap simulate --synthetic "ram:640K hole:384K ram:3G"
  --plugin-dir $<TARGET_FILE_DIR:@NAME@> --format @NAME@)
set_tests_properties(runs PROPERTIES PASS_REGULAR_EXPRESSION "^memory [0-9]+\nreserved [0-9]+\n$")
