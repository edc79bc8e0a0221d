// Any bytes as a kernel image or package: facts, or a told mistake.
#include <cstdint>

#include "base/check.h"
#include "fuzz/target.h"
#include "profile/kernel_image.h"

FUZZ_TARGET(vmlinuz)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  kernel::Facts facts;
  const auto result = kernel::read_kernel_image("fuzz", std::string(bytes), facts);
  if (result) {
    facts.subject = "fuzz";
    const auto made = kernel::make_profile(facts);
    if (!made) to_string(made.errors());
    return 0;
  }
  for (const Error& error : result.errors()) MEMMAP_CHECK(!error.message.empty(), "no message");
  to_string(result.errors());
  return 0;
}
