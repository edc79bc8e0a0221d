#include "input/log/dmesg_e820.h"

#include <algorithm>
#include <utility>

#include "input/text/scan.h"
#include "machine/e820_words.h"

namespace memmap::input {
namespace {

constexpr std::string_view kKnownTypes =
    "usable (System RAM), reserved (device reserved), soft reserved, ACPI data, ACPI NVS, "
    "unusable, "
    "persistent (type N), type N";

std::string quoted(std::string_view text) {
  std::string out = "`";
  for (char c : text.substr(0, 40)) out += c >= 0x20 && c < 0x7f ? c : '?';
  return out + (text.size() > 40 ? "...`" : "`");
}

// Whether what follows a label that other messages bear too can only be an entry.
bool looks_like_range(std::string_view rest) {
  if (rest.substr(0, 4) == "[mem") return true;
  return rest.size() > 18 && std::all_of(rest.begin(), rest.begin() + 16, is_hex_digit) &&
         rest.substr(16, 3) == " - ";
}

constexpr std::string_view kEntryForms =
    "; expected `[mem 0xSTART-0xEND] TYPE` or `START - END (TYPE)`";

// What keeps take_range() from reading `shown`, and where.
struct Fault {
  std::string message;
  std::string_view part;
};
Fault range_fault(std::string_view shown) {
  if (shown.find_first_of("])") == shown.npos) {
    return {"the entry is cut short" + std::string(kEntryForms), shown};
  }
  std::string_view rest = shown;
  if (!eat(rest, "[mem ")) eat(rest, "[");
  for (int i = 0; i < 2; ++i) {
    const std::string_view number = take_until(rest, " ,-])");
    if (const auto value = parse_hex(number); !value.ok()) {
      return {value.errors().front().message, number.empty() ? shown : number};
    }
    while (!rest.empty() && std::string_view(" ,-").find(rest[0]) != rest.npos)
      rest.remove_prefix(1);
  }
  return {"the entry's range is not readable" + std::string(kEntryForms), shown};
}

// The number of a range that lost digits, as a serial console may do: filled up with zeros, but not
// to 16 digits. Empty: none. Short numbers without zeros in front are somebody's own writing.
std::string_view lost_digits(std::string_view range) {
  std::string_view numbers[2];
  bool filled = false;
  for (std::string_view& number : numbers) {
    while (!range.empty() && !is_hex_digit(range[0])) {
      // The `e` of mem is a digit too, and the `a` of gap.
      if (!eat(range, "[mem ") && !eat(range, "[gap ")) range.remove_prefix(1);
    }
    if (!eat(range, "0x")) eat(range, "0X");
    std::size_t n = 0;
    while (n < range.size() && is_hex_digit(range[n])) ++n;
    number = range.substr(0, n);
    range.remove_prefix(n);
    filled = filled || (n > 8 && number[0] == '0');
  }
  for (std::string_view number : numbers) {
    if (filled && number.size() != 16) return number;
  }
  return {};
}

// How far from an entry a line may be one that has lost its beginning.
constexpr std::size_t kSuspectLines = 32;

// `0x0000000000100000-0x000000003fffffff] usable`, with more or less in front, but no label that is
// known.
bool has_known_label(std::string_view text) {
  constexpr std::string_view kKnown[] = {
      "e820: ",      "user:",       "modified:",   "extended:",   "reserve setup_data:",
      "update e820", "remove e820", "e820 update", "e820 remove", "Xen:",
      "BIOS-"};
  return std::any_of(std::begin(kKnown), std::end(kKnown),
                     [&](std::string_view known) { return text.starts_with(known); });
}
bool looks_like_cut_entry(std::string_view text) {
  if (has_known_label(text)) return false;
  const std::size_t close = text.rfind("] ");
  if (close == text.npos || close < 4 || !e820_type_of(text.substr(close + 2))) return false;
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(close) - 4,
                     text.begin() + static_cast<std::ptrdiff_t>(close), is_hex_digit);
}

// `type 2`, of `type 20`: these numbers have had names in every kernel.
bool is_never_printed(std::string_view type) {
  if (type.starts_with('(') && type.ends_with(')')) type = trim(type.substr(1, type.size() - 2));
  return type == "type 1" || type == "type 2" || type == "type 3" || type == "type 4";
}

}  // namespace

std::optional<PhysRange> intel_graphics_of(std::string_view text) {
  eat(text, "stolen ");
  if (!eat(text, "memory at ")) return std::nullopt;
  eat(text, "[mem ");
  const auto base = take_hex(text);
  if (!base || !eat(text, "-")) return std::nullopt;
  const auto last = take_hex(text);
  return last ? PhysRange::from_inclusive(PhysAddr{*base}, PhysAddr{*last}) : std::nullopt;
}

std::optional<E820Type> e820_type_of(std::string_view name) {
  name = trim(name);
  if (name.size() > 2 && name.front() == '(' && name.back() == ')') {
    name = trim(name.substr(1, name.size() - 2));
  }
  return e820_type_of_log_name(name);
}

std::optional<PrintedRange> take_range(std::string_view& text) {
  std::string_view s = skip_blanks(text);
  const bool modern = eat(s, "[mem ") || eat(s, "[");
  const auto start = take_hex(s);
  if (!start) return std::nullopt;
  // `[mem a-b]`, `a - b`, and Xen's `[a, b]`; only `a - b` gives the end instead of the last byte.
  if (modern ? !(eat(s, "-") || eat(s, ", ")) : !(eat(s, " - ") || eat(s, "-")))
    return std::nullopt;
  const auto second = take_hex(s);
  if (!second) return std::nullopt;
  bool inclusive = modern;
  if (modern && !eat(s, "]")) {
    if (!eat(s, ")")) return std::nullopt;  // `[a-b)` of the EFI map before 3.5
    inclusive = false;
  }
  PrintedRange range{.start = *start, .last = *second};
  if (inclusive) {
    range.empty = *second + 1 == *start && *start != 0;
  } else {
    range.empty = *second == *start;
    range.last = *second - 1;
    // An end of 0 is 2^64, printed after it wrapped.
    if (*second < *start && *second != 0) range.last = *second;
  }
  text = s;
  return range;
}

std::optional<PhysRange> take_whole_range(std::string_view& text) {
  const auto printed = take_range(text);
  if (!printed || printed->empty) return std::nullopt;
  return printed->range();
}

TableReader::TableReader(const LogText& log)
    : log_(log),
      counter_(log),
      firmware_(log, "the firmware's map"),
      hypervisor_(log, "the hypervisor's map"),
      extended_(log, "the extended map"),
      setup_data_(log, "the map with setup_data"),
      modified_(log, "the modified map"),
      user_(log, "the user-defined map") {}

void TableReader::line(const LogLine& line) {
  if (pending_) settle(line.text);
  if (labelled(line)) return;
  if (since_entry_ < kSuspectLines) suspect(line);
}

// Whether the line is a table's.
bool TableReader::labelled(const LogLine& line) {
  const std::string_view text = line.text;
  if (text.empty()) return false;
  std::string_view rest = text;
  const auto derived = [&](std::string_view label, Printed& table) {
    if (!eat(rest, label) || !looks_like_range(rest = skip_blanks(rest))) return false;
    entry(line, rest, table);
    return true;
  };
  switch (text[0]) {
    case 'B':
      for (std::string_view label : {"BIOS-e820", "BIOS-e801", "BIOS-88"}) {
        if (!eat(rest, label) || !eat(rest, ":")) {
          rest = text;
          continue;
        }
        tables_.label = label;
        entry(line, skip_blanks(rest), firmware_);
        return true;
      }
      return text.starts_with("BIOS-provided") && begin_table();
    case 'X':
      if (!derived("Xen:", firmware_)) return false;
      tables_.label = "Xen";
      return true;
    case 'e':
      if (text.starts_with("e820: BIOS-provided")) return begin_table();
      return derived("extended:", extended_);
    case 'r':
      return derived("reserve setup_data:", setup_data_);
    case 'm':
      if (text.starts_with("modified physical RAM map")) modified_.runs.emplace_back();
      return derived("modified:", modified_);
    case 'u':
      if (text.starts_with("user-defined physical RAM map")) return user_headed_ = true;
      return derived("user:", user_);
    case '(':
      hypervisor_line(line);
      return true;
    default:
      return false;
  }
}

// `(XEN) Xen-e820 RAM map:`, `(XEN) EFI RAM map:`, then `(XEN)  [a, b] (usable)` or
// `(XEN)  a - b (usable)`; other lines may come between.
// xen: print_e820_memory_map(), arch/x86/e820.c
void TableReader::hypervisor_line(const LogLine& line) {
  std::string_view rest = line.text;
  if (!eat(rest, "(XEN)")) return;
  rest = skip_blanks(rest);
  // Its own time stamp, `[2026-11-23 19:32:10]`, `[    0.000000]` or `[0000003432ac52a2]`, is no
  // range.
  while (!rest.empty() && rest[0] == '[' &&
         rest.substr(0, rest.find(']')).find(", ") == rest.npos) {
    take_until(rest, "]");
    rest = skip_blanks(rest.empty() ? rest : rest.substr(1));
  }
  if (rest.size() >= 8 && rest.substr(rest.size() - 8) == "RAM map:") {
    in_hypervisor_ = true;
    hypervisor_.runs.emplace_back();
    return;
  }
  if (!in_hypervisor_) return;
  const bool is_entry =
      rest.size() > 17 &&
      (rest[0] == '[' ? std::all_of(rest.begin() + 1, rest.begin() + 17, is_hex_digit)
                      : std::all_of(rest.begin(), rest.begin() + 16, is_hex_digit));
  // A cut one, right behind another.
  const bool cut =
      !is_entry && since_xen_ == 0 && !rest.empty() && (rest[0] == '[' || is_hex_digit(rest[0])) &&
      std::all_of(rest.begin() + 1, rest.end(), [](char c) { return is_hex_digit(c); });
  since_xen_ = is_entry ? 0 : since_xen_ + 1;
  if (is_entry || cut) entry(line, rest, hypervisor_);
}

// Adds an entry to the last print of `table`. The first entry of a table that comes again starts
// the table anew: the kernel prints none twice within a table.
void TableReader::append(Printed& table, PrintedEntry entry) {
  std::vector<PrintedTable>& runs = table.runs;
  if (runs.empty() || (!runs.back().empty() && runs.back().front().entry == entry.entry))
    runs.emplace_back();
  runs.back().push_back(std::move(entry));
}

void TableReader::entry(const LogLine& line, std::string_view rest, Printed& table) {
  if (&table == &firmware_) {
    entry_found();
    stamped_ = !line.stamp.empty();
    if (std::exchange(new_table_, false) && !table.runs.empty() && !table.runs.back().empty())
      table.runs.emplace_back();
  }
  LogFaults& faults = table.faults;
  std::string_view after = rest;
  const bool gap = rest.starts_with("[gap ");  // between entries, since v7.0
  std::string as_entry;
  if (gap) {
    as_entry = "[mem " + std::string(rest.substr(5));
    after = as_entry;
  }
  const auto range = take_range(after);
  if (!range) {
    const Fault fault = range_fault(trim(rest));
    // Where nothing is left of the entry the caret stands under its label.
    return faults.at(line, fault.part.empty() ? line.text : fault.part, fault.message);
  }
  const std::string_view printed = rest.substr(0, rest.size() - after.size());
  if (const auto part = lost_digits(printed); !part.empty()) {
    return faults.at(
        line, part,
        "the kernel prints addresses with 16 digits; here some are missing or too many");
  }
  if (range->empty) return faults.at(line, printed, "the entry is empty: its size is 0");
  if (range->last < range->start) {
    return faults.at(line, printed, "the entry ends before it starts");
  }
  if (range->start == 0 && range->last == ~0ull) {
    return faults.at(line, printed, "the entry covers the whole 64-bit address space");
  }
  PrintedEntry entry{
      .entry = {.addr = PhysAddr{range->start}, .size = range->last - range->start + 1},
      .line = counter_.number_at(line.offset),
      .stamp = std::string(line.stamp),
      .gap = gap};
  if (gap) return append(table, std::move(entry));
  const std::string_view type_text = trim(after);
  const auto type = e820_type_of(type_text);
  if (type && is_never_printed(type_text)) {
    return faults.at(line, type_text,
                     "no kernel prints " + quoted(type_text) +
                         ": it has a name for this type; the number is cut");
  }
  if (type) {
    entry.entry.type = *type;
    return append(table, std::move(entry));
  }
  if (type_text.empty()) {
    pending_ =
        Pending{&table, std::move(entry),
                faults.make(line, printed,
                            "the entry has no type; expected one of " + std::string(kKnownTypes))};
    return;
  }
  faults.at(line, type_text,
            "unknown type " + quoted(type_text) + "; expected one of " + std::string(kKnownTypes));
}

// The kernel prints range and type with two calls; where a log keeps them apart, as journald does
// with kernels before 4.10, the type is the whole next line.
void TableReader::settle(std::string_view text) {
  Pending pending = std::move(*pending_);
  pending_.reset();
  if (const auto type = e820_type_of(text)) {
    pending.entry.entry.type = *type;
    append(*pending.table, std::move(pending.entry));
  } else {
    pending.table->faults.add(pending.error);
  }
}

bool TableReader::begin_table() {
  new_table_ = true;
  since_entry_ = 0;
  suspects_.clear();
  return true;
}

// A line among entries: if it has lost its beginning or nearly all, it was one, too.
void TableReader::suspect(const LogLine& line) {
  ++since_entry_;
  const std::string_view text = trim(line.text);
  // Behind the last entry a line without even a time stamp may be the end of what was pasted; not
  // where the log goes on.
  if (since_entry_ == 2 && !line.stamp.empty() && !text.empty() && !suspects_.empty()) {
    empty_lines_.push_back(std::move(suspects_.front()));
    suspects_.clear();
  }
  if (looks_like_cut_entry(text)) {
    return firmware_.faults.at(line, text,
                               "this looks like an entry of the firmware's map whose beginning is "
                               "lost; expected `BIOS-e820: [mem 0xSTART-0xEND] TYPE`");
  }
  const bool front = text.size() >= 2 && text.size() < 16 &&
                     std::string_view("BIOS-e820: [mem 0x").starts_with(text);
  if (since_entry_ == 1 && front) {
    return firmware_.faults.at(line, text,
                               "this looks like an entry of the firmware's map that is cut short" +
                                   std::string(kEntryForms));
  }
  const bool in_stamp = text.starts_with('[') && text.find(']') == text.npos && text.size() < 16;
  const bool rest =
      text.size() < 64 && !has_known_label(text) && e820_type_of(text.substr(text.rfind(']') + 1));
  const bool unstamped = stamped_ && line.stamp.empty();
  if (suspects_.empty() && (text.size() < 2 || in_stamp || rest || unstamped)) {
    suspects_.push_back(at_line(log_, counter_.number_at(line.offset)) +
                        ": a line among those of the firmware's map is empty, or is none of the "
                        "kernel's; if an entry stood there, the map lacks it");
  }
}

// What stood since the entry before was among the table's.
void TableReader::entry_found() {
  if (!suspects_.empty()) empty_lines_.push_back(std::move(suspects_.front()));
  suspects_.clear();
  since_entry_ = 0;
}

// A table that is whole, or nothing, and the reason: an error where the table is needed. `first`:
// its first line.
E820Entries TableReader::whole(Printed& printed, bool needed, std::size_t& first) {
  PrintedTable table = chosen_run(log_, printed.runs, printed.what, tables_.notes);
  Errors errors = printed.faults.take();
  first = table.empty() ? 0 : table.front().line;
  std::vector<std::string> notes;
  const bool sorted = &printed != &hypervisor_;  // made of EFI's, whose order is free
  if (!sorted) {
    std::ranges::stable_sort(table, {}, [](const PrintedEntry& e) { return raw(e.entry.addr); });
  }
  memmap::append(errors, make_whole(log_, table, printed.what, notes));
  if (needed) {
    tables_.notes.insert(tables_.notes.end(), notes.begin(), notes.end());
    errors_ = std::move(errors);
    return errors_.empty() ? entries_of(table) : E820Entries{};
  }
  if (!errors.empty()) {
    const Error& fault = errors.front();
    tables_.notes.push_back(at_line(log_, fault.origin.line) + ": " + std::string(printed.what) +
                            " is damaged and was left out: " + fault.message);
    return {};
  }
  return entries_of(table);
}

LogTables TableReader::finish() {
  if (pending_) settle("");
  LogTables& t = tables_;
  std::size_t ignored = 0;
  t.firmware = whole(firmware_, true, t.firmware_line);
  // A log with empty lines all over is only set so.
  if (empty_lines_.size() * 3 <= tables_.firmware.size()) {
    tables_.notes.insert(tables_.notes.end(), empty_lines_.begin(), empty_lines_.end());
  }
  const bool none = t.firmware.empty() && errors_.empty();
  if (none) t.hypervisor = whole(hypervisor_, true, ignored);
  t.extended = whole(extended_, false, t.extended_line);
  t.setup_data = whole(setup_data_, false, t.setup_data_line);
  if (none) t.modified = whole(modified_, false, t.modified_line);
  t.user = whole(user_, false, t.user_line);
  t.user_headed = user_headed_;
  return std::move(tables_);
}

}  // namespace memmap::input
