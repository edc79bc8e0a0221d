// Whether a text is a kernel's log, whatever it wears.
#include <string.h>

#include <algorithm>
#include <string>

#include "input/log/dmesg.h"
#include "input/log/log_lines.h"
#include "input/open/archive.h"
#include "input/text/paper.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

// As bytes.find(), which takes several times as long where the first letter of `words` is a common one.
std::size_t find(std::string_view bytes, std::string_view words, std::size_t from = 0) {
  const std::string_view rest = bytes.substr(std::min(from, bytes.size()));
  const void* const at = ::memmem(rest.data(), rest.size(), words.data(), words.size());
  return at == nullptr ? bytes.npos
                       : static_cast<std::size_t>(static_cast<const char*>(at) - bytes.data());
}

// Whether a line of `bytes` has `label` as the front of its message, and `next` behind it.
bool has_line(std::string_view bytes, std::string_view label, std::string_view next) {
  int tries = 0;
  for (std::size_t at = find(bytes, label); at != bytes.npos && tries < 1000;
       at = find(bytes, label, at + 1), ++tries) {
    const auto found = line_around(bytes, at);
    if (!found) continue;
    std::string_view rest = skip_blanks(bytes.substr(at + label.size(), 200));
    if (rest.substr(0, 2) == "\x1b[") {  // colours end behind the label
      take_until(rest, "m");
      rest = skip_blanks(rest.empty() ? rest : rest.substr(1));
    }
    const bool form =
        rest.substr(0, next.size()) == next ||
        (next == "[mem" && rest.size() > 1 && is_hex_digit(rest[0]) && is_hex_digit(rest[1]));
    if (!form) continue;
    const bool coloured = found->line.whole.find('\x1b') != std::string_view::npos;
    if (coloured || found->line.text.data() == bytes.data() + at) return true;
  }
  return false;
}

// A log whose disguises are off, or that has none.
Recognition look_at(std::string_view bytes) {
  for (std::string_view label : {"BIOS-e820:", "BIOS-e801:", "BIOS-88:", "Xen:"}) {
    if (has_line(bytes, label, "[mem"))
      return {100, "a line of an e820 table (`" + std::string(label) + "`)"};
  }
  if (has_line(bytes, "efi: mem00:", "[") || has_line(bytes, "EFI: mem00:", "type=")) {
    return {100, "a line of EFI's memory map"};
  }
  for (std::string_view label : {"user:", "modified:", "extended:", "reserve setup_data:"}) {
    if (has_line(bytes, label, "[mem")) {
      return {95, "a line of a table that the kernel made of the firmware's (`" +
                      std::string(label) + "`)"};
    }
  }
  if (find(bytes, "(XEN)") != bytes.npos && find(bytes, "RAM map:") != bytes.npos) {
    return {90, "the hypervisor's memory map"};
  }
  if (has_line(bytes, "BIOS-e820:", "")) return {80, "a damaged line of an e820 table"};
  for (std::string_view words :
       {"BIOS-provided physical RAM map:", "e820: BIOS-provided physical RAM map:",
        "e820: update [mem ", "e820: remove [mem ", "last_pfn = ", "e820: last_pfn = "}) {
    if (has_line(bytes, words, "")) {
      return {95, "a kernel's line about its map (`" + std::string(trim(words)) + "`)"};
    }
  }
  if (has_line(bytes, "Linux version ", "")) return {60, "the kernel's first line"};
  LogLine first{.whole = bytes.substr(0, std::min<std::size_t>(bytes.find('\n'), 1024))};
  strip_prefix(first);
  if (!first.stamp.empty()) return {40, "a kernel's time stamp at the front"};
  return {0, "no line of an e820 table and no `Linux version`"};
}

// Whether it is worth while to look behind what a text may wear.
bool may_hold_log(std::string_view bytes) {
  if (has_other_encoding(bytes)) return true;
  if (bytes.substr(0, 512).find('\0') != bytes.npos) return false;
  for (std::string_view words :
       {"BIOS-", "Linux version ", "(XEN)", "[mem 0x", "\"dmesg\"", "\"MESSAGE\"", "e820: "}) {
    if (find(bytes, words) != bytes.npos) return true;
  }
  return false;
}

}  // namespace

Recognition recognise_dmesg(const Source& source) {
  const std::string_view bytes = source.bytes;
  if (is_tar(bytes)) return {0, "a tar"};  // whatever logs are in it
  const Recognition plain = look_at(bytes);
  if (plain.score >= 95 || !may_hold_log(bytes)) return plain;
  const auto log = LogText::open(source);
  if (!log) return {95, "a log that cannot be read: " + log.errors().front().message};
  if (log->is_plain()) return plain;
  const Recognition undressed = look_at(log->bytes());
  return undressed.score > plain.score ? undressed : plain;
}

}  // namespace memmap::input
