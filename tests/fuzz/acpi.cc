// ACPI's tables: the input is one, of whatever signature.
#include "fuzz/target.h"
#include "input/machine/acpi_folder.h"

FUZZ_TARGET(acpi)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  input::MemoryTree tree("fuzz");
  tree.add("acpi/" + bytes.substr(0, 4), bytes);
  // Of a BGRT, a picture whose size is what the table says of its own; else none that is a bitmap.
  tree.add("picture",
           bytes.starts_with("BGRT") && bytes.size() > 8 ? "BM" + bytes.substr(4, 4) : bytes);
  Machine machine;
  const Status done = input::add_acpi_folder(tree, "acpi", "picture", machine);
  if (!done) (void)to_string(done.errors());
  return 0;
}
