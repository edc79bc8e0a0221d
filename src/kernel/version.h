// Kernel versions and their order.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace memmap::kernel {

struct Version {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned patch = 0;
  // NOLINTNEXTLINE(modernize-use-nullptr): what the compiler makes of it compares with 0
  constexpr auto operator<=>(const Version&) const = default;
};

// `6.12.117+deb12-amd64`, `6.1`, `2.6.35-22-generic`: the leading numbers, the rest is ignored.
// nullopt where the text does not start with two numbers.
std::optional<Version> parse_version(std::string_view release);
std::string to_string(Version v);

}  // namespace memmap::kernel
