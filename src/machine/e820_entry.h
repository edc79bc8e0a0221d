// Entries of the firmware's memory map. kernel: struct boot_e820_entry
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "base/address.h"

namespace memmap {

// Any 32-bit number is a type; the named ones are those the kernel knows.
// kernel: enum e820_type, arch/x86/include/asm/e820/types.h
enum class E820Type : std::uint32_t {
  ram = 1,
  reserved = 2,
  acpi = 3,  // ACPI data: tables, RAM once they have been read
  nvs = 4,   // ACPI non-volatile storage
  unusable = 5,
  pmem = 7,             // persistent memory
  pram = 12,            // persistent memory, legacy (memmap=nn!ss)
  reserved_kern = 128,  // setup_data: RAM that only the kernel itself may use
  soft_reserved = 0xefffffff,
};

// What the kernel takes for memory. kernel: e820__memblock_setup(), arch/x86/kernel/e820.c, v6.12
constexpr bool is_kernel_ram(E820Type t) {
  return t == E820Type::ram || t == E820Type::reserved_kern;
}

constexpr std::uint32_t raw(E820Type t) { return static_cast<std::uint32_t>(t); }

// The bytes [addr, addr + size) have `type`. As firmware writes it: size may be 0, and the sum may
// wrap. What comes of that the kernel decides (e820/sanitize.h).
struct E820Entry {
  PhysAddr addr{};
  std::uint64_t size = 0;  // bytes
  E820Type type = E820Type::ram;

  // Wraps as the kernel's sum does.
  constexpr std::uint64_t end() const { return raw(addr) + size; }
  constexpr bool wraps() const { return end() < raw(addr); }
  friend constexpr bool operator==(const E820Entry&, const E820Entry&) = default;
};

using E820Entries = std::vector<E820Entry>;

}  // namespace memmap
