// The memory maps that a kernel log prints, entry by entry, in all their dialects.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "input/log/log_lines.h"
#include "input/log/table_whole.h"
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

  // Half-open, an empty one with its place; nullopt: it ends before it starts, or reaches 2^64.
  std::optional<PhysRange> range() const {
    if (empty) return PhysRange::from_size(PhysAddr{start}, 0);
    return PhysRange::from_inclusive(PhysAddr{start}, PhysAddr{last});
  }
};
std::optional<PrintedRange> take_range(std::string_view& text);
// The same as half-open; nullopt where it is empty, too.
std::optional<PhysRange> take_whole_range(std::string_view& text);

// What Intel's graphics took: `memory at [mem 0x7af00000-0x7eefffff]` since 4.11, `memory at
// 0x7c000000-0x7fffffff` and `stolen memory at 0xbb000000-0xbeffffff` before; nullopt: none of these.
// kernel: intel_graphics_stolen(), arch/x86/kernel/early-quirks.c
std::optional<PhysRange> intel_graphics_of(std::string_view text);

// The tables of one boot, as printed; of each, whole or nothing.
struct LogTables {
  E820Entries firmware{};    // BIOS-e820, BIOS-e801, BIOS-88 or Xen
  E820Entries hypervisor{};  // (XEN): the machine's map, of which the kernel sees a part
  E820Entries extended{};    // the firmware's after the entries of setup_data were added
  E820Entries setup_data{};  // the same after setup_data's own places were cut out
  E820Entries modified{};    // the kernel's after its own changes
  E820Entries user{};        // the kernel's after those that its command line asked for
  std::string label{};       // of `firmware`: `BIOS-e820`
  // The first line of each, in the file.
  std::size_t firmware_line = 0, extended_line = 0, setup_data_line = 0, modified_line = 0,
              user_line = 0;
  bool user_headed = false;  // the headline of `user` was printed, too
  std::vector<std::string> notes{};
};

// Gathers them line by line. A line that is no entry of a table is passed over; one that surely is
// and cannot be read is a mistake. A table that is printed once more counts once. What is wrong
// with the firmware's table is an error; what is wrong with another costs that table (a note).
class TableReader {
 public:
  explicit TableReader(const LogText& log);
  void line(const LogLine& line);
  // To be called once, after the last line.
  LogTables finish();
  // Of the tables that finish() gave.
  Errors faults() { return std::move(errors_); }

 private:
  // One table's prints, and what is wrong with them.
  struct Printed {
    explicit Printed(const LogText& log, std::string_view name) : what(name), faults(log) {}
    std::string_view what;
    std::vector<PrintedTable> runs{};
    LogFaults faults;
  };
  // An entry whose type may follow on a line of its own.
  struct Pending {
    Printed* table = nullptr;
    PrintedEntry entry{};
    Error error{};
  };

  bool labelled(const LogLine& line);
  void entry(const LogLine& line, std::string_view rest, Printed& table);
  void append(Printed& table, PrintedEntry entry);
  void hypervisor_line(const LogLine& line);
  void settle(std::string_view text);
  bool begin_table();
  void suspect(const LogLine& line);
  void entry_found();
  E820Entries whole(Printed& table, bool needed, std::size_t& first);

  const LogText& log_;
  LineCounter counter_;
  Errors errors_{};
  Printed firmware_, hypervisor_, extended_, setup_data_, modified_, user_;
  bool new_table_ = false;  // the next firmware entry begins a table
  bool user_headed_ = false;
  bool in_hypervisor_ = false;    // the hypervisor's table has begun
  std::size_t since_xen_ = 1000;  // lines of the hypervisor since its last entry
  std::optional<Pending> pending_{};
  // Lines between entries of the firmware's table that may be the rest of an entry.
  std::size_t since_entry_ = 1000;  // lines
  bool stamped_ = false;            // the entry before has the kernel's stamp
  std::vector<std::string> suspects_{};
  std::vector<std::string> empty_lines_{};
  LogTables tables_{};
};

}  // namespace memmap::input
