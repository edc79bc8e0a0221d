// Numbers in little-endian binary files.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace memmap::kernel {

static_assert(std::endian::native == std::endian::little);

// nullopt: not all of it lies in `bytes`.
template <class T>
std::optional<T> number_at(std::string_view bytes, std::uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

}  // namespace memmap::kernel
