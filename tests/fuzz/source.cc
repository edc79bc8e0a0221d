#include <cstdint>

#include "fuzz/target.h"
#include "input/open/archive.h"

// Decompression, with a limit that keeps a bomb from slowing the fuzzer down.
FUZZ_TARGET(source)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap::input;
  constexpr std::size_t kLimit = std::size_t{1} << 20;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (compression_of(bytes).empty()) return 0;
  const auto unpacked = unpack("fuzz", bytes, kLimit);
  if (unpacked.ok() && unpacked->bytes.size() > kLimit) __builtin_trap();
  return 0;
}
