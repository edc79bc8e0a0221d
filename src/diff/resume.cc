#include "diff/resume.h"

#include <fmt/format.h>
#include <md5.h>
#include <zlib.h>

#include <algorithm>
#include <vector>

namespace memmap::diff {
namespace {

// Little-endian, as x86 has it.
template <class T>
void put(std::vector<std::uint8_t>& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::vector<std::uint8_t> bytes_of(const E820Entries& table) {
  std::vector<std::uint8_t> out;
  put(out, static_cast<std::uint32_t>(table.size()));
  for (const E820Entry& e : table) {
    put(out, raw(e.addr));
    put(out, e.size);
    put(out, raw(e.type));
  }
  return out;
}

// Ascending, touching ones joined.
std::vector<PhysRange> usable(const E820Entries& table) {
  std::vector<PhysRange> ram;
  for (const E820Entry& e : table) {
    const auto range = PhysRange::from_size(e.addr, e.size);
    if (e.type == E820Type::ram && range && !range->empty()) ram.push_back(*range);
  }
  std::ranges::sort(ram);
  std::vector<PhysRange> out;
  for (const PhysRange& r : ram) {
    if (!out.empty() && r.base() <= out.back().end()) {
      out.back() =
          PhysRange::make(raw(out.back().base()), std::max(raw(out.back().end()), raw(r.end())));
    } else {
      out.push_back(r);
    }
  }
  return out;
}

}  // namespace

ResumeSums resume_sums(const E820Entries& firmware) {
  const std::vector<std::uint8_t> bytes = bytes_of(firmware);
  ResumeSums out;
  out.crc32 = static_cast<std::uint32_t>(crc32_z(0, bytes.data(), bytes.size()));
  MD5_CTX md5;
  MD5Init(&md5);
  MD5Update(&md5, bytes.data(), bytes.size());
  MD5Final(out.md5.data(), &md5);
  return out;
}

std::string md5_text(const ResumeSums& sums) {
  std::string out;
  for (const std::uint8_t byte : sums.md5) out += fmt::format("{:02x}", byte);
  return out;
}

bool same_usable(const E820Entries& first, const E820Entries& second) {
  return usable(first) == usable(second);
}

}  // namespace memmap::diff
