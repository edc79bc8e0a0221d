#include "paging/direct_map.h"

#include <algorithm>

#include "base/align.h"
#include "paging/table_builder.h"

namespace memmap::paging {
namespace {

constexpr std::uint64_t k4G = 4 * kGiB;

// init_mem_mapping() with its static variables.
class Mapper {
 public:
  Mapper(std::span<const PhysRange> memory, const DirectMapOptions& options)
      : memory_(memory),
        options_(options),
        largest_(largest_page(options.features)),
        tables_(options.page_offset, options.features.levels()),
        brk_pages_(options.brk_tables.size() >> kPageShift) {}

  DirectMap run() {
    const std::uint64_t end = raw(phys_of(options_.max_pfn));
    map_range(PhysRange::make(0, raw(kIsaEnd)));
    brk_used_ += options_.pages_behind_first;
    if (options_.direction == Direction::top_down) {
      top_down(raw(kIsaEnd), end);
    } else {
      const std::uint64_t kernel_end = raw(options_.kernel_end);
      bottom_up(kernel_end, end);
      bottom_up(raw(kIsaEnd), kernel_end);
    }
    result_.mappings = tables_.mappings(kernel_flags(options_.features));
    result_.pages = tables_.counted();
    result_.brk_tables_used = brk_used_;
    result_.max_pfn_mapped = Pfn{max_mapped_ >> kPageShift};
    result_.max_low_pfn_mapped = Pfn{max_low_mapped_ >> kPageShift};
    return std::move(result_);
  }

 private:
  void top_down(std::uint64_t map_start, std::uint64_t map_end) {
    const std::uint64_t real_end = raw(options_.top_end);
    std::uint64_t step = kSize2M;
    std::uint64_t mapped = 0;
    std::uint64_t last = real_end;
    max_mapped_ = 0;
    min_mapped_ = real_end;
    while (last > map_start) {
      std::uint64_t start = map_start;
      if (last > step) start = std::max(map_start, align_down(last - 1, step));
      const std::uint64_t now = map_memory(start, last);
      mapped += now;
      last = start;
      if (mapped >= step) step = next_step(step);
      // The kernel's steps through a hole change nothing else.
      if (now == 0) last = std::min(last, std::max(map_start, align_up(memory_below(last), step)));
      min_mapped_ = last;
    }
    if (real_end < map_end) map_memory(real_end, map_end);
  }

  void bottom_up(std::uint64_t map_start, std::uint64_t map_end) {
    std::uint64_t step = kSize2M;
    std::uint64_t mapped = 0;
    min_mapped_ = align_down(map_start, kPageSize);
    for (std::uint64_t start = map_start, next = 0; start < map_end; start = next) {
      next = map_end;
      if (map_end - start > step) next = std::min(map_end, align_up(start + 1, step));
      const std::uint64_t now = map_memory(start, next);
      mapped += now;
      if (mapped >= step) step = next_step(step);
      if (now == 0) next = std::max(next, align_down(memory_above(next, map_end), step));
    }
  }

  // 2^53 at most, of more is not mapped; a step of 0 is of 32 bits. kernel: get_new_step_size()
  static std::uint64_t next_step(std::uint64_t step) { return step << (kIndexBits - 1); }

  // Where the last whole page of memory below `addr` ends; 0: there is none.
  std::uint64_t memory_below(std::uint64_t addr) const {
    std::uint64_t end = 0;
    for (const PhysRange& region : memory_) {
      const std::uint64_t first = raw(phys_of(pfn_up(region.base())));
      const std::uint64_t last = std::min(addr, raw(phys_of(pfn_down(region.end()))));
      if (first < last) end = last;
    }
    return end;
  }
  // Where the first from `addr` on begins; `otherwise`: there is none below that.
  std::uint64_t memory_above(std::uint64_t addr, std::uint64_t otherwise) const {
    for (const PhysRange& region : memory_) {
      const std::uint64_t first = std::max(addr, raw(phys_of(pfn_up(region.base()))));
      if (first < raw(phys_of(pfn_down(region.end())))) return std::min(first, otherwise);
    }
    return otherwise;
  }

  // Maps the whole pages of memory in [start, end); returns how many bytes they have.
  // kernel: init_range_memory_mapping()
  std::uint64_t map_memory(std::uint64_t start, std::uint64_t end) {
    std::uint64_t mapped = 0;
    for (const PhysRange& region : memory_) {
      const std::uint64_t first = raw(phys_of(pfn_up(region.base())));
      const std::uint64_t last = raw(phys_of(pfn_down(region.end())));
      const std::uint64_t from = std::clamp(first, start, end);
      const std::uint64_t to = std::clamp(last, start, end);
      if (from >= to) continue;
      // The brk's tables that are still free must not lie in the range that is being mapped.
      const std::uint64_t brk_free = raw(options_.brk_tables.base()) + (brk_used_ << kPageShift);
      can_use_brk_ = std::max(from, brk_free) >= std::min(to, raw(options_.brk_tables.end()));
      map_range(PhysRange::make(from, to));
      mapped += to - from;
    }
    return mapped;
  }

  // kernel: init_memory_mapping()
  void map_range(PhysRange range) {
    MapStep step{.range = range, .pieces = split_mem_range(range, largest_, memory_)};
    PhysAddr mapped_to = range.base();
    for (const MapRange& piece : step.pieces) {
      mapped_to = tables_.map(piece, [&](unsigned level, VirtAddr virt, std::uint64_t count) {
        request(step.tables,
                {.level = level, .virt = virt, .count = count, .may_extend_brk = can_use_brk_});
      });
    }
    max_mapped_ = std::max(max_mapped_, raw(mapped_to));
    if (raw(range.base()) < k4G) {
      max_low_mapped_ = std::max(max_low_mapped_, std::min(raw(mapped_to), k4G));
    }
    result_.steps.push_back(std::move(step));
  }

  // kernel: alloc_low_pages()
  void request(std::vector<TableRequest>& out, TableRequest tables) {
    const std::uint64_t left = brk_pages_ - std::min(brk_pages_, brk_used_);
    if (const std::uint64_t n = can_use_brk_ ? std::min(tables.count, left) : 0; n != 0) {
      out.push_back(tables);
      out.back().count = n;
      brk_used_ += n;
      tables.virt = tables.virt_of(n);
      tables.count -= n;
    }
    if (tables.count == 0) return;
    tables.from_brk_tables = false;
    if (min_mapped_ < max_mapped_) tables.limits = PhysRange::make(min_mapped_, max_mapped_);
    out.push_back(tables);
  }

  std::span<const PhysRange> memory_;
  const DirectMapOptions& options_;
  std::uint64_t largest_;
  TableBuilder tables_;
  std::uint64_t brk_pages_;
  std::uint64_t brk_used_ = 0;
  bool can_use_brk_ = true;
  std::uint64_t min_mapped_ = 0;  // bytes, as are the next two
  std::uint64_t max_mapped_ = 0;
  std::uint64_t max_low_mapped_ = 0;
  DirectMap result_{};
};

}  // namespace

PhysAddr top_block_end(PhysAddr found, Pfn max_pfn) {
  if (raw(found)) return PhysAddr{raw(found) + kSize2M};
  return PhysAddr{std::max(raw(kIsaEnd), align_down(raw(phys_of(max_pfn)), kSize2M))};
}

DirectMap direct_map(std::span<const PhysRange> memory, const DirectMapOptions& options) {
  return Mapper(memory, options).run();
}

}  // namespace memmap::paging
