// Whether a table that a log prints is whole: the kernel prints its entries in order, none over
// another, none twice.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "input/log/log_lines.h"
#include "machine/e820_entry.h"

namespace memmap::input {

struct PrintedEntry {
  E820Entry entry{};
  std::size_t line = 0;  // in the file, from 1
  std::string stamp{};   // the kernel's, of that line; empty: none
  bool gap = false;      // since v7.0 the kernel prints what lies between entries
};
using PrintedTable = std::vector<PrintedEntry>;

// The entries of a table that is printed more than once (`runs`): copies and parts of one another
// are one. In `notes`, with lines, what is not so.
PrintedTable chosen_run(const LogText& log, std::vector<PrintedTable>& runs, std::string_view what,
                        std::vector<std::string>& notes);

// Puts a table in order and tells in `notes`, with lines: entries that stand out of order or twice,
// lines that time stamps miss. Errors, with lines: entries that cover the same addresses, holes
// where the kernel prints gaps. An entry that wraps keeps the kernel from sorting: then all is left
// as it is.
// kernel: e820__update_table(), e820__print_table(), arch/x86/kernel/e820.c, v7.2
Errors make_whole(const LogText& log, PrintedTable& table, std::string_view what,
                  std::vector<std::string>& notes);

E820Entries entries_of(const PrintedTable& table);

// `boot.log:12`, `boot.log:12 and 14`: how notes name lines.
std::string at_line(const LogText& log, std::size_t line);

}  // namespace memmap::input
