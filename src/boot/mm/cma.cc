#include "boot/mm/cma.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <span>

#include "base/align.h"
#include "boot/mm/page_alloc.h"
#include "boot/owner.h"
#include "boot/rules.h"
#include "memblock/iterate.h"

namespace memmap::boot {
namespace {

// kernel: struct cma_memrange
struct Reserved {
  PhysRange range{};
  std::uint64_t early = 0;  // bytes from its beginning on that are gigantic pages already
};

// kernel: struct cma
struct Declared {
  std::vector<Reserved> ranges{};
  std::optional<int> huge_pages_of{};  // the node whose huge pages come out of it
};

// In the order of their reservation. kernel: cma_areas
struct Areas {
  std::vector<Declared> all{};
};

struct Area {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  std::uint64_t limit = 0;  // 0: the end of memory
  bool fixed = false;
  std::optional<int> huge_pages_of{};  // may have several ranges, and tells how many
};

// kernel: cma_early_percent_memory(), kernel/dma/contiguous.c
std::uint64_t percent_of_memory(const Boot& boot) {
  const std::uint64_t pages = boot.state.memblock.phys_mem_size() >> kPageShift;
  return (pages * boot.in.profile.number(config::CMA_SIZE_PERCENTAGE) / 100) << kPageShift;
}

std::uint64_t configured_size(const Boot& boot) {
  const std::uint64_t bytes = boot.in.profile.number(config::CMA_SIZE_MBYTES) * kMiB;
  if (boot.in.profile.has(config::CMA_SIZE_SEL_MBYTES)) return bytes;
  if (boot.in.profile.has(config::CMA_SIZE_SEL_PERCENTAGE)) return percent_of_memory(boot);
  if (boot.in.profile.has(config::CMA_SIZE_SEL_MIN))
    return std::min(bytes, percent_of_memory(boot));
  if (boot.in.profile.has(config::CMA_SIZE_SEL_MAX))
    return std::max(bytes, percent_of_memory(boot));
  return 0;
}

// cma=SIZE[@BASE[-LIMIT]]. One that is given again replaces the size; base and limit only if it has
// them. kernel: early_cma(), dma_contiguous_reserve(), kernel/dma/contiguous.c
Area area_of(const Boot& boot, std::uint64_t limit) {
  std::optional<std::uint64_t> size;
  std::uint64_t base = 0;
  std::uint64_t end = 0;
  for (const auto& text : boot.in.values_of("cma")) {
    if (!text) continue;
    auto parsed = kernel::memparse(*text);
    size = parsed.value;
    if (!parsed.rest.starts_with('@')) continue;
    parsed = kernel::memparse(parsed.rest.substr(1));
    base = parsed.value;
    end = base + *size;
    if (parsed.rest.starts_with('-')) end = kernel::memparse(parsed.rest.substr(1)).value;
  }
  if (!size) return {.size = configured_size(boot), .limit = limit};
  return {.base = base,
          .size = *size,
          .limit = end == 0 ? limit : std::min(end, limit),
          .fixed = base + *size == end};
}

// Above 4 GiB from below if there is room, so that low zones stay free; else from the top.
// kernel: cma_declare_contiguous_nid(), mm/cma.c, v6.1 and v6.12
std::optional<PhysAddr> place(Boot& boot, const Area& area, std::uint64_t align, int nid,
                              const memblock::Caller& caller) {
  memblock::Memblock& memblock = boot.state.memblock;
  constexpr auto kExact = memblock::Memblock::Nid::exact;
  const PhysAddr limit{area.limit};
  const std::uint64_t end = raw(memblock.end_of_DRAM());
  std::optional<PhysAddr> found;
  if (boot.in.behaviour.cma_goes_bottom_up && !memblock.bottom_up() &&
      end >= 4 * kGiB + area.size) {
    memblock.set_bottom_up(true);
    found =
        memblock.alloc_range_nid(area.size, align, PhysAddr{4 * kGiB}, limit, nid, kExact, caller);
    memblock.set_bottom_up(false);
  }
  if (found) return found;
  return memblock.alloc_range_nid(area.size, align, PhysAddr{area.base}, limit, nid, kExact,
                                  caller);
}

// What is told of an area: where it lies or, of huge pages' since 6.15, how many ranges it has.
// kernel: cma_declare_contiguous_nid(), v6.12 and v7.2, cma_declare_contiguous_multi(), mm/cma.c
std::string reserved_words(const Boot& boot, const Area& area, std::span<const Reserved> ranges,
                           int nid, std::uint64_t mib) {
  const std::uint64_t at = raw(ranges.front().range.base());
  if (!boot.in.behaviour.cma_has_ranges)
    return fmt::format("cma: Reserved {} MiB at {:#018x} on node {}", mib, at, nid);
  return area.huge_pages_of ? fmt::format("cma: Reserved {} MiB in {} range{}", mib, ranges.size(),
                                          ranges.size() == 1 ? "" : "s")
                            : fmt::format("cma: Reserved {} MiB at {:#018x}", mib, at);
}

// Puts `range` before the first that `goes_behind` says so of, and where there is none before the last.
// kernel: list_insert_sorted(), mm/cma.c, v7.2
template <class GoesBehind>
void insert_sorted(std::vector<PhysRange>& list, PhysRange range, GoesBehind&& goes_behind) {
  auto at = std::ranges::find_if(list, goes_behind);
  if (at == list.end() && !list.empty()) --at;
  list.insert(at, range);
}

// The free ranges above 4 GiB that an area without room in one piece is made of: `align`ed, at most
// eight, in the order in which they are taken. The list of sizes that the kernel keeps is meant to have
// the largest first; what it has is told here.
// kernel: cma_declare_contiguous_multi(), mm/cma.c, v7.2
std::vector<PhysRange> pieces_for(const Boot& boot, std::uint64_t size, std::uint64_t align,
                                  int nid) {
  constexpr std::size_t kMost = 8;  // CMA_MAX_RANGES
  std::vector<PhysRange> by_size;
  std::uint64_t sum = 0;
  for (const auto& [free, node] : memblock::free_mem_ranges(boot.state.memblock, nid)) {
    if (raw(free.base()) < 4 * kGiB) continue;
    const std::uint64_t start = align_up(raw(free.base()), align);
    const std::uint64_t end = align_down(raw(free.end()), align);
    if (start >= end) continue;
    sum += end - start;
    if (by_size.size() == kMost) {
      if (end - start < by_size.back().size()) continue;
      sum -= by_size.back().size();
      by_size.pop_back();
    }
    insert_sorted(by_size, PhysRange::make(start, end),
                  [&](PhysRange r) { return r.size() > end - start; });
  }
  std::vector<PhysRange> out;
  if (sum < size) return out;
  sum = 0;
  for (const PhysRange piece : by_size) {
    insert_sorted(out, piece, [&](PhysRange r) { return r.base() < piece.base(); });
    sum += piece.size();
    if (sum >= size) break;
  }
  return out;
}

std::vector<Reserved> reserve_pieces(Boot& boot, std::uint64_t size, std::uint64_t align, int nid,
                                     const memblock::Caller& caller) {
  std::vector<Reserved> out;
  for (const PhysRange piece : pieces_for(boot, size, align, nid)) {
    const std::uint64_t used = std::min(size, piece.size());
    boot.state.memblock.reserve(piece.base(), used, caller);
    out.push_back({*PhysRange::from_size(piece.base(), used)});
    size -= used;
    if (size == 0) break;
  }
  return out;
}

bool declare(Boot& boot, Area area, std::uint64_t align, int nid, const memblock::Purpose& owner) {
  const memblock::Caller caller{"cma_declare_contiguous_nid", owner};
  // CMA_MIN_ALIGNMENT_BYTES
  const unsigned order =
      boot.in.behaviour.cma_aligns_to_largest
          ? std::max(boot.in.profile.max_page_order, boot.in.profile.pageblock_order)
          : boot.in.profile.pageblock_order;
  const std::uint64_t least = kPageSize << order;
  align = std::max(align, least);
  // Told in words: what was asked for or, as long as an area tells its node, what it comes to.
  const auto mib = [&, asked = area.size] {
    return (boot.in.behaviour.cma_has_ranges ? asked : area.size) >> 20;
  };
  const auto fail = [&](std::string why) {
    if (!why.empty())
      boot.story.tell(Severity::warning, rule::kCmaDeclareContiguousNid, "cma: " + std::move(why));
    boot.story.tell(
        Severity::warning, rule::kCmaDeclareContiguousNid,
        fmt::format(
            "cma: Failed to reserve {} MiB{}", mib(),
            boot.in.behaviour.cma_has_ranges ? std::string() : fmt::format(" on node {}", nid)));
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
  const std::uint64_t end = raw(boot.state.memblock.end_of_DRAM());
  if (area.limit == 0 || area.limit > end) area.limit = end;
  if (area.base + area.size > area.limit) {
    return fail(fmt::format("Size ({:#018x}) of region at {:#018x} exceeds limit ({:#018x})",
                            area.size, area.base, area.limit));
  }
  std::vector<Reserved> ranges;
  if (area.fixed) {
    if (boot.state.memblock.is_region_reserved(PhysAddr{area.base}, area.size)) return fail({});
    boot.state.memblock.reserve(PhysAddr{area.base}, area.size, caller);
    // memblock cuts what reaches behind the last address.
    const std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
    ranges.push_back(
        {PhysRange::make(area.base, area.size > last - area.base ? last : area.base + area.size)});
  } else if (const auto found = place(boot, area, align, nid, caller)) {
    ranges.push_back({*PhysRange::from_size(*found, area.size)});
  } else if (area.huge_pages_of && boot.in.behaviour.cma_has_ranges) {
    ranges = reserve_pieces(boot, area.size, align, nid, {"cma_declare_contiguous_multi", owner});
  }
  if (ranges.empty()) return fail({});
  boot.state.page_allocator.totalcma_pages += area.size >> kPageShift;
  boot.story.tell(Severity::info, rule::kCmaDeclareContiguousNid,
                  reserved_words(boot, area, ranges, nid, mib()), ranges.front().range);
  boot.scratch.of<Areas>().all.push_back({std::move(ranges), area.huge_pages_of});
  return true;
}

// Reads NODE:SIZE,... up to the first piece of another form, which it returns. `take` is given the
// node and the text from its size on, and takes that off.
// kernel: early_numa_cma(), kernel/dma/contiguous.c; cmdline_parse_hugetlb_cma(), mm/hugetlb.c
template <class Take>
std::string_view each_node_size(std::string_view text, int max_numnodes, Take&& take) {
  while (!text.empty()) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits == text.size() || text[digits] != ':') break;
    int nid = 0;  // decimal, whatever it starts with
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, nid);
    if (error != std::errc{} || nid >= max_numnodes) return {};
    text.remove_prefix(digits + 1);
    take(nid, text);
    if (!text.starts_with(',')) return {};
    text.remove_prefix(1);
  }
  return text;
}

std::uint64_t take_size(std::string_view& text) {
  const kernel::Parsed size = kernel::memparse(text);
  text = size.rest;
  return size.value;
}

std::map<int, std::uint64_t> sizes_of_nodes(const Boot& boot) {
  std::map<int, std::uint64_t> out;
  for (const auto& value : boot.in.values_of("numa_cma")) {
    each_node_size(value.value_or(""), boot.in.behaviour.max_numnodes,
                   [&](int nid, std::string_view& rest) { out[nid] = take_size(rest); });
  }
  return out;
}

// Areas of nodes: one of each that cma_pernuma= asks for, and those of numa_cma=, which later
// kernels take in its place. Where neither is given each of several nodes may have one of the size
// of `all`, that of all nodes.
// kernel: dma_numa_cma_reserve(), kernel/dma/contiguous.c, v6.12 and v7.2
void reserve_on_nodes(Boot& boot, std::uint64_t all) {
  if (!boot.in.profile.has(config::DMA_NUMA_CMA)) return;
  const auto text = boot.in.parameter("cma_pernuma");
  const bool as_all = boot.in.profile.has(config::CMA_SIZE_PERNUMA) && !text &&
                      !boot.in.has_parameter("numa_cma") && boot.state.nodes.online.size() > 1;
  const std::uint64_t each = text ? kernel::memparse(*text).value : as_all ? all : 0;
  const auto own = sizes_of_nodes(boot);
  for (const int nid : boot.state.nodes.online) {
    const memblock::Purpose owner = boot.story.of_node(owner::kCMADMABuffers, nid);
    const auto size = own.find(nid);
    const bool has_own = size != own.end() && size->second != 0;
    const bool replaces = boot.in.behaviour.numa_cma_comes_last && has_own;
    if (each != 0 && !replaces) declare(boot, {.size = each}, 0, nid, owner);
    if (has_own) declare(boot, {.size = size->second}, 0, nid, owner);
  }
}

}  // namespace

bool declare_contiguous(Boot& boot, std::uint64_t size, const memblock::Purpose& owner) {
  return declare(boot, {.size = size}, 0, memblock::kAnyNode, owner);
}

// kernel: dma_contiguous_reserve(), kernel/dma/contiguous.c, v6.1, v6.12 and v7.2
void dma_contiguous_reserve(Boot& boot) {
  const bool last = boot.in.behaviour.numa_cma_comes_last;
  if (!last) reserve_on_nodes(boot, 0);
  const Area area = area_of(boot, raw(boot.state.memblock.current_limit()));
  const bool done =
      area.size == 0 || declare(boot, area, 0, memblock::kAnyNode, owner::kCMADMABuffers);
  if (!last || !done) return;
  const std::uint64_t block = kPageSize << boot.in.profile.pageblock_order;
  reserve_on_nodes(boot, align_up(area.size, block));
}

namespace {

struct HugeCma {
  std::uint64_t size = 0;                  // of all nodes
  std::map<int, std::uint64_t> of_node{};  // NODE:SIZE, if it was asked for so
};

// Of a node, or of all.
std::uint64_t memory_of(const Boot& boot, std::optional<int> nid) {
  if (!nid) return boot.state.memblock.phys_mem_size();
  std::uint64_t bytes = 0;
  for (const memblock::Region& r : boot.state.memblock.memory().regions())
    if (r.nid == *nid) bytes += r.range.size();
  return bytes;
}

// SIZE, or since 7.3 N% of the node's memory; more than all of it counts as nothing.
std::uint64_t take_share(const Boot& boot, std::optional<int> nid, std::string_view& text) {
  const std::uint64_t number = take_size(text);
  if (!boot.in.behaviour.hugetlb_cma_takes_percent || !text.starts_with('%')) return number;
  text.remove_prefix(1);
  return number > 100 ? 0 : align_down(memory_of(boot, nid) * number / 100, kGiB);
}

// hugetlb_cma=SIZE or NODE:SIZE,... ; since 7.3 the last form that is given counts.
// kernel: cmdline_parse_hugetlb_cma(), mm/hugetlb.c, v6.12; mm/hugetlb_cma.c, v7.3
HugeCma hugetlb_cma_of(const Boot& boot) {
  HugeCma out;
  for (const auto& value : boot.in.values_of("hugetlb_cma")) {
    std::string_view rest = each_node_size(value.value_or(""), boot.in.behaviour.max_numnodes,
                                           [&](int nid, std::string_view& text) {
                                             const std::uint64_t size = take_share(boot, nid, text);
                                             out.size += size;
                                             out.of_node[nid] = size;
                                           });
    const bool is_total = !rest.empty() && rest.front() >= '0' && rest.front() <= '9';
    if (!is_total) continue;
    if (boot.in.behaviour.hugetlb_cma_takes_percent) out.of_node.clear();
    rest = *value;
    out.size = take_share(boot, std::nullopt, rest);
  }
  if (boot.in.behaviour.hugetlb_cma_takes_percent && !out.of_node.empty()) {
    out.size = 0;
    for (const auto& [nid, size] : out.of_node) out.size += size;
  }
  return out;
}

bool is_size_of_area(const Boot& boot, std::uint64_t size) {
  return boot.in.behaviour.hugetlb_cma_is_whole ? size % kGiB == 0 : size >= kGiB;
}

std::string_view size_words(const Boot& boot) {
  return boot.in.behaviour.hugetlb_cma_is_whole ? "must be a multiple of" : "should be at least";
}

// Takes out the nodes that cannot have an area.
void check_nodes(Boot& boot, HugeCma& wanted) {
  for (auto it = wanted.of_node.begin(); it != wanted.of_node.end();) {
    const auto [nid, size] = *it;
    const bool online = std::ranges::binary_search(boot.state.nodes.online, nid);
    if (size == 0 || (online && is_size_of_area(boot, size))) {
      it = size == 0 ? wanted.of_node.erase(it) : std::next(it);
      continue;
    }
    boot.story.tell(
        Severity::warning, rule::kHugetlbCmaReserve,
        online ? fmt::format("hugetlb_cma: cma area of node {} {} 1024 MiB", nid, size_words(boot))
               : fmt::format("hugetlb_cma: invalid node {} specified", nid));
    wanted.size -= size;
    it = wanted.of_node.erase(it);
  }
}

}  // namespace

// kernel: hugetlb_cma_reserve(), mm/hugetlb.c, v6.1 and v6.12; mm/hugetlb_cma.c, v7.2
void hugetlb_cma_reserve(Boot& boot) {
  HugeCma wanted = hugetlb_cma_of(boot);
  if (wanted.size == 0 || boot.state.nodes.online.empty()) return;
  check_nodes(boot, wanted);
  if (wanted.size == 0) return;
  if (!is_size_of_area(boot, wanted.size)) {
    return boot.story.tell(Severity::warning, rule::kHugetlbCmaReserve,
                           fmt::format("hugetlb_cma: cma area {} 1024 MiB", size_words(boot)));
  }
  const std::uint64_t nodes = boot.state.nodes.online.size();
  const std::uint64_t per_node = align_up((wanted.size + nodes - 1) / nodes, kGiB);
  std::uint64_t reserved = 0;
  for (const int nid : boot.state.nodes.online) {
    const auto asked = wanted.of_node.find(nid);
    if (!wanted.of_node.empty() && asked == wanted.of_node.end()) continue;
    const std::uint64_t size =
        asked != wanted.of_node.end() ? asked->second : std::min(per_node, wanted.size - reserved);
    const std::uint64_t own = align_up(size, kGiB);
    const std::uint64_t align = boot.in.behaviour.hugetlb_cma_aligns_to_page ? kGiB : 2 * kMiB;
    if (!declare(boot, {.size = own, .huge_pages_of = nid}, align, nid, owner::kCMAHugePages))
      continue;
    reserved += own;
    if (reserved >= wanted.size) break;
  }
  boot.state.hugetlb_cma = reserved != 0;
}

bool takes_of_cma(const Boot& boot) {
  return boot.state.hugetlb_cma && boot.in.behaviour.hugetlb_reads_early &&
         boot.in.switched("hugetlb_cma_only", false);
}

namespace {

// kernel: cma_reserve_early(), mm/cma.c, v7.2
std::optional<PhysAddr> take_early(Declared& area, std::uint64_t size) {
  for (Reserved& r : area.ranges) {
    if (size > r.range.size() - r.early) continue;
    const std::uint64_t at = raw(r.range.base()) + r.early;
    r.early += size;
    return PhysAddr{at};
  }
  return std::nullopt;
}

}  // namespace

std::optional<PhysAddr> cma_reserve_early(Boot& boot, std::uint64_t size, int nid,
                                          memblock::Memblock::Nid fallback) {
  std::vector<Declared>& areas = boot.scratch.of<Areas>().all;
  for (const bool own : {true, false}) {
    if (!own && fallback == memblock::Memblock::Nid::exact) break;
    for (Declared& area : areas) {
      if (!area.huge_pages_of || (area.huge_pages_of == nid) != own) continue;
      if (const auto found = take_early(area, size)) return found;
    }
  }
  return std::nullopt;
}

// Of an area too that lies in two zones, and cannot be used as one: no zone counts it as CMA's. What
// is a gigantic page already counts with those.
// kernel: cma_activate_area(), mm/cma.c; init_cma_reserved_pageblock(), mm/mm_init.c, v6.12
void cma_init_reserved_areas(Boot& boot) {
  for (const Declared& area : boot.scratch.of<Areas>().all) {
    for (const Reserved& r : area.ranges) {
      const PhysRange left = PhysRange::make(raw(r.range.base()) + r.early, raw(r.range.end()));
      if (left.empty()) continue;
      if (buddy::ZonePages* const zone = adjust_managed_page_count(boot, left, "CMA"))
        zone->cma_pages += left.size() >> kPageShift;
    }
  }
}

}  // namespace memmap::boot
