#include "boot/mm/sparse.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

#include "base/align.h"
#include "boot/owner.h"
#include "boot/rules.h"
#include "paging/geometry.h"

namespace memmap::boot {
namespace {

constexpr std::string_view kFile = "mm/sparse.c";
constexpr unsigned kSectionShift = 27;  // SECTION_SIZE_BITS
constexpr std::uint64_t kSection = 1ull << kSectionShift;
constexpr std::uint64_t kPagesPerSection = kSection >> kPageShift;
constexpr std::uint64_t kCacheLine = 64;       // SMP_CACHE_BYTES
constexpr PhysAddr kMaxDmaAddress{16 * kMiB};  // __pa(MAX_DMA_ADDRESS)

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
  explicit SparseInit(Boot& boot)
      : boot_(boot),
        page_bytes_(boot.in.profile.size_of(type::page)),
        limit_(boot.in.behaviour.struct_pages_not_traced ? memblock::kAllocNoleaktrace
                                                         : memblock::kAllocAccessible),
        vmemmap_(boot.state.page_tables.bases().vmemmap) {}

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
    if (boot_.in.behaviour.sparse_has_buffer) allocate_buffer(nid, sections);
    if (!std::ranges::all_of(runs, [this](const Run& run) { return populate(run); })) {
      lose(
          fmt::format("sparse_init_nid: node[{}] memory map backing failed. Some memory will not "
                      "be available.",
                      nid));
    }
    if (buffer_ < buffer_end_) {
      boot_.state.memblock.phys_free(
          PhysAddr{buffer_}, buffer_end_ - buffer_,
          boot_.caller({}, {function::sparse_buffer_fini, function::sparse_init_nid}));
    }
  }

  // kernel: sparse_buffer_init()
  void allocate_buffer(int nid, std::uint64_t sections) {
    const std::uint64_t map_size = align_up(page_bytes_ * kPagesPerSection, paging::kSize2M);
    const std::uint64_t size = map_size * sections;
    const memblock::Caller caller =
        boot_.caller(owner(nid), {function::sparse_buffer_init, function::sparse_init_nid});
    const auto found = boot_.in.behaviour.sparse_buffer_on_node
                           ? boot_.state.memblock.alloc_exact_nid_raw(
                                 size, map_size, kMaxDmaAddress, limit_, nid, caller)
                           : boot_.state.memblock.alloc_try_nid_raw(size, kPageSize, kMaxDmaAddress,
                                                                    limit_, nid, caller);
    buffer_ = buffer_end_ = raw(found.value_or(PhysAddr{}));
    if (found) buffer_end_ += size;
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

  // Maps the struct pages of the run's sections with 2 MiB pages out of the buffer: at once as far
  // as a table reaches and the buffer lasts, section by section else.
  // kernel: __populate_section_memmap(), vmemmap_populate_hugepages()
  bool populate(const Run& run) {
    const std::uint64_t bytes = page_bytes_ * kPagesPerSection;
    const std::uint64_t end = raw(vmemmap_) + run.end * bytes;
    for (std::uint64_t at = raw(vmemmap_) + run.first * bytes, next = 0; at < end; at = next) {
      if (!populate_tables(at, run.nid)) return false;
      const std::uint64_t table_end = align_down(at, paging::kSize1G) + paging::kSize1G;
      next = take_large(at, std::min(end, table_end));
      if (next > at) continue;
      const std::uint64_t section_end = at + bytes - (at - raw(vmemmap_)) % bytes;
      next = std::min(section_end, align_down(at, paging::kSize2M) + paging::kSize2M);
      if (!populate_one(at, next, run.nid)) return false;
    }
    return true;
  }

  // Takes the 2 MiB pages of [at, end) out of the buffer, as many as it has; where it stops.
  std::uint64_t take_large(std::uint64_t at, std::uint64_t end) {
    if (!boot_.in.features.pse || buffer_ == 0) return at;
    const std::uint64_t first = at / paging::kSize2M;
    // The last page of the section before may hold this one's first struct pages.
    const std::uint64_t had = last_large_ == first ? 1 : 0;
    const std::uint64_t wanted = align_up(end, paging::kSize2M) / paging::kSize2M - first - had;
    const std::uint64_t start = align_up(buffer_, paging::kSize2M);
    const std::uint64_t room = start < buffer_end_ ? (buffer_end_ - start) / paging::kSize2M : 0;
    const std::uint64_t taken = std::min(wanted, room);
    if (taken != 0) {
      take_buffered(taken * paging::kSize2M, paging::kSize2M);
      map_page((first + had) * paging::kSize2M, start, paging::kSize2M, taken);
      last_large_ = first + had + taken - 1;
    }
    return taken + had == 0 ? at : std::min(end, (first + had + taken) * paging::kSize2M);
  }

  // [at, end) lies in one 2 MiB page and one section.
  bool populate_one(std::uint64_t at, std::uint64_t end, int nid) {
    if (boot_.in.features.pse) {
      const std::uint64_t page = at / paging::kSize2M;
      if (last_large_ == page) return true;
      if (const auto found = take(paging::kSize2M, nid)) {
        map_page(page * paging::kSize2M, raw(*found), paging::kSize2M, 1);
        last_large_ = page;
        return true;
      }
    }
    return populate_small(at, end, nid);
  }

  bool populate_small(std::uint64_t start, std::uint64_t end, int nid) {
    for (std::uint64_t at = start; at < end; at += kPageSize) {
      if (!table(1, at, function::vmemmap_pmd_populate, nid)) return false;
      const auto found = take(kPageSize, nid);
      if (!found) return false;
      map_page(align_down(at, kPageSize), raw(*found), kPageSize, 1);
    }
    return true;
  }

  bool populate_tables(std::uint64_t at, int nid) {
    const bool five = boot_.state.page_tables.levels() == 5;
    return (!five || table(4, at, function::vmemmap_pgd_populate, nid)) &&
           table(3, at, function::vmemmap_p4d_populate, nid) &&
           table(2, at, function::vmemmap_pud_populate, nid);
  }

  // True: it is there now. kernel: vmemmap_alloc_block_zero()
  bool table(unsigned level, std::uint64_t virt, const kernel::Function& function, int nid) {
    paging::AddressSpace& tables = boot_.state.page_tables;
    if (tables.table(level, VirtAddr{virt})) return true;
    const auto page =
        block(kPageSize, nid,
              boot_.caller(owner::kPageTablesOfStructPages,
                           {function::vmemmap_alloc_block_zero,
                            function::vmemmap_alloc_block_zero_constprop_0, function}));
    return page && tables.add_table(level, VirtAddr{virt}, {*page, paging::TableOrigin::memblock});
  }

  // kernel: vmemmap_set_pmd(), vmemmap_pte_populate(): PAGE_KERNEL_LARGE, PAGE_KERNEL
  void map_page(std::uint64_t virt, std::uint64_t phys, std::uint64_t size, std::uint64_t pages) {
    boot_.state.page_tables.map({.virt = VirtAddr{virt},
                                 .phys = PhysAddr{phys},
                                 .page_size = size,
                                 .pages = pages,
                                 .flags = paging::kernel_flags(boot_.in.features)});
  }

  // Of the buffer, else of memblock. kernel: vmemmap_alloc_block_buf()
  std::optional<PhysAddr> take(std::uint64_t size, int nid) {
    if (const auto found = take_buffered(size, size)) return found;
    if (!boot_.in.behaviour.sparse_has_buffer) {
      return block(size, nid, {"vmemmap_populate_hugepages", owner(nid)});
    }
    return block(size, nid, boot_.caller(owner(nid), {function::vmemmap_alloc_block}));
  }

  // nullopt: the buffer has not as much. kernel: sparse_buffer_alloc()
  std::optional<PhysAddr> take_buffered(std::uint64_t size, std::uint64_t align) {
    const std::uint64_t at = align_up(buffer_, align);
    if (buffer_ == 0 || at + size > buffer_end_) return std::nullopt;
    if (at > buffer_) {
      boot_.state.memblock.phys_free(PhysAddr{buffer_}, at - buffer_,
                                     boot_.caller({}, {function::sparse_buffer_alloc}));
    }
    buffer_ = at + size;
    return PhysAddr{at};
  }

  std::optional<PhysAddr> block(std::uint64_t size, int nid, const memblock::Caller& caller) {
    return boot_.state.memblock.alloc_try_nid_raw(size, size, kMaxDmaAddress, limit_, nid, caller);
  }

  memblock::Purpose owner(int nid) { return boot_.story.of_node(owner::kStructPages, nid); }

  void lose(std::string text) {
    boot_.story.tell(Severity::warning, rule::kSparseInitNid, std::move(text));
  }

  Boot& boot_;
  std::uint64_t page_bytes_;
  PhysAddr limit_;  // of allocations for struct pages
  VirtAddr vmemmap_;
  std::vector<Run> runs_{};
  std::optional<std::uint64_t> last_large_{};  // the map's last 2 MiB page that is there, by number
  std::uint64_t buffer_ = 0;                   // sparsemap_buf
  std::uint64_t buffer_end_ = 0;
  bool warned_of_start_ = false;
  bool warned_of_end_ = false;
};

}  // namespace

void sparse_init(Boot& boot) { SparseInit(boot).run(); }

}  // namespace memmap::boot
