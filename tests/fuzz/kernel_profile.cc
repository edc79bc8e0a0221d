// Any bytes: a profile or told mistakes.
#include "profile/kernel_profile.h"

#include <cstdint>

#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  const auto profile = kernel::read_kernel_profile(
      {.name = "fuzz", .bytes = {reinterpret_cast<const char*>(data), size}});
  if (profile) {
    MEMMAP_CHECK(profile->nodes_shift <= 10, "a bound that the reader promises");
    return 0;
  }
  for (const Error& error : profile.errors()) MEMMAP_CHECK(!error.message.empty(), "no message");
  to_string(profile.errors());
  return 0;
}
