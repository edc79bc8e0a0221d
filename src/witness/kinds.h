// The table of kinds of statement, group by group.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "witness/kind.h"

namespace memmap::witness {

std::span<const Kind> map_kinds();          // e820 tables and their edits
std::span<const Kind> place_kinds();        // the image, the initrd, the page tables
std::span<const Kind> reservation_kinds();  // crash kernel, CMA, bounce buffer, huge pages, ACPI
std::span<const Kind> node_kinds();         // nodes, their zones, their pages
std::span<const Kind> page_kinds();         // how many pages these have
std::span<const Kind> table_kinds();        // per-CPU areas, hash tables
std::span<const Kind> size_kinds();         // `Memory:`, what is freed
std::span<const Kind> proc_kinds();         // files of /proc

// All of them, in this order.
const std::vector<const Kind*>& kinds();
// Those with a front that `line` begins with.
std::vector<const Kind*> kinds_of(std::string_view line);
// Whether one of these reads it: what a reader of logs has to keep. Takes a few nanoseconds where a line
// has no such front.
bool is_statement(std::string_view line);

}  // namespace memmap::witness
