#include "input/firmware/efi_stub.h"

namespace memmap::input {
namespace {

constexpr std::uint64_t kSpecialPurpose = 0x40000;  // EFI_MEMORY_SP

}  // namespace

// kernel: setup_e820(), drivers/firmware/efi/libstub/x86-stub.c, v6.12
std::optional<E820Type> e820_of_efi_type(std::uint32_t type) {
  switch (type) {
    case 0:
    case 5:
    case 6:
    case 11:
    case 12:
    case 13:
      return E820Type::reserved;
    case 1:
    case 2:
    case 3:
    case 4:
    case 7:
      return E820Type::ram;
    case 8:
      return E820Type::unusable;
    case 9:
      return E820Type::acpi;
    case 10:
      return E820Type::nvs;
    case 14:
      return E820Type::pmem;
    case 15:
      return E820Type::ram;  // with CONFIG_UNACCEPTED_MEMORY, as such guests have it
    default:
      return std::nullopt;
  }
}

E820Entries e820_of_efi_map(const std::vector<EfiMemory>& map, bool soft_reserve) {
  E820Entries table;
  for (const EfiMemory& memory : map) {
    auto type = e820_of_efi_type(memory.type);
    if (!type) continue;
    // Unaccepted memory is no candidate.
    if (type == E820Type::ram && memory.type != 15 && soft_reserve &&
        (memory.attributes & kSpecialPurpose) != 0) {
      type = E820Type::soft_reserved;
    }
    if (!table.empty() && table.back().type == *type &&
        table.back().end() == raw(memory.range.base())) {
      table.back().size += memory.range.size();
      continue;
    }
    table.push_back(
        E820Entry{.addr = memory.range.base(), .size = memory.range.size(), .type = *type});
  }
  return table;
}

}  // namespace memmap::input
