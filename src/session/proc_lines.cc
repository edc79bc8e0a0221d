#include "session/proc_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "input/text/scan.h"

namespace memmap::session {
namespace {

// Each line of a file with its number; false: it cannot be read.
template <class Take>
bool each_line(const std::string& path, Take take) {
  std::ifstream file(path);
  if (!file) return false;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) take(number, line);
  return true;
}

void read_meminfo(const std::string& path, ProcLines& out) {
  const bool read = each_line(path, [&](std::size_t number, const std::string& line) {
    if (line.starts_with("MemTotal:") || line.starts_with("CmaTotal:"))
      out.lines.push_back({number, "/proc/meminfo: " + line});
  });
  if (!read) out.unread.push_back("/proc/meminfo cannot be read");
}

// `Node 0, zone      DMA`, and below it `        present  3998`
void read_zoneinfo(const std::string& path, ProcLines& out) {
  std::string zone;
  const bool read = each_line(path, [&](std::size_t number, const std::string& text) {
    std::string_view line = text;
    if (input::eat(line, "Node ")) {
      const std::string nid(input::take_until(line, ","));
      if (input::eat(line, ", zone "))
        zone = fmt::format("Node {}, zone {}", nid, input::trim(line));
      return;
    }
    line = input::skip_blanks(line);
    for (const std::string_view name : {"spanned", "present", "managed"}) {
      std::string_view rest = line;
      if (!input::eat(rest, name) || zone.empty() || zone.ends_with("Device")) continue;
      out.lines.push_back(
          {number, fmt::format("/proc/zoneinfo: {}: {} {}", zone, name, input::trim(rest))});
    }
  });
  if (!read) out.unread.push_back("/proc/zoneinfo cannot be read");
}

// Drivers add resources of their own: only the names that the boot gives are taken.
void read_iomem(const std::string& path, ProcLines& out) {
  constexpr std::array<std::string_view, 9> kNames{
      "System RAM",    "ACPI Tables",  "ACPI Non-volatile Storage",
      "RAM buffer",    "Crash kernel", "Kernel code",
      "Kernel rodata", "Kernel data",  "Kernel bss"};
  bool hidden = true;
  std::vector<KernelLine> lines;
  const bool read = each_line(path, [&](std::size_t number, const std::string& text) {
    const std::string_view line = input::trim(text);
    const std::size_t at = line.find(" : ");
    if (at == line.npos) return;
    const bool zero = line.substr(0, at).find_first_not_of("0-") == line.npos;
    hidden = hidden && zero;
    if (std::ranges::find(kNames, line.substr(at + 3)) != kNames.end())
      lines.push_back({number, fmt::format("/proc/iomem: {}", line)});
  });
  if (!read) {
    out.unread.push_back("/proc/iomem cannot be read");
  } else if (hidden) {
    out.unread.push_back("/proc/iomem shows its addresses to root only");
  } else {
    out.lines.insert(out.lines.end(), lines.begin(), lines.end());
  }
}

}  // namespace

ProcLines read_proc_lines(const std::string& root) {
  ProcLines out;
  read_meminfo(root + "/proc/meminfo", out);
  read_zoneinfo(root + "/proc/zoneinfo", out);
  read_iomem(root + "/proc/iomem", out);
  return out;
}

}  // namespace memmap::session
