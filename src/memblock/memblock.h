// The kernel's boot-time allocator: operations under the kernel's names, with the kernel's answers.
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
#include "memblock/policy.h"
#include "memblock/region.h"
#include "memblock/region_list.h"

namespace memmap::memblock {

// Ends of an allocation's limits that are no addresses. kernel: include/linux/memblock.h, v6.12
inline constexpr PhysAddr kAllocAccessible{0};    // MEMBLOCK_ALLOC_ACCESSIBLE: current_limit()
inline constexpr PhysAddr kAllocNoleaktrace{1};   // MEMBLOCK_ALLOC_NOLEAKTRACE: current_limit() too
inline constexpr PhysAddr kAllocAnywhere{~0ull};  // MEMBLOCK_ALLOC_ANYWHERE: no limit

// One of memblock's lists with its array. kernel: struct memblock_type
struct RegionType {
  std::string_view name{};  // `memory`, `reserved`, `physmem`
  RegionList list{};
  std::uint64_t max = 0;             // entries that the array has room for
  std::uint64_t total_size = 0;      // bytes as the kernel counts: memblock_trim_memory() does not
  std::optional<PhysRange> array{};  // where the array lies; nullopt: it is the static one
  bool loose = false;                // the list may hold neighbours that ought to be merged

  Regions regions() const { return list.regions(); }  // a copy, in order
};

// What a Memblock is made with: constants of the kernel's build and words of its command line.
struct Options {
  std::uint64_t init_memory_regions = 128;    // INIT_MEMBLOCK_MEMORY_REGIONS
  std::uint64_t init_reserved_regions = 128;  // INIT_MEMBLOCK_RESERVED_REGIONS
  std::uint64_t init_physmem_regions = 4;     // INIT_PHYSMEM_REGIONS
  std::uint64_t region_bytes = 24;            // sizeof(struct memblock_region): 24 with NUMA
  std::uint64_t smp_cache_bytes = 64;         // SMP_CACHE_BYTES: what an alignment of 0 stands for
  bool has_physmem = false;                   // CONFIG_HAVE_MEMBLOCK_PHYS_MAP (s390)
  bool movable_node = false;                  // movable_node on the command line
  bool mirrored_kernelcore = false;           // kernelcore=mirror on the command line
  PhysAddr kernel_end{};                      // __pa_symbol(_end), for bottom-up before 5.11
};

// Memory (what there is), reserved (what is taken of it) and physmem (what there was at first).
//
// Ranges are [base, base + size) of physical bytes. A size that would carry the end past 2^64 - 1
// is cut to end there (memblock_cap_size()); a range of 0 bytes changes nothing.
//
// What the kernel prints or warns of goes to the event sink. Every call that memblock=debug logs
// goes to the observer, before it takes effect. After an event of severity panic the kernel is
// dead: panicked() is true, nothing changes any more, operations fail, no event and no call follow.
class Memblock {
 public:
  explicit Memblock(const kernel::Behaviour& behaviour = {}, const Options& options = {});
  // What listens to one is not to hear of another.
  Memblock(const Memblock&) = delete;
  Memblock& operator=(const Memblock&) = delete;
  Memblock(Memblock&&) = default;
  Memblock& operator=(Memblock&&) = default;

  void set_event_sink(std::function<void(Event)> sink) { sink_ = std::move(sink); }
  void set_observer(CallObserver observer) { observer_ = std::move(observer); }
  // Sets who chooses addresses in searches from the top and from the bottom. nullptr stands for the
  // kernel's own choice, the first fit. Both policies must outlive the memblock.
  void set_policies(AllocationPolicy* top_down, AllocationPolicy* bottom_up);

  // The lists as they are.
  const RegionType& memory() const { return memory_; }
  const RegionType& reserved() const { return reserved_; }
  const RegionType& physmem() const { return physmem_; }
  // Entries as the kernel counts them: before 6.10 an empty list has one, of no size.
  std::uint64_t cnt(const RegionType& type) const;
  const kernel::Behaviour& behaviour() const { return behaviour_; }
  // False: its node is not known, or none was set (NUMA_NO_NODE, MAX_NUMNODES).
  bool has_node(const Region& r) const { return r.nid >= 0 && r.nid < behaviour_.max_numnodes; }
  const Options& options() const { return options_; }
  bool panicked() const { return panicked_; }
  // The kernel panicked elsewhere.
  void halt() { panicked_ = true; }

  // Changes of the lists. They return false where the kernel returns -ENOMEM: an array was full and
  // could not grow. What was done until then stays done. An array that grows takes memory itself:
  // it is reserved, and the array before it is freed unless that is the static one.

  // Adds memory. Bytes that are memory already keep their node and flags; the kernel warns if those
  // of a region that begins inside the range differ. Touching regions of equal node and flags become
  // one. add() gives no node: MAX_NUMNODES. kernel: memblock_add(), memblock_add_node()
  bool add(PhysAddr base, std::uint64_t size, const Caller& caller = {});
  bool add_node(PhysAddr base, std::uint64_t size, int nid, std::uint32_t flags,
                const Caller& caller = {});
  // Takes away what is memory in the range; regions are cut at its ends. kernel: memblock_remove()
  bool remove(PhysAddr base, std::uint64_t size, const Caller& caller = {});
  // The same two for what is reserved. Neither asks whether the range is memory, or whether it was
  // reserved before. reserve_kern() marks what the kernel itself uses, since 6.16.
  // kernel: memblock_reserve(), memblock_reserve_kern(), memblock_phys_free() (memblock_free()
  // before 5.16)
  bool reserve(PhysAddr base, std::uint64_t size, const Caller& caller = {});
  bool reserve_kern(PhysAddr base, std::uint64_t size, const Caller& caller = {});
  // The two in one; before 6.16 a reservation has neither node nor flags.
  // kernel: __memblock_reserve(), v7.2
  bool reserve_with(PhysAddr base, std::uint64_t size, int nid, std::uint32_t flags,
                    const Caller& caller = {});
  bool phys_free(PhysAddr base, std::uint64_t size, const Caller& caller = {});
  // phys_free() by pointer: a base of 0 stands for NULL, which is left alone.
  // kernel: memblock_free(), v6.12
  bool free(PhysAddr base, std::uint64_t size, const Caller& caller = {});
  // Adds to physmem; does nothing without Options::has_physmem. kernel: memblock_physmem_add()
  bool physmem_add(PhysAddr base, std::uint64_t size, const Caller& caller = {});

  // Sets or clears a flag of the memory in the range, cutting and joining regions as needed.
  bool mark_hotplug(PhysAddr base, std::uint64_t size);
  bool clear_hotplug(PhysAddr base, std::uint64_t size);
  // From now on allocations look in mirrored memory first, even if the range holds no memory. Since
  // 6.0 it does nothing without Options::mirrored_kernelcore.
  bool mark_mirror(PhysAddr base, std::uint64_t size);
  bool mark_nomap(PhysAddr base, std::uint64_t size);
  bool clear_nomap(PhysAddr base, std::uint64_t size);
  // Memory of which kexec's next kernel may take before it knows what was kept for it; before 6.16
  // they do nothing. kernel: memblock_mark_kho_scratch(), memblock_clear_kho_scratch(), v7.2
  bool mark_kho_scratch(PhysAddr base, std::uint64_t size);
  bool clear_kho_scratch(PhysAddr base, std::uint64_t size);
  // The same for what is reserved; before 6.9, and 6.16, they do nothing.
  bool reserved_mark_noinit(PhysAddr base, std::uint64_t size);
  bool reserved_mark_kern(PhysAddr base, std::uint64_t size);
  // Give the memory, or what is reserved, in the range to a node; without CONFIG_NUMA they do
  // nothing. kernel: memblock_set_node(..., &memblock.memory or &memblock.reserved, ...)
  bool set_node(PhysAddr base, std::uint64_t size, int nid);
  bool set_reserved_node(PhysAddr base, std::uint64_t size, int nid);

  // What memblock_free_all() does to the lists before it frees: no memory is hotpluggable any more,
  // and since 6.6 reserved regions get the nodes of the memory under them.
  // kernel: free_low_memory_core_early(), memmap_init_reserved_pages(), v6.12
  void prepare_free_all();

  // Rounds each region of memory inwards to multiples of `align`, a power of two; regions of which
  // nothing is left go. total_size keeps what is cut off the others. kernel: memblock_trim_memory()
  void trim_memory(std::uint64_t align);
  // Memory outside the range goes, nomap regions excepted; so does what is reserved outside it. A
  // size of 0 changes nothing. kernel: memblock_cap_memory_range()
  void cap_memory_range(PhysAddr base, std::uint64_t size);
  // Caps memory behind its first `limit` bytes, counted over the regions from the lowest on: mem=
  // on arm64. 0, or more than there is, changes nothing. kernel: memblock_mem_limit_remove_map()
  void mem_limit_remove_map(std::uint64_t limit);
  // The same, but nomap regions go too. kernel: memblock_enforce_memory_limit()
  void enforce_memory_limit(std::uint64_t limit);

  // Allocations: each finds a block of free memory and reserves it.
  //
  // Arguments, the same in all of them:
  //   size    bytes. For 0 bytes an address is found and nothing is reserved.
  //   align   bytes, a power of two. 0 stands for Options::smp_cache_bytes and is warned of.
  //   limits  the block lies in [start, end), or [min_addr, max_addr). An end of kAllocAccessible
  //           or kAllocNoleaktrace stands for current_limit(), kAllocAnywhere for no limit. The
  //           first page is never given out.
  //   nid     a node, or kAnyNode. With Behaviour::memblock_any_invalid_node an id that is no node
  //           stands for kAnyNode; without, only MAX_NUMNODES does, warned of once, and no memory
  //           has any other such id.
  //   caller  for the observer; `owner` is what the memory is for.
  //
  // Returned is the address of `size` bytes that were free and now are reserved: without a node, and
  // since 6.16 as the kernel's own, with the node that was asked for where it was not left.
  // They lie in one region of memory, which is neither nomap nor driver-managed, nor, under
  // movable_node, hotpluggable. The address is the highest multiple of `align` that fits, with
  // bottom_up() the lowest: with Behaviour::memblock_bottom_up_above_kernel, the lowest above
  // kernel_end, else the highest, warned of once. A policy may choose another address that fits.
  //
  // Tried in this order, each where it applies, until a block is found and reserved:
  //
  //   from start or min_addr on         in mirrored memory, if has_mirror()   on nid, on any node
  //                                     in any memory, after a warning        on nid, on any node
  //   from 0 on, if min_addr is not 0   the same four
  //
  // nullopt (the kernel's 0 or NULL): none of these found a block that could be reserved. Nothing
  // is reserved then, and no event tells of it: the caller warns or panics.
  //
  // Observed are the request, where the function logs it, and the reservation: memblock_reserve()
  // called by memblock_alloc_range_nid(), with the caller's owner. Memory has no contents here; a
  // function that zeroes gives the kernel's caller zeroes, a `_raw` one whatever lay there.
  enum class Nid { preferred, exact };  // exact: the step `on any node` is left out

  // Within [start, end), which current_limit() cuts only as kAllocAccessible or kAllocNoleaktrace;
  // never below `start`. Logs no request; does not zero.
  // kernel: memblock_alloc_range_nid(), v6.1 and v6.12
  std::optional<PhysAddr> alloc_range_nid(std::uint64_t size, std::uint64_t align, PhysAddr start,
                                          PhysAddr end, int nid, Nid fallback,
                                          const Caller& caller = {});
  // The same on any node. Logs the request since 5.11; does not zero.
  // kernel: memblock_phys_alloc_range(), v6.12
  std::optional<PhysAddr> phys_alloc_range(std::uint64_t size, std::uint64_t align, PhysAddr start,
                                           PhysAddr end, const Caller& caller = {});
  // phys_alloc_range() `count` times for blocks of `size` bytes, a power of two, aligned to it. Where the
  // highest fit is chosen, a row of blocks, each right below the one before, is taken and observed in one
  // (Call::count); else one block is. Returned is the first, and how many there are: at least one.
  struct Row {
    PhysAddr first{};
    std::uint64_t count = 0;
  };
  std::optional<Row> phys_alloc_row(std::uint64_t count, std::uint64_t size, PhysAddr start,
                                    PhysAddr end, const Caller& caller = {});
  // The same of alloc() and of alloc_try_nid_raw().
  std::optional<Row> alloc_row(std::uint64_t count, std::uint64_t size, const Caller& caller = {});
  std::optional<Row> alloc_try_nid_raw_row(std::uint64_t count, std::uint64_t size,
                                           PhysAddr min_addr, PhysAddr max_addr, int nid,
                                           const Caller& caller = {});
  // phys_alloc_range() up to current_limit(). kernel: memblock_phys_alloc(), v6.12
  std::optional<PhysAddr> phys_alloc(std::uint64_t size, std::uint64_t align,
                                     const Caller& caller = {});
  // alloc_range_nid() up to current_limit(), `nid` preferred. Logs no request; does not zero.
  // kernel: memblock_phys_alloc_try_nid(), v6.12
  std::optional<PhysAddr> phys_alloc_try_nid(std::uint64_t size, std::uint64_t align, int nid,
                                             const Caller& caller = {});

  // Within [min_addr, max_addr), `nid` preferred. A max_addr above current_limit() is cut to it,
  // kAllocAnywhere too. min_addr is a wish: where nothing is free above it, all is tried from 0 on.
  // Logs the request; zeroes. kernel: memblock_alloc_try_nid(), memblock_alloc_internal(), v6.12
  std::optional<PhysAddr> alloc_try_nid(std::uint64_t size, std::uint64_t align, PhysAddr min_addr,
                                        PhysAddr max_addr, int nid, const Caller& caller = {});
  // The same; does not zero. kernel: memblock_alloc_try_nid_raw(), v6.12
  std::optional<PhysAddr> alloc_try_nid_raw(std::uint64_t size, std::uint64_t align,
                                            PhysAddr min_addr, PhysAddr max_addr, int nid,
                                            const Caller& caller = {});
  // The same, on `nid` alone; does not zero. kernel: memblock_alloc_exact_nid_raw(), v6.12
  std::optional<PhysAddr> alloc_exact_nid_raw(std::uint64_t size, std::uint64_t align,
                                              PhysAddr min_addr, PhysAddr max_addr, int nid,
                                              const Caller& caller = {});
  // A huge page, aligned to its size, up to current_limit(); never of mirrored memory alone. What is
  // found on another node is reserved without one. Logs the request; does not zero.
  // kernel: memblock_alloc_hugetlb(), v7.3
  std::optional<PhysAddr> alloc_hugetlb(std::uint64_t size, int nid, Nid fallback,
                                        const Caller& caller = {});
  // alloc_try_nid() on any node, up to current_limit(). kernel: memblock_alloc(), v6.12
  std::optional<PhysAddr> alloc(std::uint64_t size, std::uint64_t align, const Caller& caller = {});
  // The same; does not zero. kernel: memblock_alloc_raw(), v6.12
  std::optional<PhysAddr> alloc_raw(std::uint64_t size, std::uint64_t align,
                                    const Caller& caller = {});
  // alloc() from min_addr on, else anywhere. kernel: memblock_alloc_from(), v6.12
  std::optional<PhysAddr> alloc_from(std::uint64_t size, std::uint64_t align, PhysAddr min_addr,
                                     const Caller& caller = {});
  // alloc() below 4 GiB - 1 (ARCH_LOW_ADDRESS_LIMIT), or current_limit() if that is lower.
  // kernel: memblock_alloc_low(), v6.12
  std::optional<PhysAddr> alloc_low(std::uint64_t size, std::uint64_t align,
                                    const Caller& caller = {});
  // alloc() with `nid` preferred. kernel: memblock_alloc_node(), v6.12
  std::optional<PhysAddr> alloc_node(std::uint64_t size, std::uint64_t align, int nid,
                                     const Caller& caller = {});

  // Searches: the address that an allocation would get, without reserving. Arguments as above, but
  // `align` is not 0. They log nothing. nullopt: nothing fits.

  // On any node; mirrored memory first where there is some, then any, with a warning.
  // kernel: memblock_find_in_range(), v6.12
  std::optional<PhysAddr> find_in_range(PhysAddr start, PhysAddr end, std::uint64_t size,
                                        std::uint64_t align);
  // One search and no other: on `nid` alone, in memory that `flags` (RegionFlags) let in, as
  // Filter has it. kernel: memblock_find_in_range_node(), v6.12
  std::optional<PhysAddr> find_in_range_node(std::uint64_t size, std::uint64_t align,
                                             PhysAddr start, PhysAddr end, int nid,
                                             std::uint32_t flags);

  // Questions about a byte, or about a range.
  bool is_memory(PhysAddr addr) const;
  bool is_map_memory(PhysAddr addr) const;  // memory, and not nomap
  bool is_reserved(PhysAddr addr) const;
  bool is_region_memory(PhysAddr base, std::uint64_t size) const;    // all of it, in one region
  bool is_region_reserved(PhysAddr base, std::uint64_t size) const;  // any byte of it
  // Any byte of it is in `type`. A range of no bytes is where it lies inside a region, past the
  // region's first byte: the kernel compares so.
  static bool overlaps_region(const RegionType& type, PhysAddr base, std::uint64_t size);
  bool has_mirror() const { return has_mirror_; }
  std::uint64_t phys_mem_size() const { return memory_.total_size; }    // bytes
  std::uint64_t reserved_size() const { return reserved_.total_size; }  // bytes
  // Pages of the one less the other, whether or not what is reserved is memory.
  std::uint64_t estimated_nr_free_pages() const;
  PhysAddr start_of_DRAM() const;  // 0 without memory
  PhysAddr end_of_DRAM() const;    // 0 without memory
  struct PfnNid {
    Pfn start{};
    Pfn end{};
    int nid = kAnyNode;
  };
  // The region of memory that holds a page's first byte: its pages [start, end), both rounded down,
  // and its node as stored. nullopt: that byte is no memory.
  std::optional<PfnNid> search_pfn_nid(Pfn pfn) const;
  // False, with the kernel's error, if more than `threshold` bytes of whole pages have no node.
  bool validate_numa_coverage(std::uint64_t threshold);

  // The direction of searches: from the top at first.
  bool bottom_up() const { return bottom_up_; }
  void set_bottom_up(bool enable) { bottom_up_ = enable; }
  // Where accessible memory ends, exclusive: kAllocAnywhere at first.
  PhysAddr current_limit() const { return current_limit_; }
  void set_current_limit(PhysAddr limit) { current_limit_ = limit; }
  // Arrays may grow from now on. Until then a full one fails, or since 6.7 panics.
  void allow_resize() { can_resize_ = true; }
  bool can_resize() const { return can_resize_; }

  // Replaces a list by one that a test or a log has. `regions` must be sorted, disjoint and without
  // empty ranges; the rest is as in RegionType. Logs nothing.
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

  // In ranges.cc: work on a list.
  bool add_range(RegionType& type, PhysAddr base, std::uint64_t size, int nid, std::uint32_t flags);
  // Returns how many new regions cover the rest of `span`; inserts them only with `insert`.
  std::uint64_t cover(RegionType& type, Span span, int nid, std::uint32_t flags, bool insert);
  void place(RegionType& type, const Region& region);
  bool isolate_range(RegionType& type, PhysAddr base, std::uint64_t size, Span& isolated);
  void merge_regions(RegionType& type, Span span);
  void count_removed(RegionType& type, std::uint64_t bytes);
  void warn_emptied(const RegionType& type);
  bool remove_range(RegionType& type, PhysAddr base, std::uint64_t size);
  // Cuts regions at the range's ends, changes each within, and joins what is then alike.
  template <class Change>
  bool change_regions(RegionType& type, PhysAddr base, std::uint64_t size, const Change& change);
  bool setclr_flag(RegionType& type, PhysAddr base, std::uint64_t size, FlagEdit edit,
                   std::uint32_t flag);
  bool set_type_node(RegionType& type, PhysAddr base, std::uint64_t size, int nid);
  // In growth.cc: how an array grows.
  bool double_array(RegionType& type, PhysAddr new_area_start, std::uint64_t new_area_size);
  // In alloc.cc: searches and allocations.
  std::optional<PhysAddr> alloc_internal(std::uint64_t size, std::uint64_t align, PhysAddr min_addr,
                                         PhysAddr max_addr, int nid, Nid fallback,
                                         const Caller& caller);
  std::optional<PhysAddr> search(std::uint64_t size, std::uint64_t align, std::uint64_t start,
                                 std::uint64_t end, int nid, std::uint32_t flags, bool up);
  std::uint32_t choose_flags() const { return has_mirror_ ? kMirror : kNone; }
  // What the blocks of a row are asked for by: as record_alloc() has it, which records each of them;
  // empty `operation`: none is.
  struct RowAsked {
    std::string_view operation{};
    std::uint64_t count = 1;
    std::uint64_t size = 0;
    PhysAddr start{};
    PhysAddr end{};
    int nid = kAnyNode;
    const Caller& caller;
  };
  // Goes on below the first block, which was found while reserved memory's array had `max` places.
  // `limit`: where the blocks end at the latest.
  std::optional<Row> row_from(std::optional<PhysAddr> first, std::uint64_t max, PhysAddr limit,
                              const RowAsked& asked);
  // How many blocks right below `first` would be found next; 0 where that is not known.
  std::uint64_t row_below(PhysAddr first, PhysAddr limit, const RowAsked& asked);
  void record_alloc(std::string_view operation, std::uint64_t size, std::uint64_t align,
                    PhysAddr from, PhysAddr max_addr, int nid, const Caller& caller,
                    std::uint64_t count = 1);
  void warn_mirror(std::string_view step, std::uint64_t size);

  bool reserve_row(PhysAddr base, std::uint64_t size, int nid, std::uint32_t flags,
                   const Caller& caller, std::uint64_t count);
  void record(CallKind kind, std::string_view operation, PhysAddr base, std::uint64_t size,
              const Caller& caller, int nid = kAnyNode, std::uint32_t flags = 0,
              std::uint64_t count = 1);
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
  Remembered remembered_;    // its NoRoom until memory grows or changes, or reserved shrinks
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
