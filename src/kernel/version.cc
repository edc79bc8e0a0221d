#include "kernel/version.h"

#include <charconv>

namespace memmap::kernel {

std::optional<Version> parse_version(std::string_view release) {
  unsigned parts[3] = {0, 0, 0};
  std::size_t count = 0;
  const char* at = release.data();
  const char* const end = at + release.size();
  while (count < 3) {
    const auto [next, error] = std::from_chars(at, end, parts[count]);
    if (error != std::errc()) break;
    ++count;
    if (next == end || *next != '.') break;
    at = next + 1;
  }
  if (count < 2) return std::nullopt;
  return Version{parts[0], parts[1], parts[2]};
}

std::string to_string(Version v) {
  return std::to_string(v.major) + "." + std::to_string(v.minor) + "." + std::to_string(v.patch);
}

}  // namespace memmap::kernel
