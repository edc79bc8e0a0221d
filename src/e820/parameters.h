// memmap=: what a user changes in the map. (mem= is a trim: plugins/trim_limit.)
#pragma once

#include <cstdint>
#include <optional>

#include "e820/edit.h"
#include "e820/memmap_item.h"
#include "kernel/command_line.h"

namespace memmap::e820 {

struct UserMap {
  bool userdef = false;  // the map was changed; it is sanitised when all parameters are read
  std::optional<std::uint64_t> max_mem_size{};  // mem=: what memory hotplug may not exceed, bytes
};

// Applies one parameter of the command line if it is memmap= (its forms: memmap_item.h); what
// others say is left alone. What is malformed is warned of, with what the kernel makes of it.
// kernel: parse_memmap_opt(), arch/x86/kernel/e820.c, v6.12
void apply_parameter(const kernel::Parameter& parameter, Table& table, EventSink& events,
                     UserMap& user, const MemmapForms& forms = {});

}  // namespace memmap::e820
