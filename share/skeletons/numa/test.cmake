# A boot with it: the memory above the boundary is node 1.
add_test(NAME runs COMMAND memmap::memmap simulate --synthetic "ram:640K hole:384K ram:3G"
  --plugin-dir $<TARGET_FILE_DIR:@NAME@> --plugin @NAME@:boundary=2G --format json)
set_tests_properties(runs PROPERTIES PASS_REGULAR_EXPRESSION
  "\"nid\": 1,[^{}]*\"start_pfn\": 524288")
