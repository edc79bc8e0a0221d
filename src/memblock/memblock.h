// The kernel's boot-time allocator, operation by operation, under the kernel's names.
// kernel: mm/memblock.c, v6.1 and v6.12
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/event.h"
#include "base/range.h"
#include "kernel/behaviour.h"
#include "memblock/call.h"
#include "memblock/find.h"
#include "memblock/no_room.h"
#include "memblock/policy.h"
#include "memblock/region.h"
#include "memblock/region_list.h"

namespace memmap::memblock {

// Special bounds of allocations. kernel: include/linux/memblock.h
inline constexpr PhysAddr kAllocAccessible{0};  // MEMBLOCK_ALLOC_ACCESSIBLE: up to current_limit
inline constexpr PhysAddr kAllocNoleaktrace{
    1};  // MEMBLOCK_ALLOC_NOLEAKTRACE: the same, unseen by kmemleak
inline constexpr PhysAddr kAllocAnywhere{~0ull};  // MEMBLOCK_ALLOC_ANYWHERE

// kernel: struct memblock_type
struct RegionType {
  std::string_view name{};
  RegionList list{};
  std::uint64_t max = 0;             // entries that the array has room for
  std::uint64_t total_size = 0;      // as the kernel counts: memblock_trim_memory() does not
  std::optional<PhysRange> array{};  // the array's own memory; nullopt: the static one
  bool loose = false;  // touching regions of equal flags and node may stand unmerged somewhere
};

struct Options {
  std::uint64_t init_memory_regions = 128;    // INIT_MEMBLOCK_MEMORY_REGIONS
  std::uint64_t init_reserved_regions = 128;  // INIT_MEMBLOCK_RESERVED_REGIONS
  std::uint64_t init_physmem_regions = 4;     // INIT_PHYSMEM_REGIONS
  std::uint64_t region_bytes = 24;            // sizeof(struct memblock_region): 24 with NUMA
  std::uint64_t smp_cache_bytes = 64;  // SMP_CACHE_BYTES: the alignment of those who ask for none
  bool has_physmem = false;            // CONFIG_HAVE_MEMBLOCK_PHYS_MAP (s390)
  bool movable_node = false;           // movable_node on the command line
  bool mirrored_kernelcore = false;    // kernelcore=mirror on the command line
  PhysAddr kernel_end{};  // __pa_symbol(_end), for kernels whose bottom-up begins there
};

// Operations return false where the kernel's return -ENOMEM: an array could not grow. What the
// kernel prints or warns of goes to the event sink, each logged call to the observer. After an
// event of severity panic the kernel is dead: panicked() is true and operations do nothing but
// fail.
//
// Sizes are in bytes and capped so that base + size stays below 2^64 (memblock_cap_size()).
// Allocations return nullopt where the kernel returns 0 or NULL.
class Memblock {
 public:
  explicit Memblock(const kernel::Behaviour& behaviour, const Options& options = {});

  void set_event_sink(std::function<void(Event)> sink) { sink_ = std::move(sink); }
  void set_observer(CallObserver observer) { observer_ = std::move(observer); }
  // Who chooses addresses, by direction of the search; nullptr: the kernel's own way. The same for
  // both forces a policy. Not owned.
  void set_policies(AllocationPolicy* top_down, AllocationPolicy* bottom_up);

  // State, to read. memory().list.size() is what is there; cnt() what the kernel counts.
  const RegionType& memory() const { return memory_; }
  const RegionType& reserved() const { return reserved_; }
  const RegionType& physmem() const { return physmem_; }
  std::uint64_t cnt(const RegionType& type) const;
  const kernel::Behaviour& behaviour() const { return behaviour_; }
  const Options& options() const { return options_; }
  bool panicked() const { return panicked_; }

  // Lists.
  bool add(PhysAddr base, std::uint64_t size, const Caller& caller = {});
  bool add_node(PhysAddr base, std::uint64_t size, int nid, std::uint32_t flags,
                const Caller& caller = {});
  bool remove(PhysAddr base, std::uint64_t size, const Caller& caller = {});
  bool reserve(PhysAddr base, std::uint64_t size, const Caller& caller = {});
  bool phys_free(PhysAddr base, std::uint64_t size, const Caller& caller = {});
  bool free(PhysAddr base, std::uint64_t size,
            const Caller& caller = {});  // phys_free() unless base is 0
  bool physmem_add(PhysAddr base, std::uint64_t size, const Caller& caller = {});

  bool mark_hotplug(PhysAddr base, std::uint64_t size);
  bool clear_hotplug(PhysAddr base, std::uint64_t size);
  // Since 6.0 nothing without mirrored_kernelcore.
  bool mark_mirror(PhysAddr base, std::uint64_t size);
  bool mark_nomap(PhysAddr base, std::uint64_t size);
  bool clear_nomap(PhysAddr base, std::uint64_t size);
  bool reserved_mark_noinit(PhysAddr base, std::uint64_t size);
  bool set_node(PhysAddr base, std::uint64_t size, int nid);           // of memory
  bool set_reserved_node(PhysAddr base, std::uint64_t size, int nid);  // of reserved

  // What memblock_free_all() does to the lists first: no memory is hotpluggable any more, and
  // (since 6.6) reserved regions get the nodes of the memory under them.
  void prepare_free_all();

  // Regions of memory get bounds aligned to `align`, inwards; what is left empty goes.
  void trim_memory(std::uint64_t align);
  void cap_memory_range(PhysAddr base, std::uint64_t size);
  void mem_limit_remove_map(std::uint64_t limit);  // mem= on arm64: keeps nomap regions
  void enforce_memory_limit(std::uint64_t limit);

  // Allocations. One of 0 bytes reserves nothing.
  std::optional<PhysAddr> phys_alloc(std::uint64_t size, std::uint64_t align,
                                     const Caller& caller = {});
  std::optional<PhysAddr> phys_alloc_range(std::uint64_t size, std::uint64_t align, PhysAddr start,
                                           PhysAddr end, const Caller& caller = {});
  std::optional<PhysAddr> phys_alloc_try_nid(std::uint64_t size, std::uint64_t align, int nid,
                                             const Caller& caller = {});
  enum class Nid { preferred, exact };
  std::optional<PhysAddr> alloc_range_nid(std::uint64_t size, std::uint64_t align, PhysAddr start,
                                          PhysAddr end, int nid, Nid fallback,
                                          const Caller& caller = {});
  std::optional<PhysAddr> alloc(std::uint64_t size, std::uint64_t align, const Caller& caller = {});
  std::optional<PhysAddr> alloc_raw(std::uint64_t size, std::uint64_t align,
                                    const Caller& caller = {});
  std::optional<PhysAddr> alloc_from(std::uint64_t size, std::uint64_t align, PhysAddr min_addr,
                                     const Caller& caller = {});
  std::optional<PhysAddr> alloc_low(std::uint64_t size, std::uint64_t align,
                                    const Caller& caller = {});
  std::optional<PhysAddr> alloc_node(std::uint64_t size, std::uint64_t align, int nid,
                                     const Caller& caller = {});
  std::optional<PhysAddr> alloc_try_nid(std::uint64_t size, std::uint64_t align, PhysAddr min_addr,
                                        PhysAddr max_addr, int nid, const Caller& caller = {});
  std::optional<PhysAddr> alloc_try_nid_raw(std::uint64_t size, std::uint64_t align,
                                            PhysAddr min_addr, PhysAddr max_addr, int nid,
                                            const Caller& caller = {});
  std::optional<PhysAddr> alloc_exact_nid_raw(std::uint64_t size, std::uint64_t align,
                                              PhysAddr min_addr, PhysAddr max_addr, int nid,
                                              const Caller& caller = {});

  // Searches that reserve nothing.
  std::optional<PhysAddr> find_in_range(PhysAddr start, PhysAddr end, std::uint64_t size,
                                        std::uint64_t align);
  std::optional<PhysAddr> find_in_range_node(std::uint64_t size, std::uint64_t align,
                                             PhysAddr start, PhysAddr end, int nid,
                                             std::uint32_t flags);

  // Questions.
  bool is_memory(PhysAddr addr) const;
  bool is_map_memory(PhysAddr addr) const;
  bool is_reserved(PhysAddr addr) const;
  bool is_region_memory(PhysAddr base, std::uint64_t size) const;    // all of it, in one region
  bool is_region_reserved(PhysAddr base, std::uint64_t size) const;  // any of it
  static bool overlaps_region(const RegionType& type, PhysAddr base, std::uint64_t size);
  bool has_mirror() const { return has_mirror_; }
  std::uint64_t phys_mem_size() const { return memory_.total_size; }
  std::uint64_t reserved_size() const { return reserved_.total_size; }
  std::uint64_t estimated_nr_free_pages() const;
  PhysAddr start_of_DRAM() const;  // 0 without memory
  PhysAddr end_of_DRAM() const;    // 0 without memory
  // The memory region of a page: its pages and its node as stored; nullopt: no memory.
  struct PfnNid {
    Pfn start{};
    Pfn end{};
    int nid = kAnyNode;
  };
  std::optional<PfnNid> search_pfn_nid(Pfn pfn) const;
  // False, with the kernel's error, if more than `threshold` bytes of memory have no node.
  bool validate_numa_coverage(std::uint64_t threshold);

  // Switches.
  bool bottom_up() const { return bottom_up_; }
  void set_bottom_up(bool enable) { bottom_up_ = enable; }
  PhysAddr current_limit() const { return current_limit_; }
  void set_current_limit(PhysAddr limit) { current_limit_ = limit; }
  void allow_resize() { can_resize_ = true; }
  bool can_resize() const { return can_resize_; }

  // Replaces a list, as a test or a captured state has it; `regions` sorted and disjoint. `array`
  // as RegionType has it.
  void assign_memory(const Regions& regions, std::uint64_t max, std::uint64_t total_size,
                     std::optional<PhysRange> array = std::nullopt);
  void assign_reserved(const Regions& regions, std::uint64_t max, std::uint64_t total_size,
                       std::optional<PhysRange> array = std::nullopt);

 private:
  struct Span {  // half-open, capped
    std::uint64_t base = 0;
    std::uint64_t end = 0;
  };
  enum class FlagEdit { set, clear };

  // ranges.cc
  bool add_range(RegionType& type, PhysAddr base, std::uint64_t size, int nid, std::uint32_t flags);
  // Covers what of `span` no region covers; returns how many regions that takes.
  std::uint64_t cover(RegionType& type, Span span, int nid, std::uint32_t flags, bool insert);
  void place(RegionType& type, const Region& region);
  bool isolate_range(RegionType& type, PhysAddr base, std::uint64_t size, Span& isolated);
  void merge_regions(RegionType& type, Span span);
  void count_removed(RegionType& type, std::uint64_t bytes);
  void warn_emptied(const RegionType& type);
  bool remove_range(RegionType& type, PhysAddr base, std::uint64_t size);
  // Changes each region within the range, cut at its ends, and joins what is then alike.
  template <class Change>
  bool change_regions(RegionType& type, PhysAddr base, std::uint64_t size, const Change& change);
  bool setclr_flag(RegionType& type, PhysAddr base, std::uint64_t size, FlagEdit edit,
                   std::uint32_t flag);
  bool set_type_node(RegionType& type, PhysAddr base, std::uint64_t size, int nid);
  // growth.cc
  bool double_array(RegionType& type, PhysAddr new_area_start, std::uint64_t new_area_size);
  // alloc.cc
  std::optional<PhysAddr> alloc_internal(std::uint64_t size, std::uint64_t align, PhysAddr min_addr,
                                         PhysAddr max_addr, int nid, Nid fallback,
                                         const Caller& caller);
  std::optional<PhysAddr> search(std::uint64_t size, std::uint64_t align, std::uint64_t start,
                                 std::uint64_t end, int nid, std::uint32_t flags, bool up);
  std::uint32_t choose_flags() const { return has_mirror_ ? kMirror : kNone; }
  void record_alloc(std::string_view operation, std::uint64_t size, std::uint64_t align,
                    PhysAddr from, PhysAddr max_addr, int nid, const Caller& caller);
  void warn_mirror(std::uint64_t size);

  void record(CallKind kind, std::string_view operation, PhysAddr base, std::uint64_t size,
              const Caller& caller, int nid = kAnyNode, std::uint32_t flags = 0);
  void event(Severity severity, std::string_view step, std::string text,
             std::optional<PhysRange> range = std::nullopt);

  kernel::Behaviour behaviour_;
  Options options_;
  RegionType memory_;
  RegionType reserved_;
  RegionType physmem_;
  bool bottom_up_ = false;
  PhysAddr current_limit_ = kAllocAnywhere;
  bool can_resize_ = false;
  NoRoom no_room_;           // forgotten where memory grows or changes, or reserved shrinks
  bool has_mirror_ = false;  // system_has_some_mirror
  bool panicked_ = false;
  bool warned_max_numnodes_ = false;
  bool warned_bottom_up_ = false;
  AllocationPolicy* top_down_policy_ = nullptr;
  AllocationPolicy* bottom_up_policy_ = nullptr;
  std::function<void(Event)> sink_;
  CallObserver observer_;
};

}  // namespace memmap::memblock
