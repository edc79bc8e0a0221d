#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/align.h"
#include "boot/steps/steps.h"

namespace memmap::boot {
namespace {

struct Area {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  std::uint64_t limit = 0;  // 0: the end of memory
  bool fixed = false;
};

// kernel: cma_early_percent_memory(), kernel/dma/contiguous.c
std::uint64_t percent_of_memory(const Boot& boot) {
  const std::uint64_t pages = boot.memblock.phys_mem_size() >> kPageShift;
  return (pages * boot.profile.number("CMA_SIZE_PERCENTAGE") / 100) << kPageShift;
}

std::uint64_t configured_size(const Boot& boot) {
  const std::uint64_t bytes = boot.profile.number("CMA_SIZE_MBYTES") * kMiB;
  if (boot.profile.has("CMA_SIZE_SEL_MBYTES")) return bytes;
  if (boot.profile.has("CMA_SIZE_SEL_PERCENTAGE")) return percent_of_memory(boot);
  if (boot.profile.has("CMA_SIZE_SEL_MIN")) return std::min(bytes, percent_of_memory(boot));
  if (boot.profile.has("CMA_SIZE_SEL_MAX")) return std::max(bytes, percent_of_memory(boot));
  return 0;
}

// cma=SIZE[@BASE[-LIMIT]]. kernel: early_cma(), dma_contiguous_reserve()
Area area_of(const Boot& boot, std::uint64_t limit) {
  const auto text = boot.parameter("cma");
  if (!text) return {.size = configured_size(boot), .limit = limit};
  auto parsed = kernel::memparse(*text);
  Area area{.size = parsed.value, .limit = limit};
  if (!parsed.rest.starts_with('@')) return area;
  parsed = kernel::memparse(parsed.rest.substr(1));
  area.base = parsed.value;
  std::uint64_t end = area.base + area.size;
  if (parsed.rest.starts_with('-')) end = kernel::memparse(parsed.rest.substr(1)).value;
  area.fixed = end == area.base + area.size;
  area.limit = end == 0 ? limit : std::min(end, limit);
  return area;
}

// Above 4 GiB from below if there is room, so that low zones stay free; else from the top.
// kernel: cma_declare_contiguous_nid(), mm/cma.c, v6.1 and v6.12
std::optional<PhysAddr> place(Boot& boot, const Area& area, std::uint64_t align, int nid,
                              const memblock::Caller& caller) {
  memblock::Memblock& memblock = boot.memblock;
  constexpr auto kExact = memblock::Memblock::Nid::exact;
  const PhysAddr limit{area.limit};
  const std::uint64_t end = raw(memblock.end_of_DRAM());
  std::optional<PhysAddr> found;
  if (!memblock.bottom_up() && end >= 4 * kGiB + area.size) {
    memblock.set_bottom_up(true);
    found =
        memblock.alloc_range_nid(area.size, align, PhysAddr{4 * kGiB}, limit, nid, kExact, caller);
    memblock.set_bottom_up(false);
  }
  if (found) return found;
  return memblock.alloc_range_nid(area.size, align, PhysAddr{area.base}, limit, nid, kExact,
                                  caller);
}

bool declare(Boot& boot, Area area, std::uint64_t align, int nid, std::string_view owner) {
  constexpr std::string_view kRule = "cma_declare_contiguous_nid(), mm/cma.c";
  const memblock::Caller caller{"cma_declare_contiguous_nid", owner};
  const std::uint64_t least = kPageSize << boot.profile.pageblock_order;  // CMA_MIN_ALIGNMENT_BYTES
  align = std::max(align, least);
  const auto fail = [&](std::string why) {
    if (!why.empty()) boot.tell(Severity::warning, std::string(kRule), "cma: " + std::move(why));
    boot.tell(Severity::warning, std::string(kRule),
              fmt::format("cma: Failed to reserve {} MiB on node {}", area.size >> 20, nid));
    return false;
  };
  if (area.size == 0) return false;
  if (area.fixed && !is_aligned(area.base, align)) {
    return fail(
        fmt::format("Region at {:#018x} must be aligned to {:#018x} bytes", area.base, align));
  }
  area.base = align_up(area.base, align);
  area.size = align_up(area.size, align);
  area.limit = align_down(area.limit, align);
  area.fixed = area.fixed && area.base != 0;
  const std::uint64_t end = raw(boot.memblock.end_of_DRAM());
  if (area.limit == 0 || area.limit > end) area.limit = end;
  if (area.base + area.size > area.limit) {
    return fail(fmt::format("Size ({:#018x}) of region at {:#018x} exceeds limit ({:#018x})",
                            area.size, area.base, area.limit));
  }
  std::uint64_t at = area.base;
  if (area.fixed) {
    if (boot.memblock.is_region_reserved(PhysAddr{at}, area.size)) return fail({});
    boot.memblock.reserve(PhysAddr{at}, area.size, caller);
  } else {
    const auto found = place(boot, area, align, nid, caller);
    if (!found) return fail({});
    at = raw(*found);
  }
  boot.tell(Severity::info, std::string(kRule),
            fmt::format("cma: Reserved {} MiB at {:#018x} on node {}", area.size >> 20, at, nid),
            PhysRange::make(at, at + area.size));
  return true;
}

}  // namespace

// kernel: dma_contiguous_reserve(), kernel/dma/contiguous.c, v6.1 and v6.12
void dma_contiguous_reserve(Boot& boot) {
  const Area area = area_of(boot, raw(boot.memblock.current_limit()));
  if (area.size == 0) return;
  declare(boot, area, 0, memblock::kAnyNode, "CMA: DMA buffers");
}

namespace {

constexpr std::string_view kHugetlbRule = "hugetlb_cma_reserve(), mm/hugetlb.c";

struct HugetlbCma {
  std::uint64_t size = 0;                  // in all
  std::map<int, std::uint64_t> of_node{};  // as asked for by node; empty: by turns
};

// SIZE, or NODE:SIZE[,NODE:SIZE...]; adds to what was asked for before.
// kernel: cmdline_parse_hugetlb_cma(), mm/hugetlb.c
void ask(std::string_view text, int max_nodes, HugetlbCma& cma) {
  for (std::string_view rest = text; !rest.empty();) {
    std::uint64_t nid = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), nid);
    if (error != std::errc{}) return;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (!rest.starts_with(':')) {
      cma.size = kernel::memparse(text).value;
      return;
    }
    if (nid >= static_cast<std::uint64_t>(max_nodes)) return;
    const auto size = kernel::memparse(rest.substr(1));
    cma.of_node[static_cast<int>(nid)] = size.value;
    cma.size += size.value;
    if (!size.rest.starts_with(',')) return;
    rest = size.rest.substr(1);
  }
}

// Leaves out nodes that are not there and areas too small for one page.
void keep_possible(Boot& boot, HugetlbCma& cma) {
  for (auto& [nid, size] : cma.of_node) {
    const bool online = std::ranges::binary_search(boot.nodes.online, nid);
    if (size == 0 || (online && size >= kGiB)) continue;
    boot.tell(Severity::warning, std::string(kHugetlbRule),
              online
                  ? fmt::format("hugetlb_cma: cma area of node {} should be at least 1024 MiB", nid)
                  : fmt::format("hugetlb_cma: invalid node {} specified", nid));
    cma.size -= size;
    size = 0;
  }
  std::erase_if(cma.of_node, [](const auto& node) { return node.second == 0; });
}

}  // namespace

// kernel: hugetlb_cma_reserve(), mm/hugetlb.c, v6.1 and v6.12
void hugetlb_cma_reserve(Boot& boot) {
  HugetlbCma cma;
  for (const kernel::Parameter& p : boot.parameters) {
    if (!kernel::parameq(p.name, "hugetlb_cma") || !p.value) continue;
    ask(*p.value, boot.behaviour.max_numnodes, cma);
  }
  keep_possible(boot, cma);
  if (cma.size == 0 || boot.nodes.online.empty()) return;
  if (cma.size < kGiB) {
    return boot.tell(Severity::warning, std::string(kHugetlbRule),
                     "hugetlb_cma: cma area should be at least 1024 MiB");
  }
  const std::uint64_t nodes = boot.nodes.online.size();
  const std::uint64_t per_node = align_up((cma.size + nodes - 1) / nodes, kGiB);
  std::uint64_t reserved = 0;
  for (const int nid : boot.nodes.online) {
    std::uint64_t own = std::min(per_node, cma.size - reserved);
    if (!cma.of_node.empty()) {
      const auto asked = cma.of_node.find(nid);
      if (asked == cma.of_node.end()) continue;
      own = asked->second;
    }
    own = align_up(own, kGiB);
    const std::uint64_t align =
        boot.behaviour.hugetlb_cma_aligns_to_1g ? kGiB : kPageSize << boot.profile.pageblock_order;
    if (!declare(boot, {.size = own}, align, nid, "CMA: huge pages")) continue;
    reserved += own;
    if (reserved >= cma.size) break;
  }
  boot.hugetlb_cma = reserved != 0;
}

}  // namespace memmap::boot
