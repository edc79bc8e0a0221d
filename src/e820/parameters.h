// memmap=: what a user changes in the map. (mem= is a trim: plugins/trim_limit.)
#pragma once

#include <cstdint>
#include <optional>

#include "e820/edit.h"
#include "kernel/command_line.h"

namespace memmap::e820 {

struct UserMap {
  bool userdef = false;  // the map was changed; it is sanitised when all parameters are read
  std::optional<std::uint64_t> max_mem_size{};  // mem=: what memory hotplug may not exceed, bytes
};

// Applies one parameter of the command line if it is memmap=; what others say is left alone.
//
//   memmap=exactmap   the table is emptied; the user gives it whole
//   memmap=nn@ss      add RAM            memmap=nn#ss   add ACPI data
//   memmap=nn$ss      add reserved       memmap=nn!ss   add persistent (12)
//   memmap=nn%ss-a+b  type a becomes b;  -a alone: type a goes, +b alone: add type b,
//                     neither: all goes
//   memmap=nn         RAM from nn up goes
//
// Several may stand in one memmap=, with commas. What is malformed is warned of, with what the
// kernel makes of it. kernel: parse_memmap_opt(), arch/x86/kernel/e820.c, v6.12
void apply_parameter(const kernel::Parameter& parameter, Table& table, EventSink& events,
                     UserMap& user);

}  // namespace memmap::e820
