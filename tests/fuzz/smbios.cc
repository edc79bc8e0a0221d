// SMBIOS: the first 32 bytes are the entry point, the rest the table. What is overwritten to hide a
// machine must not change what the kernel keeps.
#include "input/firmware/smbios.h"

#include "base/check.h"
#include "capture/strip_binary.h"
#include "fuzz/target.h"

FUZZ_TARGET(smbios)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const std::string entry_point = bytes.substr(0, 32);
  std::string table = size > 32 ? bytes.substr(32) : "";
  Machine machine;
  const Status done = input::add_smbios("entry", entry_point, "table", table, machine);
  if (!done) (void)to_string(done.errors());
  for (const unsigned structures : {0u, 3u}) {
    const SmbiosCopies before = input::smbios_copies(table, structures);
    capture::strip_smbios(table, structures);
    MEMMAP_CHECK(input::smbios_copies(table, structures) == before, "stripping changed the boot");
  }
  return 0;
}
