#include "input/table/no_maps.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "input/text/lines.h"

namespace memmap::input {
namespace {

struct NoMap {
  std::string_view what;
  std::string_view why;
  std::string_view mark;        // in a line of it
  std::string_view and_mark{};  // in the same line
};

constexpr std::string_view kLsmem =
    "it shows blocks of memory (128 MiB and more) that are online, no firmware's table: what is "
    "reserved inside of a block is not in it";

// clang-format off
constexpr NoMap kNoMaps[] = {
    {"the output of lsmem", kLsmem, "RANGE", "STATE"},
    {"the output of lsmem", kLsmem, "Memory block size:"},
    {"the output of lsmem", kLsmem, "Total online memory:"},
    {"the output of lsmem", kLsmem, "\"range\":", "0x"},
    {"the output of lsmem", kLsmem, " online ", "0x"},
    {"/proc/mtrr", "it tells how memory is cached, not what it is", "reg0", "base=0x"},
    {"/proc/meminfo", "it has sums, no addresses", "MemTotal:"},
    {"the output of free", "it has sums, no addresses", "total", "buff/cache"},
    {"the maps of a process", "its addresses are virtual", "-", " r-xp "},
    {"the maps of a process", "its addresses are virtual", "-", " rw-p "},
    {"/proc/vmallocinfo", "its addresses are virtual", "0xffff", " pages="},
    {"/proc/zoneinfo or /proc/buddyinfo", "it has sums for each zone, no firmware's table", "Node 0, zone"},
    {"SMBIOS's list of memory modules", "it has sizes, no addresses", "DMI type 17"},
};
// clang-format on

}  // namespace

std::optional<Error> known_as_no_map(const Source& source) {
  constexpr std::size_t kLookedAt = 64 * 1024;
  Lines lines(std::string_view(source.bytes).substr(0, kLookedAt));
  while (const auto line = lines.next()) {
    for (const NoMap& n : kNoMaps) {
      const std::size_t at = line->text.find(n.mark);
      if (at == std::string_view::npos || line->text.find(n.and_mark) == std::string_view::npos)
        continue;
      return error_at(
          source.name, *line, trimmed(line->text),
          fmt::format("this is {}: {}; take the boot log (`dmesg`), /sys/firmware/memmap or, as "
                      "root, /proc/iomem",
                      n.what, n.why));
    }
  }
  return std::nullopt;
}

}  // namespace memmap::input
