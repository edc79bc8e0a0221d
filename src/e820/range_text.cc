#include "e820/range_text.h"

#include <fmt/format.h>

namespace memmap::e820 {

std::string table_range(std::uint64_t addr, std::uint64_t end) {
  return fmt::format("[mem {:#018x}-{:#018x}]", addr, end - 1);
}

std::string edit_range(std::uint64_t addr, std::uint64_t end) {
  return fmt::format("[mem {:#010x}-{:#010x}]", addr, end - 1);
}

}  // namespace memmap::e820
