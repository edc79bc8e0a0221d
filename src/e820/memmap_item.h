// The grammar of memmap=, for whoever does what it says, checks it, reads a map from it or writes
// one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "e820/edit.h"
#include "kernel/behaviour.h"
#include "kernel/command_line.h"
#include "machine/e820_entry.h"

namespace memmap::e820 {

// One part, between commas, of a memmap=.
//
//   exactmap       the table is emptied; the user gives it whole
//   nn@ss          add RAM            nn#ss   add ACPI data
//   nn$ss          add reserved       nn!ss   add persistent (12)
//   nn%ss-from+to  type from becomes to;  -from alone: type from goes, +to alone: add type to,
//                  neither: all goes
//   nn             RAM from nn up goes
struct MemmapItem {
  std::string_view text{};
  bool exactmap = false;
  bool has_size = false;  // a number stands in front
  std::uint64_t size = 0;
  char mark = '\0';         // one of @ # $ ! %; 0: none of them follows the size
  std::uint64_t start = 0;  // behind the mark
  E820Type from{0};         // of `%`; 0: none
  E820Type to{0};           // of `%`; 0: none. Of the other marks the type that each stands for
  std::string_view rest{};  // what is left over

  // The kernel stops at it: BUG_ON(old_type == new_type) in __e820__range_update().
  bool becomes_itself() const { return mark == '%' && from == to && from != E820Type{0}; }
};

// How numbers are read: the value at the front of a text, and what follows it. The default is the
// kernel's leniency.
struct MemmapNumbers {
  std::function<kernel::Parsed(std::string_view)> size = kernel::memparse;  // of a start, too
  std::function<kernel::Parsed(std::string_view)> type = kernel::simple_strtoull;
};

// What a kernel knows of it. A mark that it does not know is none: RAM ends at the size. Without
// lists the first part is all there is, and what follows it is in its `rest`.
struct MemmapForms {
  bool lists = true;
  bool pmem = true;      // `!`
  bool converts = true;  // `%`
};
inline MemmapForms memmap_forms(const kernel::Behaviour& b) {
  return {b.memmap_takes_lists, b.memmap_adds_pmem, b.memmap_converts};
}

// Total: what is not understood is in `rest`. A text that does not begin with a number has no
// `has_size`, and all of it is `rest`.
// kernel: parse_memmap_one(), arch/x86/kernel/e820.c, v6.12
MemmapItem parse_memmap_item(std::string_view text, const MemmapNumbers& numbers = {},
                             const MemmapForms& forms = {});

// Calls `take` with the text of each part of a memmap='s value: at least one, which may be empty.
// kernel: parse_memmap_opt(), arch/x86/kernel/e820.c, v6.12
template <class Take>
void each_memmap_item(std::string_view list, const MemmapForms& forms, const Take& take) {
  if (!forms.lists) return take(list);
  while (true) {
    const std::size_t comma = list.find(',');
    take(list.substr(0, comma));
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}
template <class Take>
void each_memmap_item(std::string_view list, const Take& take) {
  each_memmap_item(list, MemmapForms{}, take);
}

// Does to the editor's table what an item asks for that has a size and does not become itself.
void apply(const MemmapItem& item, Editor& editor);

// The item that adds `entry`: `640K@0`, `4K%5G+0x14`; nullopt for type 0, which no item adds.
std::optional<std::string> memmap_item_of(const E820Entry& entry);

}  // namespace memmap::e820
