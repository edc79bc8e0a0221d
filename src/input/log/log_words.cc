#include "input/log/log_words.h"

#include <algorithm>
#include <span>
#include <string>

#include "input/log/dmesg_e820.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

constexpr std::string_view kWords[] = {
    "BIOS-e820:",
    "BIOS-e801:",
    "BIOS-88:",
    "BIOS-provided physical RAM map",
    "e820: BIOS-provided physical RAM map",
    "Linux version ",
    "Command line: ",
    "Kernel command line: ",
    "Xen: [mem ",
    "user: [mem ",
    "modified: [mem ",
    "extended: [mem ",
    "reserve setup_data: [mem ",
    "user-defined physical RAM map",
    "modified physical RAM map",
    "extended physical RAM map",
    "NX (Execute Disable) protection",
    "last_pfn = ",
    "e820: last_pfn = ",
    "e820: update [mem ",
    "e820: remove [mem ",
    "RAMDISK: [mem ",
    "Hypervisor detected: ",
    "DMI not present",
    "Using GB pages for direct mapping",
    "found SMP MP-table at ",
    "efi: EFI v",
    "efi: mem",
    "ACPI: RSDP ",
    "ACPI: XSDT ",
    "ACPI: SRAT: Node ",
    "SRAT: Node ",
    "Faking a node at [mem ",
    "NODE_DATA(",
    "Zone ranges:",
    "Early memory node ranges",
    "MTRR default type: ",
    "smpboot: Allowing ",
    "CPU topo: Allowing ",
    "(XEN) ",
};

// `12`, `stdout`, `2026-11-23T19:32:10Z`: what no bracket or mark closes.
bool is_word_char(char c) { return is_digit(c) || is_letter(c) || c == '_'; }

// Whether the kernel's words may follow `front`: nothing, or what no sentence ends with.
bool may_precede(std::string_view front) {
  std::size_t at = 0;
  const std::string_view stamp = last_stamp(front, at);
  if (!stamp.empty()) {
    // Behind the kernel's stamp only brackets (`[    T0]`, `<0>.(0)[0:swapper]` of vendors'
    // kernels) and syslog's tag may stand.
    std::string_view rest = trim(front.substr(front.find(']', at) + 1));
    while (!rest.empty() && std::string_view("[(<.").find(rest[0]) != rest.npos) {
      const char close = rest[0] == '[' ? ']' : rest[0] == '(' ? ')' : rest[0] == '<' ? '>' : '.';
      const std::size_t end = rest.find(close);
      if (end == rest.npos) return false;
      rest = trim(rest.substr(end + 1));
    }
    return rest.empty() || rest.ends_with("kernel:") ||
           rest.find_first_not_of("\"'`<>|") == rest.npos;
  }
  return true;
}

// The labels of tables that a kernel prints, longest first.
constexpr std::string_view kLabels[] = {
    "reserve setup_data:", "BIOS-e820:", "BIOS-e801:", "BIOS-88:",
    "extended:",           "modified:",  "user:",      "Xen:"};

constexpr std::string_view kTypes[] = {
    "usable",        "System RAM",       "device reserved",   "reserved",
    "soft reserved", "Soft Reserved",    "ACPI data",         "ACPI NVS",
    "unusable",      "unusable memory",  "persistent (type ", "persistent RAM (type ",
    "type ",         "unaccepted memory"};

// Removes the name of a type from the front: the longest that is one.
bool take_type(std::string_view& s) {
  const bool parentheses = s.starts_with('(');
  std::size_t best = 0;
  for (const std::string_view name : kTypes) {
    std::string_view rest = parentheses ? s.substr(1) : s;
    if (!eat(rest, name)) continue;
    if (name.ends_with("type ")) {
      std::size_t digits = 0;
      while (digits < rest.size() && is_digit(rest[digits])) ++digits;
      if (digits == 0) continue;
      rest.remove_prefix(digits);
      if (name != "type " && !eat(rest, ")")) continue;
    }
    if (parentheses && !eat(rest, ")")) continue;
    if (!rest.empty() && is_word_char(rest[0])) continue;
    best = std::max(best, s.size() - rest.size());
  }
  if (best == 0 || !e820_type_of(s.substr(0, best))) return false;
  s.remove_prefix(best);
  return true;
}

}  // namespace

std::size_t kernel_stamp(std::string_view s, std::string_view& stamp) {
  std::size_t i = 1;
  while (i < s.size() && is_blank(s[i])) ++i;
  const std::size_t from = i;
  while (i < s.size() && is_digit(s[i])) ++i;
  if (i == from || i - from > 12 || i >= s.size() || s[i] != '.') return 0;
  const std::size_t fraction = ++i;
  while (i < s.size() && is_digit(s[i])) ++i;
  if (i == fraction || i >= s.size() || s[i] != ']') return 0;
  stamp = s.substr(from, i - from);
  return i + 1;
}

std::string_view last_stamp(std::string_view front, std::size_t& at) {
  for (at = front.rfind('['); at != front.npos;
       at = at == 0 ? front.npos : front.rfind('[', at - 1)) {
    std::string_view stamp;
    if (kernel_stamp(front.substr(at), stamp) != 0) return stamp;
  }
  return {};
}

bool begins_with_words(std::string_view text) {
  return std::ranges::any_of(kWords,
                             [&](std::string_view words) { return text.starts_with(words); });
}

std::size_t find_words(std::string_view line) {
  std::size_t best = line.npos;
  for (const std::string_view words : kWords) {
    const std::size_t at = line.find(words);
    if (at >= best) continue;
    if (at != 0 && is_word_char(line[at - 1])) continue;
    if (may_precede(line.substr(0, at))) best = at;
  }
  return best;
}

EntryText entry_text(std::string_view message) {
  EntryText out;
  std::string_view rest = message;
  for (const std::string_view label : kLabels) {
    if (!eat(rest, label)) continue;
    rest = skip_blanks(rest);
    const bool modern = rest.starts_with("[mem") || rest.empty();
    const bool old = !rest.empty() && is_hex_digit(rest[0]);
    out.is_entry = modern || old;
    break;
  }
  out.tail = rest;
  if (!out.is_entry) return out;
  out.has_range = take_range(rest).has_value();
  out.tail = rest;
  if (!out.has_range) return out;
  rest = skip_blanks(rest);
  out.has_type = take_type(rest);
  if (out.has_type) out.tail = rest;
  return out;
}

}  // namespace memmap::input
