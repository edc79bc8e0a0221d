// What tables call the types of their entries.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "input/table/row.h"
#include "machine/e820_entry.h"

namespace memmap::input {

struct MeantType {
  E820Type type{};
  // The printer's own, which e820 does not have: `type` is what it becomes here.
  bool own = false;
  // What its maker calls it; empty: it has no name but the one that was read.
  std::string_view name{};
};

// Of a number. nullopt: `names` has no such number, or it has more than 32 bits.
std::optional<MeantType> type_of_number(TypeNames names, std::uint64_t number);

// Of a word, in either case, `_` and `-` as blanks: those of `names`, those of e820_type_of_word(), and
// what firmware and loaders commonly say (`available RAM`, `ACPI reclaimable`, `E820_NVS`). nullopt: it is
// none of them.
std::optional<MeantType> type_of_word(TypeNames names, std::string_view word);

// The number that EFI has for a type of its memory: its shell's words, GRUB's, U-Boot's and the
// specification's.
std::optional<std::uint32_t> efi_type_of_word(std::string_view word);

}  // namespace memmap::input
