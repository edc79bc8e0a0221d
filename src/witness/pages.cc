// How many pages nodes and zones have, and how many lie in holes between them.
#include "witness/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/align.h"
#include "input/text/scan.h"
#include "witness/kinds.h"
#include "witness/words.h"

namespace memmap::witness {

std::optional<PhysRange> take_pages(std::string_view& text) {
  constexpr std::uint64_t kMost = 1ull << 40;
  const auto start = input::take_hex(text);
  if (!start || !input::eat(text, " -> ")) return std::nullopt;
  const auto end = input::take_hex(text);
  if (!end || *end < *start || *end > kMost) return std::nullopt;
  return PhysRange::make(*start << kPageShift, *end << kPageShift);
}

std::string show_pages(std::uint64_t start, std::uint64_t end) {
  return show(start << kPageShift, end << kPageShift);
}

namespace {

std::string pages(std::uint64_t count) { return fmt::format("{} pages", count); }

std::string of_zone(int nid, std::string_view zone) {
  return fmt::format("node {}, zone {}", nid, zone);
}

// `On node 0, zone DMA32: 1409 pages in unavailable ranges`
std::optional<Said> read_unavailable(std::string_view line, Reading&) {
  if (!input::eat(line, "On node ")) return std::nullopt;
  const auto nid = input::take_decimal(line);
  if (!nid || !input::eat(line, ", zone ")) return std::nullopt;
  const std::string zone(input::take_until(line, ":"));
  if (!eat_word(line, ":")) return std::nullopt;
  const auto count = input::take_decimal(line);
  if (!count || !input::eat(line, " pages in unavailable ranges")) return std::nullopt;
  return Said{of_zone(static_cast<int>(*nid), zone), pages(*count)};
}

// Holes between memory, zone by zone, as far as there are struct pages for them: in sections with
// memory.
// kernel: memmap_init(), memmap_init_zone_range(), init_unavailable_range(), mm/mm_init.c, v6.12
class Holes {
 public:
  explicit Holes(const Simulated& boot) : boot_(boot) {
    for (const auto& r : memblock::mem_pfn_ranges(boot.out.state.memblock)) {
      for (std::uint64_t s = raw(r.start) / kSection; s <= (raw(r.end) - 1) / kSection; ++s)
        sections_.insert(s);
    }
  }

  std::vector<Said> all() {
    int nid = 0;
    zones::ZoneType zone = zones::ZoneType::dma;
    std::uint64_t end = 0;
    for (const auto& r : memblock::mem_pfn_ranges(boot_.out.state.memblock)) {
      end = raw(r.end);
      nid = boot_.in.behaviour.numa ? r.nid : 0;
      const auto& nodes = boot_.out.state.node_states;
      const auto node = std::ranges::find(nodes, nid, &boot::NodeState::nid);
      if (node == nodes.end()) continue;
      for (const boot::ZoneState& z : node->zones) {
        if (z.zone.present_pages == 0) continue;
        zone = z.zone.type;
        add_before(nid, z.zone, raw(r.start), end);
      }
    }
    count(nid, zone, hole_, align_up(end, kSection));
    return std::move(out_);
  }

 private:
  static constexpr std::uint64_t kSection = 1ull << (27 - kPageShift);  // PAGES_PER_SECTION

  void add_before(int nid, const zones::Zone& zone, std::uint64_t start, std::uint64_t end) {
    const std::uint64_t low = raw(zone.start_pfn);
    const std::uint64_t high = low + zone.spanned_pages;
    start = std::clamp(start, low, high);
    end = std::clamp(end, low, high);
    if (start >= end) return;
    if (hole_ < start) count(nid, zone.type, hole_, start);
    hole_ = end;
  }

  void count(int nid, zones::ZoneType zone, std::uint64_t from, std::uint64_t to) {
    std::uint64_t sum = 0;
    for (std::uint64_t at = from; at < to;) {
      const std::uint64_t next = std::min(align_down(at, kSection) + kSection, to);
      if (sections_.contains(at / kSection)) sum += next - at;
      at = next;
    }
    if (sum != 0) out_.push_back({of_zone(nid, zones::name(zone)), pages(sum)});
  }

  const Simulated& boot_;
  std::set<std::uint64_t> sections_{};
  std::uint64_t hole_ = 0;
  std::vector<Said> out_{};
};

std::vector<Said> unavailable(const Simulated& boot) { return Holes(boot).all(); }

// `On node 0 totalpages: 24807852`, and below it, by zone, `  DMA zone: 3995 pages, LIFO batch:0`
std::optional<Said> read_total(std::string_view line, Reading& reading) {
  if (!input::eat(line, "On node ")) return std::nullopt;
  const auto nid = input::take_decimal(line);
  if (!nid || !input::eat(line, " totalpages: ")) return std::nullopt;
  const auto count = input::take_decimal(line);
  if (!count) return std::nullopt;
  reading.nid = static_cast<int>(std::min<std::uint64_t>(*nid, 1u << 20));
  return Said{fmt::format("node {}", *nid), pages(*count)};
}

std::vector<Said> totals(const Simulated& boot) {
  std::vector<Said> out;
  for (const boot::NodeState& n : boot.out.state.node_states)
    out.push_back({fmt::format("node {}", n.nid), pages(n.present_pages)});
  return out;
}

constexpr std::string_view kFreePages = ", free pages";

std::optional<Said> read_zone(std::string_view line, Reading& reading, std::string_view behind) {
  const std::string zone(input::take_until(line, " "));
  if (!input::eat(line, " zone: ")) return std::nullopt;
  const auto count = input::take_decimal(line);
  if (!count || !line.starts_with(behind)) return std::nullopt;
  return Said{of_zone(reading.nid, zone), pages(*count)};
}
std::optional<Said> read_zone_pages(std::string_view line, Reading& reading) {
  auto said = read_zone(line, reading, " pages, LIFO batch:");
  if (said && reading.in_page_frames) said->key += kFreePages;
  return said;
}
std::optional<Said> read_zone_map(std::string_view line, Reading& reading) {
  return read_zone(line, reading, " pages used for memmap");
}

template <class Count>
std::vector<Said> of_zones(const Simulated& boot, Count count) {
  std::vector<Said> out;
  for (const boot::NodeState& n : boot.out.state.node_states) {
    for (const boot::ZoneState& z : n.zones) {
      if (z.zone.present_pages != 0)
        out.push_back({of_zone(n.nid, zones::name(z.zone.type)), pages(count(z.zone))});
    }
  }
  return out;
}

std::vector<Said> zone_pages(const Simulated& boot) {
  return of_zones(boot, [](const zones::Zone& z) { return z.present_pages; });
}

Judged judge_zone_pages(const Simulated&, const Said& said) {
  if (said.key.ends_with(kFreePages))
    return {Standing::unknown, "this kernel leaves out pages that are reserved by then"};
  return {};
}

// kernel: calc_memmap_size(), mm/page_alloc.c, v6.1
std::vector<Said> zone_maps(const Simulated& boot) {
  const std::uint64_t bytes = boot.in.profile.size_of(type::page);
  return of_zones(boot, [bytes](const zones::Zone& z) {
    const bool holes = z.spanned_pages > z.present_pages + (z.present_pages >> 4);
    const std::uint64_t count = holes ? z.present_pages : z.spanned_pages;
    return align_up(count * bytes, kPageSize) >> kPageShift;
  });
}

// `Built 1 zonelists, mobility grouping on.  Total pages: 6089842`
std::optional<Said> read_built(std::string_view line, Reading&) {
  const auto count = number_behind(line, "Total pages: ");
  if (!count) return std::nullopt;
  return Said{"", pages(*count)};
}

// What zones have for free by then: all that is present, before 6.10 without struct pages and what
// is reserved below 16 MiB. kernel: build_all_zonelists(), mm/page_alloc.c, v6.1 and v6.12
std::vector<Said> built(const Simulated& boot) {
  std::uint64_t present = 0;
  for (const boot::NodeState& n : boot.out.state.node_states) present += n.present_pages;
  const bool all = boot.in.behaviour.hashes_follow_free_pages;
  return {{"", pages(all ? present : boot.out.state.nr_kernel_pages)}};
}

Judged judge_built(const Simulated& boot, const Said& said) {
  if (boot.in.behaviour.hashes_follow_free_pages) return {};
  return another_build(boot, said);
}

// clang-format off
constexpr Kind kKinds[] = {
    {"unavailable", "pages in holes",            {"On node "}, read_unavailable, unavailable},
    {"node_pages",  "pages of the nodes",        {"On node "}, read_total, totals},
    {"zone_pages",  "pages of the zones",        {"DMA zone: ", "DMA32 zone: ", "Normal zone: ", "Movable zone: "}, read_zone_pages, zone_pages, nullptr, judge_zone_pages},
    {"zone_maps",   "struct pages of the zones", {"DMA zone: ", "DMA32 zone: ", "Normal zone: ", "Movable zone: "}, read_zone_map, zone_maps},
    {"built_pages", "pages in the zonelists",    {"Built "}, read_built, built, nullptr, judge_built, Cause::place},
};
// clang-format on

}  // namespace

std::span<const Kind> page_kinds() { return kKinds; }

}  // namespace memmap::witness
