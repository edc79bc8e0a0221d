// Numbers in binary input, as x86 stores them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"

namespace memmap::input {

// The unsigned number of sizeof(T) bytes at `offset`, which must lie inside: callers check sizes
// first, so that they can tell where the input is cut short.
template <class T>
T little_endian(std::string_view bytes, std::size_t offset) {
  MEMMAP_CHECK(offset <= bytes.size() && sizeof(T) <= bytes.size() - offset,
               "a number outside of the bytes");
  std::uint64_t value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes[offset + i]);
  }
  return static_cast<T>(value);
}

}  // namespace memmap::input
