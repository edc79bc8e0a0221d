// reserve_mem= as the kernel reads it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace memmap::kernel {

// What reserve_mem= asks for: bytes, and a name that is a piece of its text.
struct ReserveMem {
  std::uint64_t size = 0;
  std::uint64_t align = 0;
  std::string_view name{};
};

// Of SIZE:ALIGN:NAME. nullopt: it is malformed, and nothing is reserved: a part is missing, the size is
// 0, the name blank or of more than 15 characters.
// kernel: reserve_mem(), mm/memblock.c, v6.12 and v7.2
std::optional<ReserveMem> reserve_mem_of(std::string_view text);

}  // namespace memmap::kernel
