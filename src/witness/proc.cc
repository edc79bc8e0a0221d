// What a running kernel says of itself in /proc, held against a boot as its log is. Lines are those of
// the files behind the file's name (session/proc_lines.h).
#include <fmt/format.h>

#include <algorithm>

#include "input/text/scan.h"
#include "witness/kinds.h"
#include "witness/words.h"

namespace memmap::witness {
namespace {

// `/proc/meminfo: MemTotal:       16331456 kB`
std::optional<Said> read_meminfo(std::string_view line, Reading&) {
  if (!eat_word(line, "/proc/meminfo:")) return std::nullopt;
  const std::string name(input::take_until(line, ":"));
  if (!eat_word(line, ":")) return std::nullopt;
  const auto kib = input::take_decimal(line);
  if (!kib) return std::nullopt;
  return Said{name, fmt::format("{} kB", *kib)};
}
std::vector<Said> meminfo(const Simulated& boot) {
  std::vector<Said> out;
  if (boot.out.totals.mem_total_kib)
    out.push_back({"MemTotal", fmt::format("{} kB", *boot.out.totals.mem_total_kib)});
  const std::uint64_t cma = boot.out.state.page_allocator.totalcma_pages;
  out.push_back({"CmaTotal", fmt::format("{} kB", cma << (kPageShift - 10))});
  return out;
}
Judged judge_meminfo(const Simulated& boot, const Said& said) {
  if (said.key == "CmaTotal") return {};
  return another_build(boot, said);
}

// `/proc/zoneinfo: Node 0, zone DMA32: present 782298`
std::optional<Said> read_zoneinfo(std::string_view line, Reading&) {
  if (!eat_word(line, "/proc/zoneinfo:")) return std::nullopt;
  const std::size_t colon = line.rfind(": ");
  if (colon == line.npos) return std::nullopt;
  std::string_view rest = line.substr(colon + 2);
  const std::string_view name = input::take_until(rest, " ");
  return Said{fmt::format("{}: {}", line.substr(0, colon), name), std::string(input::trim(rest))};
}
std::vector<Said> zoneinfo(const Simulated& boot) {
  std::vector<Said> out;
  const auto& managed = boot.out.state.page_allocator.zones;
  for (const boot::NodeState& n : boot.out.state.node_states) {
    for (const boot::ZoneState& z : n.zones) {
      const auto add = [&](std::string_view what, std::uint64_t value) {
        out.push_back({fmt::format("Node {}, zone {}: {}", n.nid, zones::name(z.zone.type), what),
                       fmt::format("{}", value)});
      };
      add("spanned", z.zone.spanned_pages);
      add("present", z.zone.present_pages);
      const auto pages = std::ranges::find_if(managed, [&](const buddy::ZonePages& p) {
        return p.nid == n.nid && p.type == z.zone.type;
      });
      if (pages != managed.end()) add("managed", pages->managed_pages);
    }
  }
  return out;
}
Judged judge_zoneinfo(const Simulated& boot, const Said& said) {
  if (said.key.ends_with("managed")) return another_build(boot, said);
  return {};
}

// `/proc/iomem: 00001000-0009fbff : System RAM`
std::optional<Said> read_iomem(std::string_view line, Reading&) {
  if (!eat_word(line, "/proc/iomem:")) return std::nullopt;
  const auto base = input::take_hex(line);
  if (!base || !input::eat(line, "-")) return std::nullopt;
  const auto last = input::take_hex(line);
  if (!last || *last < *base || !input::eat(line, " : ")) return std::nullopt;
  return Said{std::string(input::trim(line)), show(*base, *last + 1)};
}
void add_resources(const std::vector<boot::Resource>& resources, std::vector<Said>& out) {
  for (const boot::Resource& r : resources) {
    out.push_back({r.name, show(r.range)});
    add_resources(r.children, out);
  }
}
std::vector<Said> iomem(const Simulated& boot) {
  std::vector<Said> out;
  add_resources(boot.out.state.iomem.resources(), out);
  return out;
}
// Where the image lies is read from there; how long its parts are is the build's.
Judged judge_iomem(const Simulated& boot, const Said& said) {
  if (said.key.starts_with("Kernel ")) return another_build(boot, said);
  return {};
}

// clang-format off
constexpr Kind kKinds[] = {
    {"meminfo",  "/proc/meminfo",  {"/proc/meminfo: "}, read_meminfo, meminfo, nullptr, judge_meminfo, Cause::sizes},
    {"zoneinfo", "/proc/zoneinfo", {"/proc/zoneinfo: "}, read_zoneinfo, zoneinfo, nullptr, judge_zoneinfo, Cause::sizes},
    {"iomem",    "/proc/iomem",    {"/proc/iomem: "}, read_iomem, iomem, nullptr, judge_iomem, Cause::place},
};
// clang-format on

}  // namespace

std::span<const Kind> proc_kinds() { return kKinds; }

}  // namespace memmap::witness
