// Any bytes: a profile or told mistakes.
#include "profile/kernel_profile.h"

#include <cstdint>

#include "base/check.h"
#include "fuzz/target.h"
#include "kernel/profile_contents.h"

FUZZ_TARGET(kernel_profile)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  const auto profile = kernel::read_kernel_profile(
      {.name = "fuzz", .bytes = {reinterpret_cast<const char*>(data), size}});
  if (profile) {
    for (const kernel::Struct& row : kernel::struct_rows()) {
      const auto bytes = profile->struct_sizes.find(row.name);
      MEMMAP_CHECK(bytes == profile->struct_sizes.end() || row.allows(bytes->second), "a size");
    }
    for (const kernel::SettingRow& row : kernel::setting_rows()) {
      const std::uint64_t value = kernel::number_of(*profile, row);
      MEMMAP_CHECK(value >= row.smallest && value <= row.largest, "a setting");
    }
    const std::uint64_t cpus = profile->number(config::NR_CPUS);
    MEMMAP_CHECK(config::NR_CPUS.allows(cpus), "an option");
    return 0;
  }
  for (const Error& error : profile.errors()) MEMMAP_CHECK(!error.message.empty(), "no message");
  to_string(profile.errors());
  return 0;
}
