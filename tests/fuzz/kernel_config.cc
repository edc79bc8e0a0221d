// Any text as a .config: options that can be laid over a profile, or told mistakes.
#include <cstdint>

#include "base/check.h"
#include "fuzz/target.h"
#include "profile/config.h"
#include "profile/make_profile.h"

FUZZ_TARGET(kernel_config)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto result = kernel::read_config("fuzz", bytes);
  if (result) {
    kernel::Profile profile;
    const auto notes = kernel::overlay_config(*result, profile);
    if (!notes) {
      to_string(notes.errors());
      return 0;
    }
    for (const kernel::Number& number : {config::NR_CPUS, config::LOG_BUF_SHIFT}) {
      MEMMAP_CHECK(number.allows(profile.number(number)), "a number that no kernel can have");
    }
    return 0;
  }
  for (const Error& error : result.errors()) MEMMAP_CHECK(!error.message.empty(), "no message");
  to_string(result.errors());
  return 0;
}
