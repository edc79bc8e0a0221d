#include "input/log/dmesg_e820.h"

#include <algorithm>

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

// Adds an entry to the last table of `runs`. The first entry of a table that comes again starts the
// table anew: the kernel prints none twice within a table.
void append(std::vector<E820Entries>& runs, E820Entry entry) {
  if (runs.empty() || (!runs.back().empty() && runs.back().front() == entry)) runs.emplace_back();
  runs.back().push_back(entry);
}

bool begins_with(const E820Entries& table, const E820Entries& front) {
  return front.size() <= table.size() && std::equal(front.begin(), front.end(), table.begin());
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
      if (!eat(range, "[mem ")) range.remove_prefix(1);  // the `e` of mem is a digit too
    }
    eat(range, "0x");
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

}  // namespace

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

void TableReader::line(const LogLine& line) {
  const std::string_view text = line.text;
  if (pending_) settle(text);
  if (text.empty()) return;
  std::string_view rest = text;
  switch (text[0]) {
    case 'B':
      for (std::string_view label : {"BIOS-e820", "BIOS-e801", "BIOS-88"}) {
        if (!eat(rest, label) || !eat(rest, ":")) {
          rest = text;
          continue;
        }
        tables_.label = label;
        return entry(line, skip_blanks(rest), firmware_, faults_);
      }
      if (text.substr(0, 13) == "BIOS-provided") new_table_ = true;
      return;
    case 'X':
      if (!eat(rest, "Xen:") || !looks_like_range(rest = skip_blanks(rest))) return;
      tables_.label = "Xen";
      return entry(line, rest, firmware_, faults_);
    case 'e':
      if (eat(rest, "e820: BIOS-provided")) new_table_ = true;
      if (!eat(rest, "extended:") || !looks_like_range(rest = skip_blanks(rest))) return;
      return entry(line, rest, extended_, faults_);
    case 'r':
      if (!eat(rest, "reserve setup_data:") || !looks_like_range(rest = skip_blanks(rest))) return;
      return entry(line, rest, setup_data_, faults_);
    case '(':
      return hypervisor_line(line);
    default:
      return;
  }
}

// `(XEN) Xen-e820 RAM map:`, `(XEN) EFI RAM map:`, then `(XEN)  [a, b] (usable)` or
// `(XEN)  a - b (usable)`. xen: print_e820_memory_map(), arch/x86/e820.c
void TableReader::hypervisor_line(const LogLine& line) {
  std::string_view rest = line.text;
  if (!eat(rest, "(XEN)")) return;
  rest = skip_blanks(rest);
  // Its own time stamp, `[2026-11-23 19:32:10]` or `[    0.000000]`, is no range.
  if (!rest.empty() && rest[0] == '[' && rest.substr(0, 40).find(", ") == rest.npos) {
    take_until(rest, "]");
    rest = skip_blanks(rest.empty() ? rest : rest.substr(1));
  }
  if (rest.size() >= 8 && rest.substr(rest.size() - 8) == "RAM map:") {
    in_hypervisor_ = true;
    hypervisor_.emplace_back();
    return;
  }
  if (!in_hypervisor_) return;
  const bool is_entry =
      rest.size() > 1 &&
      (rest[0] == '[' ? is_hex_digit(rest[1])
                      : rest.substr(0, 32).find(" - ") != rest.npos && is_hex_digit(rest[0]));
  in_hypervisor_ = is_entry;
  if (is_entry) entry(line, rest, hypervisor_, hypervisor_faults_);
}

void TableReader::entry(const LogLine& line, std::string_view rest, Runs& runs, LogFaults& faults) {
  if (rest.substr(0, 4) == "[gap") return;  // between entries, since v7.0
  if (&runs == &firmware_ && new_table_) {
    new_table_ = false;
    if (!runs.empty() && !runs.back().empty()) runs.emplace_back();
  }
  std::string_view after = rest;
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
  E820Entry entry{.addr = PhysAddr{range->start}, .size = range->last - range->start + 1};
  const std::string_view type_text = trim(after);
  const auto type = e820_type_of(type_text);
  if (type) {
    entry.type = *type;
    return append(runs, entry);
  }
  if (type_text.empty()) {
    pending_ =
        Pending{&runs, entry,
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
  const Pending pending = std::move(*pending_);
  pending_.reset();
  if (const auto type = e820_type_of(text)) {
    E820Entry entry = pending.entry;
    entry.type = *type;
    append(*pending.runs, entry);
  } else {
    (pending.runs == &hypervisor_ ? hypervisor_faults_ : faults_).add(pending.error);
  }
}

// One table of those printed: replays are equal, or the front of one another.
E820Entries TableReader::choose(Runs& runs, std::string_view what) {
  E820Entries best;
  bool differ = false;
  for (E820Entries& run : runs) {
    if (run.empty() || begins_with(best, run)) continue;
    differ = differ || !begins_with(run, best);
    best = std::move(run);
  }
  if (differ) {
    tables_.notes.push_back("the log prints " + std::string(what) +
                            " more than once and not alike; the last one was taken");
  }
  return best;
}

LogTables TableReader::finish() {
  if (pending_) settle("");
  tables_.firmware = choose(firmware_, "the firmware's map");
  tables_.hypervisor = choose(hypervisor_, "the hypervisor's map");
  tables_.extended = choose(extended_, "the extended map");
  tables_.setup_data = choose(setup_data_, "the map with setup_data");
  if (tables_.firmware.empty()) {
    for (Error& error : hypervisor_faults_.take()) faults_.add(std::move(error));
  }
  return std::move(tables_);
}

}  // namespace memmap::input
