#include "boot/mm/sparse.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

#include "base/align.h"
#include "base/range_union.h"
#include "boot/mm/hugetlb_vmemmap.h"
#include "boot/mm/vmemmap.h"
#include "boot/owner.h"
#include "boot/rules.h"
#include "paging/geometry.h"

namespace memmap::boot {
namespace {

constexpr std::string_view kFile = "mm/sparse.c";
constexpr std::uint64_t kCacheLine = 64;  // SMP_CACHE_BYTES

// kernel: enum pageblock_bits, include/linux/pageblock-flags.h, v6.1, v6.12 and later
std::uint64_t block_flag_bits(const kernel::Profile& profile) {
  const std::uint64_t bits = profile.value_of(constant::NR_PAGEBLOCK_BITS);
  return bits != 0 ? bits : std::bit_ceil(profile.value_of(constant::__NR_PAGEBLOCK_BITS));
}

// Sections [first, end), by number, all present and of one node.
struct Run {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
  int nid = 0;
  std::uint64_t sections() const { return end - first; }
};

// Takes what sparse_init() takes of memblock, node by node.
class SparseInit {
 public:
  explicit SparseInit(Boot& boot) : boot_(boot), vmemmap_(boot) {}

  // A section is the node's whose memory is met in it first. Runs of sections of one node are
  // initialised together. kernel: sparse_init(), mm/sparse.c, v6.1 and v6.12
  void run() {
    if (!allocate_roots()) return;
    for (std::size_t from = 0, to = 0; from < runs_.size(); from = to) {
      while (to < runs_.size() && runs_[to].nid == runs_[from].nid) ++to;
      init_node(std::span(runs_).subspan(from, to - from));
    }
  }

 private:
  // kernel: memblocks_present(), memory_present(), sparse_index_alloc()
  bool allocate_roots() {
    const std::uint64_t per_root =
        std::max<std::uint64_t>(kPageSize / boot_.in.profile.size_of(type::mem_section), 1);
    const unsigned bits = paging::physmem_bits(boot_.state.page_tables.levels());
    const std::uint64_t most = 1ull << (bits - kSectionShift);  // NR_MEM_SECTIONS
    const std::uint64_t roots = (most + per_root - 1) / per_root;
    if (!boot_.alloc_or_panic(roots * 8, kCacheLine,
                              boot_.caller(owner::kArrayOfMemorySections,
                                           {function::memory_present, function::memblocks_present,
                                            function::sparse_init}),
                              kFile)) {
      return false;
    }
    std::uint64_t next_root = 0;
    for (const memblock::Region& r : boot_.state.memblock.memory().regions()) {
      const Run run = sections_of(r, most);
      if (run.first >= run.end) continue;
      for (std::uint64_t root = std::max(next_root, run.first / per_root);
           root <= (run.end - 1) / per_root; ++root) {
        if (!allocate_root(r.nid)) return false;
        next_root = root + 1;
      }
      if (!runs_.empty() && runs_.back().end == run.first && runs_.back().nid == run.nid) {
        runs_.back().end = run.end;
      } else {
        runs_.push_back(run);
      }
    }
    return true;
  }

  // Those of a region that no region before it has; nothing lies above the last section that
  // there can be. (The kernel's limit is lower where it places the direct map at random and has no
  // ZONE_DEVICE, never below max_pfn.)
  // kernel: mminit_validate_memmodel_limits(), mm/sparse.c, v5.4 to v6.12
  Run sections_of(const memblock::Region& r, std::uint64_t most) {
    const std::uint64_t from = raw(pfn_up(r.range.base()));
    const std::uint64_t to = raw(pfn_down(r.range.end()));
    if (from >= to) return {};
    const std::uint64_t start = align_down(from, kPagesPerSection);
    const std::uint64_t limit = most * kPagesPerSection;
    if (start > limit) {
      exceeds(warned_of_start_, "Start", start, to, limit);
    } else if (to > limit) {
      exceeds(warned_of_end_, "End", start, to, limit);
    }
    const std::uint64_t end = std::min((to + kPagesPerSection - 1) / kPagesPerSection, most);
    const std::uint64_t before = runs_.empty() ? 0 : runs_.back().end;
    return {std::max(start / kPagesPerSection, before), end, r.nid};
  }

  // Each is told once.
  void exceeds(bool& told, std::string_view what, std::uint64_t start, std::uint64_t end,
               std::uint64_t limit) {
    if (std::exchange(told, true)) return;
    boot_.story.tell(
        Severity::warning, rule::kMminitValidateMemmodelLimits,
        fmt::format("WARNING: at mm/sparse.c mminit_validate_memmodel_limits: {} of range {} "
                    "-> {} exceeds SPARSEMEM max {}",
                    what, start, end, limit),
        PhysRange::make(std::max(start, limit) << kPageShift, end << kPageShift));
  }

  bool allocate_root(int nid) {
    const memblock::Caller caller =
        boot_.caller(owner::kMemorySections, {function::sparse_index_alloc});
    if (boot_.state.memblock.alloc_node(kPageSize, kCacheLine, nid, caller)) return true;
    boot_.panic_without_memory({caller.function, kFile}, kPageSize);
    return false;
  }

  // kernel: sparse_init_nid()
  void init_node(std::span<const Run> runs) {
    const int nid = runs.front().nid;
    std::uint64_t sections = 0;
    for (const Run& run : runs) sections += run.sections();
    if (!allocate_usage(nid, sections)) {
      return lose(fmt::format("sparse_init_nid: node[{}] usemap allocation failed", nid));
    }
    if (boot_.in.behaviour.sparse_has_buffer) vmemmap_.allocate_buffer(nid, sections);
    const std::vector<PhysRange> done = hugetlb_vmemmap_init_early(boot_, vmemmap_, nid);
    if (!std::ranges::all_of(runs, [&](const Run& run) { return populate(run, done); })) {
      lose(
          fmt::format("sparse_init_nid: node[{}] memory map backing failed. Some memory will not "
                      "be available.",
                      nid));
    }
    vmemmap_.free_buffer();
  }

  // All sections of the run but those of the huge pages `done`, whose struct pages are seen to.
  bool populate(const Run& run, const std::vector<PhysRange>& done) {
    std::vector<PhysRange> left{
        PhysRange::make(run.first << kSectionShift, run.end << kSectionShift)};
    for (const PhysRange huge : done) left = without(left, huge);
    return std::ranges::all_of(left, [&](PhysRange r) {
      return vmemmap_.populate(raw(r.base()) >> kSectionShift, raw(r.end()) >> kSectionShift,
                               run.nid);
    });
  }

  // What tells which parts of a section are in use, near the node's data where memory can be taken
  // away. kernel: sparse_early_usemaps_alloc_pgdat_section(), v6.12; sparse_usage_init(), v7.2
  bool allocate_usage(int nid, std::uint64_t count) {
    const std::uint64_t blocks = kPagesPerSection >> boot_.in.profile.pageblock_order;
    const std::uint64_t bytes = (boot_.in.profile.size_of(type::mem_section_usage) +
                                 align_up(blocks * block_flag_bits(boot_.in.profile), 64) / 8) *
                                count;
    const memblock::Caller caller = boot_.caller(
        owner::kUsageMapsOfSections,
        {function::sparse_early_usemaps_alloc_pgdat_section, function::sparse_init_nid});
    if (!boot_.in.behaviour.sparse_usage_near_node) {
      return boot_.state.memblock.alloc_node(bytes, kCacheLine, nid, caller).has_value();
    }
    if (!boot_.in.profile.has(config::MEMORY_HOTREMOVE)) {
      // The node's data is still blank then and says node 0, whichever it is.
      return boot_.state.memblock.alloc_node(bytes, kCacheLine, 0, caller).has_value();
    }
    const auto data = boot_.state.node_data.find(nid);
    const std::uint64_t goal =
        data == boot_.state.node_data.end() ? 0 : align_down(raw(data->second), kSection);
    const auto at_goal = boot_.state.memblock.search_pfn_nid(pfn_down(PhysAddr{goal}));
    const int first = boot_.state.nodes.online.empty() ? 0 : boot_.state.nodes.online.front();
    const int near = at_goal ? at_goal->nid : first;
    for (const std::uint64_t limit : {goal + kSection, raw(memblock::kAllocAccessible)}) {
      if (boot_.state.memblock.alloc_try_nid(bytes, kCacheLine, PhysAddr{goal}, PhysAddr{limit},
                                             near, caller)) {
        return true;
      }
    }
    return false;
  }

  void lose(std::string text) {
    boot_.story.tell(Severity::warning, rule::kSparseInitNid, std::move(text));
  }

  Boot& boot_;
  Vmemmap vmemmap_;
  std::vector<Run> runs_{};
  bool warned_of_start_ = false;
  bool warned_of_end_ = false;
};

}  // namespace

void sparse_init(Boot& boot) { SparseInit(boot).run(); }

}  // namespace memmap::boot
