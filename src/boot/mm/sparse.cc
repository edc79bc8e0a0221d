#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "base/align.h"
#include "boot/step_functions.h"
#include "paging/geometry.h"

namespace memmap::boot {
namespace {

constexpr unsigned kSectionShift = 27;  // SECTION_SIZE_BITS
constexpr std::uint64_t kSection = 1ull << kSectionShift;
constexpr std::uint64_t kPagesPerSection = kSection >> kPageShift;
constexpr std::uint64_t kCacheLine = 64;           // SMP_CACHE_BYTES
constexpr PhysAddr kMaxDmaAddress{16 * kMiB};      // __pa(MAX_DMA_ADDRESS)
constexpr VirtAddr kVmemmap4{0xffffea0000000000};  // __VMEMMAP_BASE_L4
constexpr VirtAddr kVmemmap5{0xffd4000000000000};  // __VMEMMAP_BASE_L5

// kernel: enum pageblock_bits, include/linux/pageblock-flags.h, v6.1, v6.12 and later
std::uint64_t block_flag_bits(const kernel::Profile& profile) {
  const std::uint64_t bits = profile.value_of(constant::NR_PAGEBLOCK_BITS);
  return bits != 0 ? bits : std::bit_ceil(profile.value_of(constant::__NR_PAGEBLOCK_BITS));
}

struct Section {
  std::uint64_t number = 0;
  int nid = 0;
};

// Takes what sparse_init() takes of memblock, node by node.
class SparseInit {
 public:
  explicit SparseInit(Boot& boot)
      : boot_(boot),
        page_bytes_(boot.profile.size_of(type::page)),
        vmemmap_(boot.page_tables.levels == 5 ? kVmemmap5 : kVmemmap4) {}

  // A section is the node's whose memory is met in it first. Runs of sections of one node are
  // initialised together. kernel: sparse_init(), mm/sparse.c, v6.1 and v6.12
  void run() {
    if (!allocate_roots()) return;
    for (std::size_t from = 0, to = 0; from < sections_.size(); from = to) {
      while (to < sections_.size() && sections_[to].nid == sections_[from].nid) ++to;
      init_node({sections_.begin() + static_cast<std::ptrdiff_t>(from),
                 sections_.begin() + static_cast<std::ptrdiff_t>(to)});
    }
  }

 private:
  // kernel: memblocks_present(), memory_present(), sparse_index_alloc()
  bool allocate_roots() {
    const std::uint64_t per_root = kPageSize / boot_.profile.size_of(type::mem_section);
    const unsigned bits = (boot_.page_tables.levels == 5 ? 52 : 46) - kSectionShift;
    const std::uint64_t roots = ((1ull << bits) + per_root - 1) / per_root;
    if (!boot_.alloc_or_panic(roots * 8, kCacheLine,
                              boot_.caller("array of memory sections",
                                           {function::memory_present, function::memblocks_present,
                                            function::sparse_init}))) {
      return false;
    }
    std::optional<std::uint64_t> last_root;
    for (const memblock::Region& r : boot_.memblock.memory().list.regions()) {
      if (pfn_up(r.range.base()) >= pfn_down(r.range.end())) continue;
      const std::uint64_t end = (raw(r.range.end()) + kSection - 1) >> kSectionShift;
      std::uint64_t number = raw(r.range.base()) >> kSectionShift;
      if (!sections_.empty()) number = std::max(number, sections_.back().number + 1);
      for (; number < end; ++number) {
        if (last_root != number / per_root && !allocate_root(r.nid)) return false;
        last_root = number / per_root;
        sections_.push_back({number, r.nid});
      }
    }
    return true;
  }

  bool allocate_root(int nid) {
    const memblock::Caller caller = boot_.caller("memory sections", {function::sparse_index_alloc});
    if (boot_.memblock.alloc_node(kPageSize, kCacheLine, nid, caller)) return true;
    boot_.panic_without_memory(caller.function, kPageSize);
    return false;
  }

  // kernel: sparse_init_nid()
  void init_node(const std::vector<Section>& sections) {
    const int nid = sections.front().nid;
    if (!allocate_usage(nid, sections.size())) {
      return lose(fmt::format("sparse_init_nid: node[{}] usemap allocation failed", nid));
    }
    const std::uint64_t map_size = align_up(page_bytes_ * kPagesPerSection, paging::kSize2M);
    const std::uint64_t size = map_size * sections.size();
    const memblock::Caller caller =
        boot_.caller(owner(nid), {function::sparse_buffer_init, function::sparse_init_nid});
    const auto found =
        boot_.behaviour.sparse_buffer_on_node
            ? boot_.memblock.alloc_exact_nid_raw(size, map_size, kMaxDmaAddress,
                                                 memblock::kAllocAccessible, nid, caller)
            : boot_.memblock.alloc_try_nid_raw(size, kPageSize, kMaxDmaAddress,
                                               memblock::kAllocAccessible, nid, caller);
    buffer_ = buffer_end_ = raw(found.value_or(PhysAddr{}));
    if (found) buffer_end_ += size;
    for (const Section& s : sections) {
      if (populate(s)) continue;
      lose(
          fmt::format("sparse_init_nid: node[{}] memory map backing failed. Some memory will not "
                      "be available.",
                      nid));
      break;
    }
    if (buffer_ < buffer_end_) {
      boot_.memblock.phys_free(
          PhysAddr{buffer_}, buffer_end_ - buffer_,
          boot_.caller({}, {function::sparse_buffer_fini, function::sparse_init_nid}));
    }
  }

  // What tells which parts of a section are in use, near the node's data where memory can be taken
  // away. kernel: sparse_early_usemaps_alloc_pgdat_section()
  bool allocate_usage(int nid, std::size_t count) {
    const std::uint64_t blocks = kPagesPerSection >> boot_.profile.pageblock_order;
    const std::uint64_t bytes = (boot_.profile.size_of(type::mem_section_usage) +
                                 align_up(blocks * block_flag_bits(boot_.profile), 64) / 8) *
                                count;
    const memblock::Caller caller = boot_.caller(
        "usage maps of sections",
        {function::sparse_early_usemaps_alloc_pgdat_section, function::sparse_init_nid});
    if (!boot_.profile.has(config::MEMORY_HOTREMOVE)) {
      // The node's data is still blank then and says node 0, whichever it is.
      return boot_.memblock.alloc_node(bytes, kCacheLine, 0, caller).has_value();
    }
    const auto data = boot_.node_data.find(nid);
    const std::uint64_t goal =
        data == boot_.node_data.end() ? 0 : align_down(raw(data->second), kSection);
    const auto at_goal = boot_.memblock.search_pfn_nid(pfn_down(PhysAddr{goal}));
    const int first = boot_.nodes.online.empty() ? 0 : boot_.nodes.online.front();
    const int near = at_goal ? at_goal->nid : first;
    for (const std::uint64_t limit : {goal + kSection, raw(memblock::kAllocAccessible)}) {
      if (boot_.memblock.alloc_try_nid(bytes, kCacheLine, PhysAddr{goal}, PhysAddr{limit}, near,
                                       caller)) {
        return true;
      }
    }
    return false;
  }

  // Maps the section's struct pages with 2 MiB pages out of the buffer.
  // kernel: __populate_section_memmap(), vmemmap_populate_hugepages()
  bool populate(const Section& section) {
    const std::uint64_t bytes = page_bytes_ * kPagesPerSection;
    const std::uint64_t start = raw(vmemmap_) + section.number * bytes;
    for (std::uint64_t at = start, next = 0; at < start + bytes; at = next) {
      next = std::min(start + bytes, align_down(at, paging::kSize2M) + paging::kSize2M);
      if (!populate_tables(at, section.nid)) return false;
      if (boot_.features.pse) {
        // The last section's 2 MiB page may hold this one's first pages already.
        if (!large_.insert(at / paging::kSize2M).second) continue;
        if (take(paging::kSize2M, section.nid)) continue;
        large_.erase(at / paging::kSize2M);
      }
      if (!populate_small(at, next, section.nid)) return false;
    }
    return true;
  }

  bool populate_small(std::uint64_t start, std::uint64_t end, int nid) {
    for (std::uint64_t at = start; at < end; at += kPageSize) {
      if (boot_.needs_table(1, at) && !new_table(function::vmemmap_pmd_populate, nid)) return false;
      if (!take(kPageSize, nid)) return false;
    }
    return true;
  }

  bool populate_tables(std::uint64_t at, int nid) {
    const bool five = boot_.page_tables.levels == 5;
    if (five && boot_.needs_table(4, at) && !new_table(function::vmemmap_pgd_populate, nid))
      return false;
    if (boot_.needs_table(3, at) && !new_table(function::vmemmap_p4d_populate, nid)) return false;
    return !boot_.needs_table(2, at) || new_table(function::vmemmap_pud_populate, nid);
  }

  // kernel: vmemmap_alloc_block_zero()
  bool new_table(const kernel::Function& function, int nid) {
    return block(kPageSize, nid,
                 boot_.caller("page tables of struct pages",
                              {function::vmemmap_alloc_block_zero,
                               function::vmemmap_alloc_block_zero_constprop_0, function}));
  }

  // Of the buffer, else of memblock. kernel: vmemmap_alloc_block_buf(), sparse_buffer_alloc()
  bool take(std::uint64_t size, int nid) {
    const std::uint64_t at = align_up(buffer_, size);
    if (buffer_ != 0 && at + size <= buffer_end_) {
      if (at > buffer_) {
        boot_.memblock.phys_free(PhysAddr{buffer_}, at - buffer_,
                                 boot_.caller({}, {function::sparse_buffer_alloc}));
      }
      buffer_ = at + size;
      return true;
    }
    return block(size, nid, boot_.caller(owner(nid), {function::vmemmap_alloc_block}));
  }

  bool block(std::uint64_t size, int nid, const memblock::Caller& caller) {
    return boot_.memblock
        .alloc_try_nid_raw(size, size, kMaxDmaAddress, memblock::kAllocAccessible, nid, caller)
        .has_value();
  }

  std::string_view owner(int nid) { return boot_.name_for_node("struct pages", nid); }

  void lose(std::string text) {
    boot_.tell(Severity::warning, "sparse_init_nid(), mm/sparse.c", std::move(text));
  }

  Boot& boot_;
  std::uint64_t page_bytes_;
  VirtAddr vmemmap_;
  std::vector<Section> sections_{};
  std::set<std::uint64_t> large_{};  // 2 MiB pages of the map, by number
  std::uint64_t buffer_ = 0;         // sparsemap_buf
  std::uint64_t buffer_end_ = 0;
};

}  // namespace

void sparse_init(Boot& boot) { SparseInit(boot).run(); }

}  // namespace memmap::boot
