#include "report/html/sha256.h"

#include <sha2.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace memmap::report {

std::string csp_hash(std::string_view text) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA2_CTX sum{};
  SHA256Init(&sum);
  SHA256Update(&sum, reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  SHA256Final(digest.data(), &sum);

  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out = "sha256-";
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const std::uint8_t byte : digest) {
    bits = bits << 8 | byte;
    have += 8;
    for (; have >= 6; have -= 6) out += kDigits[bits >> (have - 6) & 63];
  }
  // 256 bits are 42 digits and 4 bits, which a `=` fills up.
  out += kDigits[bits << 2 & 63];
  out += '=';
  return out;
}

}  // namespace memmap::report
