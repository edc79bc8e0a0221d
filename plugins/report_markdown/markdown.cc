// A short report in Markdown, for an issue or a review: the map, who has what, zones, free blocks.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "plugin/plugin.hpp"

namespace {

using memmap::plugin::hex;
using memmap::plugin::Host;

constexpr std::uint64_t kPage = 4096;

// In the largest unit that divides it: `640K`, `3G`, `17`.
std::string size(std::uint64_t bytes) {
  static constexpr std::pair<unsigned, char> kUnits[] = {{60, 'E'}, {50, 'P'}, {40, 'T'},
                                                         {30, 'G'}, {20, 'M'}, {10, 'K'}};
  for (const auto& [shift, unit] : kUnits) {
    if (bytes != 0 && (bytes & ((std::uint64_t{1} << shift) - 1)) == 0) {
      return std::to_string(bytes >> shift) + unit;
    }
  }
  return std::to_string(bytes);
}

// Text from outside as one cell: what Markdown or HTML would act on is escaped.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x20 || u == 0x7f) {
      out += ' ';
    } else if (u >= 0x80) {
      out += '?';  // may be no UTF-8
    } else {
      if (std::strchr("|<>&*_`[]\\#~", c) != nullptr) out += '\\';
      out += c;
    }
  }
  return out;
}

// The same between backquotes, where nothing is acted on but the backquote.
std::string code(const std::string& text) {
  std::string out = "`";
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    out += u < 0x20 || u >= 0x7f ? '?' : c == '`' ? '\'' : c;
  }
  return text.empty() ? "(none)" : out + "`";
}

std::string row(const std::vector<std::string>& cells) {
  std::string out = "|";
  for (const std::string& c : cells) out += " " + c + " |";
  return out + "\n";
}

// Titles; those that begin with `>` stand over numbers.
std::string titles(const std::vector<std::string>& names) {
  std::string line = "|";
  std::vector<std::string> plain;
  for (const std::string& n : names) {
    const bool number = n[0] == '>';
    line += number ? "---:|" : "---|";
    plain.push_back(number ? n.substr(1) : n);
  }
  return row(plain) + line + "\n";
}

std::string e820_type(std::uint32_t type) {
  switch (type) {
    case 1:
      return "RAM";
    case 2:
      return "reserved";
    case 3:
      return "ACPI data";
    case 4:
      return "ACPI NVS";
    case 5:
      return "unusable";
    default:
      return "type " + std::to_string(type);
  }
}

void write_map(const memmap_state_t& boot, std::string& out) {
  out += "\n## Memory map\n\n" + titles({"start", "end", ">size", "type"});
  for (const memmap_range_t& e : memmap::plugin::e820_of(boot)) {
    out += row({code(hex(e.base)), code(hex(e.end - 1)), size(e.end - e.base), e820_type(e.type)});
  }
}

void write_owners(const memmap_state_t& boot, std::uint64_t most, std::string& out) {
  std::map<std::string, std::uint64_t> bytes;
  for (const memmap_owned_t& o : memmap::plugin::owners_of(boot)) {
    bytes[o.owner] += o.end - o.base;
  }
  std::vector<std::pair<std::string, std::uint64_t>> by_size(bytes.begin(), bytes.end());
  std::stable_sort(by_size.begin(), by_size.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  out += "\n## Reserved\n\n" + titles({"owner", ">bytes"});
  std::uint64_t rest = 0;
  for (std::size_t i = 0; i < by_size.size(); ++i) {
    if (i < most) {
      out += row({cell(by_size[i].first), std::to_string(by_size[i].second)});
    } else {
      rest += by_size[i].second;
    }
  }
  if (rest != 0) out += row({"(others)", std::to_string(rest)});
}

void write_zones(const memmap_state_t& boot, std::string& out) {
  static const char* const kNames[] = {"DMA", "DMA32", "Normal", "Movable"};
  out += "\n## Zones\n\n" +
         titles({">node", "zone", ">spanned", ">present", ">managed", ">managed bytes"});
  for (const memmap_zone_t& z : memmap::plugin::zones_of(boot)) {
    if (z.spanned_pages == 0) continue;
    out += row({std::to_string(z.nid), z.type < 4 ? kNames[z.type] : "?",
                std::to_string(z.spanned_pages), std::to_string(z.present_pages),
                std::to_string(z.managed_pages), size(z.managed_pages * kPage)});
  }
}

void write_free_blocks(const memmap_state_t& boot, std::string& out) {
  std::map<std::uint32_t, std::uint64_t> blocks;
  for (const memmap_free_run_t& f : memmap::plugin::free_blocks_of(boot)) {
    blocks[f.order] += f.count;
  }
  out += "\n## Free blocks\n\n" + titles({">order", ">block", ">blocks", ">bytes"});
  for (const auto& [order, count] : blocks) {
    const std::uint64_t block = kPage << order;
    out += row(
        {std::to_string(order), size(block), std::to_string(count), std::to_string(block * count)});
  }
}

void write_warnings(const memmap_state_t& boot, std::string& out) {
  std::string list;
  for (const memmap_event_t& e : memmap::plugin::messages_of(boot)) {
    if (e.severity < MEMMAP_SEVERITY_WARNING) continue;
    list += std::string("- ") + (e.severity == MEMMAP_SEVERITY_PANIC ? "**panic** " : "") +
            code(e.text) + "\n";
  }
  if (!list.empty()) out += "\n## Warnings\n\n" + list;
}

std::int32_t render(const memmap_report_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const Host& h) -> std::int32_t {
    const memmap_state_t& boot = *in->state;
    std::string out = "# Boot of " + cell(in->source) + "\n\n";
    out += "- kernel: " + code(in->kernel) + "\n";
    out += "- command line: " + code(in->command_line) + "\n";
    out += "- allocation policy: " + code(in->policy) + "\n";
    if ((boot.flags & MEMMAP_STATE_PANICKED) != 0) out += "- **the boot stopped**\n";
    write_warnings(boot, out);
    write_map(boot, out);
    write_owners(boot, *h.number("owners"), out);
    if (!memmap::plugin::zones_of(boot).empty()) write_zones(boot, out);
    if (!memmap::plugin::free_blocks_of(boot).empty()) write_free_blocks(boot, out);
    h.write(out);
    return MEMMAP_OK;
  });
}

constexpr memmap_option_t kOptions[] = {
    {sizeof(memmap_option_t), MEMMAP_OPTION_COUNT, "owners", "how many owners to list", "20",
     nullptr, 1, 100000, 0, 0},
};

constexpr memmap_report_t kReport = {sizeof(memmap_report_t), MEMMAP_REPORT_TEXT,
                                     "tables in Markdown", render};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_REPORT_1) ? &kReport : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "report_markdown", "1.0", "Writes a short report in Markdown", get_interface, kOptions, 1);
