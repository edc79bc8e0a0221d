#include "input/table/printers.h"

#include <algorithm>
#include <iterator>

#include "input/table/shape.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

using enum TypeNames;

// clang-format off
// What each prints was read in its source. Where two fit a line, the first does.
constexpr Printer kPrinters[] = {
    // id           whose                       types     mark            shape                                                              heading, whether it must be there, what is skipped
    {"seabios",     "SeaBIOS's",                e820,     " = ",          "{index}: {start} - {end} = {type} {word}|{index}: {start} - {end} = {type}", "e820 map has"},
    {"coreboot",    "coreboot's",               coreboot, ": ",           "{index}. {start}-{last}: {word}",                                 ""},
    {"hvmloader",   "hvmloader's (Xen)",        e820,     "]: ",          "[{index}]: {start} - {end}: {word}",                              "E820 table:", false, "HOLE:"},
    {"lsmmap",      "GRUB's lsmmap",            e820,     "base_addr",    "base_addr = {start}, length = {size}, type = {type}|base_addr = {start}, length = {size}, {word}", ""},
    {"multiboot",   "a multiboot kernel's",     e820,     "type = ",      "base = {start}, length = {size}, type = {type}",                  ""},
    {"limine",      "Limine's",                 limine,   "Type: ",       "Start: {start}, Size: {size}, Type: {word}",                      ""},
    {"limine_base", "Limine's",                 limine,   "type: ",       "base: {start}, type: {type}, length: {size}",                     ""},
    {"acrn",        "ACRN's",                   e820,     "type: ",       "[{index}]:type: {type} Base: {start} length: {size}",             "e820_alloc_region"},
    {"smap",        "FreeBSD's SMAP",           e820,     "SMAP type=",   "SMAP type={type} base={start} len={size}",                        ""},
    {"openbsd",     "OpenBSD's boot loader's",  e820,     "Region ",      "Region {index}: type {type} at {start} for {size}",               ""},
    {"kexec",       "kexec's",                  e820,     " (",           "{start}-{last} ({type})",                                         "E820 memmap"},
    {"u-root",      "u-root's kexec's",         e820,     "type: ",       "[{start}, {end}) (len: {bytes}, size: {skip} type: {type})",      "Memory map:"},
    {"hyperenclave", "HyperEnclave's",          e820,     " -> ",         "[{start} -> {end}], type: {word}",                                ""},
    {"xen_efi",     "Xen's EFI map",            efi,      "attr=",        "{start} - {last} type={type} attr={attr}",                        "EFI memory map:"},
    {"uefi_shell",  "the UEFI shell's",         efi,      "-0",           "{word} {start}-{last} {pages} {attr}",                            "# Pages"},
    {"lsefimmap",   "GRUB's lsefimmap",         efi,      "-0",           "{word} {start}-{last} {pages} {skip}",                            "#Pages"},
    {"crash",       "crash's mach -m",          e820,     "E820_",        "{start} - {end} {word}",                                          "PHYSICAL ADDRESS RANGE"},
    {"u-boot",      "U-Boot's",                 e820,     "  ",           "{start/hex} {size/hex} {word}",                                   "Size  Type", true},
    {"uefi-rs",     "the uefi crate's",         efi,      "page_count",   "ty: {word}, phys_start: {start/dec}, virt_start: {skip} page_count: {size/pages}|ty: {word}, padding: {skip} phys_start: {start/dec}, virt_start: {skip} page_count: {size/pages}", ""},
};
// clang-format on

// No printer's line is longer, whatever stands before and behind it.
constexpr std::size_t kLongestLine = 512;

bool has_mark(const Line& line, const Printer& printer) {
  return line.text.size() <= kLongestLine && line.text.find(printer.mark) != std::string_view::npos;
}

// Gathers the tables of one printer.
class Finder {
 public:
  explicit Finder(const Printer& printer) { found_.printer = &printer; }

  void take(const Line& line) {
    read(line);
    if (!trimmed(line.text).empty()) before_ = line.text;
  }

  PrintedTables finish() {
    settle(false);
    std::erase_if(found_.tables, [](const TableText& t) { return t.rows.empty(); });
    return std::move(found_);
  }

 private:
  void read(const Line& line) {
    const Printer& p = *found_.printer;
    if (p.headed && !opened_ && !is_heading(line)) return;
    if (auto row = has_mark(line, p) ? match_shape(p.shape, line.text) : std::nullopt) {
      row->line = line;
      add(*row);
      return;
    }
    if (!p.skips.empty() && line.text.find(p.skips) != std::string_view::npos) return;
    // kexec has a second table above: its own numbers for types, under another heading.
    const bool own_numbers = p.id == "kexec" && line.text.find("ANGES") != std::string_view::npos;
    if (is_heading(line) || own_numbers) return open(line, own_numbers);
    if (!opened_) return;
    if (!trimmed(line.text).empty()) pending_.push_back(line);
    // Its own lines are all that stands below such a heading.
    if (p.headed && !found_.tables.back().rows.empty()) {
      settle(false);
      opened_ = false;
    }
  }

  bool is_heading(const Line& line) const {
    const std::string_view heading = found_.printer->heading;
    return !heading.empty() && line.text.find(heading) != std::string_view::npos;
  }

  void open(const Line& heading, bool own_numbers) {
    const Printer& p = *found_.printer;
    settle(false);
    found_.tables.push_back(
        {.names = own_numbers ? TypeNames::kexec : p.names, .whose = std::string(p.whose)});
    opened_ = true;
    last_line_ = heading.number;
    found_.tables.back().announced = announced_in(heading.text);
    if (!found_.tables.back().announced) found_.tables.back().announced = announced_in(before_);
  }

  void add(const TableRow& row) {
    const Printer& p = *found_.printer;
    const bool again = opened_ && !found_.tables.back().rows.empty() && begins_again(row);
    settle(opened_ && !again);
    if (!opened_ || again) {
      found_.tables.push_back(
          {.names = p.names, .announced = announced_in(before_), .whose = std::string(p.whose)});
      opened_ = true;
    }
    found_.tables.back().rows.push_back(row);
    last_line_ = row.line.number;
    ++found_.rows;
  }

  // The first line of another table, which had no heading of its own.
  bool begins_again(const TableRow& row) const {
    const std::vector<TableRow>& rows = found_.tables.back().rows;
    if (row.index && rows.back().index) return *row.index == 0 && *rows.back().index != 0;
    return row.start == rows.front().start && rows.size() > 1;
  }

  // What was pending stands within a table; or it does not, and only the line right behind the last
  // entry or the heading may be of it.
  void settle(bool within) {
    for (const Line& line : pending_) {
      const bool near = line.number == last_line_ + 1;
      if (!within && !near) break;
      if (line.text.size() <= kLongestLine && begins_shape(found_.printer->shape, line.text)) {
        found_.damaged.push_back(line);
      } else if (within && !found_.tables.back().rows.empty()) {
        found_.tables.back().strangers.push_back(line.number);
      }
    }
    pending_.clear();
  }

  PrintedTables found_{};
  std::vector<Line> pending_{};
  std::string_view before_{};  // the last line that is not blank
  std::size_t last_line_ = 0;
  bool opened_ = false;
};

// 0 is no type of e820's, and its numbers are kexec's or Limine's own; without a 0 in it a table of
// theirs would have no RAM, so then they are e820's.
void settle_numbers(TableText& table) {
  const bool numbers =
      std::ranges::any_of(table.rows, [](const TableRow& r) { return r.word.empty(); });
  if (!numbers || table.names == TypeNames::efi) return;
  const bool zero =
      std::ranges::any_of(table.rows, [](const TableRow& r) { return r.number == 0; });
  if (table.names == TypeNames::limine && !zero) table.names = TypeNames::e820;
  if (table.names == TypeNames::e820 && zero && table.whose == "kexec's")
    table.names = TypeNames::kexec;
}

}  // namespace

std::span<const Printer> printers() { return kPrinters; }

PrintedTables find_printed_tables(std::string_view text) {
  std::vector<Finder> finders(std::begin(kPrinters), std::end(kPrinters));
  Lines lines(text);
  while (const auto line = lines.next()) {
    for (Finder& finder : finders) finder.take(*line);
  }
  PrintedTables best;
  for (Finder& finder : finders) {
    PrintedTables found = finder.finish();
    if (found.rows > best.rows) best = std::move(found);
  }
  for (TableText& table : best.tables) settle_numbers(table);
  return best;
}

}  // namespace memmap::input
