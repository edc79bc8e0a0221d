#include "e820/names.h"

#include <fmt/format.h>

namespace memmap::e820 {

std::string type_name(E820Type type) {
  switch (type) {
    case E820Type::ram:
    case E820Type::reserved_kern:
      return "usable";
    case E820Type::reserved:
      return "reserved";
    case E820Type::soft_reserved:
      return "soft reserved";
    case E820Type::acpi:
      return "ACPI data";
    case E820Type::nvs:
      return "ACPI NVS";
    case E820Type::unusable:
      return "unusable";
    case E820Type::pmem:
    case E820Type::pram:
      return fmt::format("persistent (type {})", raw(type));
  }
  return fmt::format("type {}", raw(type));
}

std::string table_range(std::uint64_t addr, std::uint64_t end) {
  return fmt::format("[mem {:#018x}-{:#018x}]", addr, end - 1);
}

std::string edit_range(std::uint64_t addr, std::uint64_t end) {
  return fmt::format("[mem {:#010x}-{:#010x}]", addr, end - 1);
}

}  // namespace memmap::e820
