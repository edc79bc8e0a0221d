# A boot of what it reads, recognised by its first line.
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/sample.txt "@NAME@\n0 0xa0000\n0x100000 0x40000000\n")
add_test(NAME runs COMMAND memmap::memmap simulate ${CMAKE_CURRENT_BINARY_DIR}/sample.txt
  --plugin-dir $<TARGET_FILE_DIR:@NAME@>)
