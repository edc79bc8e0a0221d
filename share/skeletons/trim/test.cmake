# A boot with it: the small entry is gone, by its doing.
add_test(NAME runs COMMAND memmap::memmap simulate --synthetic "ram:640K hole:384K ram:3G"
  --plugin-dir $<TARGET_FILE_DIR:@NAME@> --plugin @NAME@ --format json)
set_tests_properties(runs PROPERTIES PASS_REGULAR_EXPRESSION
  "\"by\": \"@NAME@: too small\"")
