// Any bytes: types that can be asked, or a told mistake.
#include "profile/btf.h"

#include <cstdint>

#include "base/check.h"
#include "fuzz/target.h"

FUZZ_TARGET(btf)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto result = kernel::Types::read("fuzz", bytes);
  if (result) {
    for (const char* name : {"page", "zone", "pglist_data", "phys_addr_t"}) {
      result->size_of(name);
      result->offset_of(name, "lru");
    }
    result->constant("MIGRATE_TYPES");
    return 0;
  }
  for (const Error& error : result.errors()) MEMMAP_CHECK(!error.message.empty(), "no message");
  to_string(result.errors());
  return 0;
}
