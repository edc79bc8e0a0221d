// Any bytes as a unified kernel image: its sections, or a told mistake.
#include "profile/uki.h"

#include <cstdint>

#include "base/check.h"
#include "fuzz/target.h"

FUZZ_TARGET(uki)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto result = kernel::read_uki("fuzz", bytes);
  if (result) {
    MEMMAP_CHECK(!result->linux_image.empty(), "no kernel");
    MEMMAP_CHECK(result->linux_offset + result->linux_image.size() <= size, "beyond the file");
    return 0;
  }
  for (const Error& error : result.errors()) MEMMAP_CHECK(!error.message.empty(), "no message");
  to_string(result.errors());
  return 0;
}
