// Any bytes as a distribution's package: a kernel's parts, or a told mistake.
#include "profile/package.h"

#include <cstdint>

#include "base/check.h"
#include "fuzz/target.h"

FUZZ_TARGET(package)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (!input::is_package(bytes)) return 0;
  const auto result = kernel::read_package("fuzz.deb", bytes);
  if (result) {
    if (result->image) MEMMAP_CHECK(!result->image->bytes.empty(), "an empty image");
    return 0;
  }
  for (const Error& error : result.errors()) MEMMAP_CHECK(!error.message.empty(), "no message");
  to_string(result.errors());
  return 0;
}
