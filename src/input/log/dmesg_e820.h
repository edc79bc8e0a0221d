// The memory maps that a kernel log prints, entry by entry, in all their dialects.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input/log/log_lines.h"
#include "machine/e820_entry.h"

namespace memmap::input {

// The type that a kernel's name for it stands for: `usable`, `System RAM`, `ACPI data`, `type 20`,
// `persistent (type 7)`, with or without parentheses around; nullopt: no kernel prints that.
// kernel: e820_print_type(), arch/x86/kernel/e820.c, v2.6.25 to v7.0
std::optional<E820Type> e820_type_of(std::string_view name);

// Where a range of a log ends: 2.6 prints the end (`a - b`), 3.x and later the last byte (`[mem
// a-b]`). Reads either form from the front of `text`, parentheses and `[gap` not included; nullopt:
// neither. A range that is empty or ends before it starts is read as it stands.
struct PrintedRange {
  std::uint64_t start = 0;
  std::uint64_t last = 0;  // last byte
  bool empty = false;      // `last` means nothing
};
std::optional<PrintedRange> take_range(std::string_view& text);

// The tables of one boot, as printed.
struct LogTables {
  E820Entries firmware{};    // BIOS-e820, BIOS-e801, BIOS-88 or Xen
  E820Entries hypervisor{};  // (XEN): the machine's map, of which the kernel sees a part
  E820Entries extended{};    // the firmware's after the entries of setup_data were added
  E820Entries setup_data{};  // the same after setup_data's own places were cut out
  std::string label{};       // of `firmware`: `BIOS-e820`
  std::vector<std::string> notes{};
};

// Gathers them line by line. A line that is no entry of a table is passed over; one that surely is
// and cannot be read is a mistake. A table that is printed once more counts once.
class TableReader {
 public:
  explicit TableReader(const LogText& log) : faults_(log), hypervisor_faults_(log) {}
  void line(const LogLine& line);
  // To be called once, after the last line.
  LogTables finish();
  // Of the tables that finish() gave.
  Errors faults() { return faults_.take(); }

 private:
  using Runs = std::vector<E820Entries>;
  // An entry whose type may follow on a line of its own.
  struct Pending {
    Runs* runs = nullptr;
    E820Entry entry{};
    Error error{};
  };

  void entry(const LogLine& line, std::string_view rest, Runs& runs, LogFaults& faults);
  void hypervisor_line(const LogLine& line);
  void settle(std::string_view text);
  E820Entries choose(Runs& runs, std::string_view what);

  LogFaults faults_;
  LogFaults hypervisor_faults_;
  Runs firmware_{}, hypervisor_{}, extended_{}, setup_data_{};
  bool new_table_ = false;      // the next firmware entry begins a table
  bool in_hypervisor_ = false;  // the lines of (XEN) are entries
  std::optional<Pending> pending_{};
  LogTables tables_{};
};

}  // namespace memmap::input
