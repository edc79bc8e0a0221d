#include "memblock/memblock.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "memblock/cap.h"

namespace memmap::memblock {

Memblock::Memblock(const kernel::Behaviour& behaviour, const Options& options)
    : behaviour_(behaviour),
      options_(options),
      memory_{.name = "memory", .max = options.init_memory_regions},
      reserved_{.name = "reserved", .max = options.init_reserved_regions},
      physmem_{.name = "physmem", .max = options.init_physmem_regions} {}

void Memblock::set_policies(AllocationPolicy* top_down, AllocationPolicy* bottom_up) {
  top_down_policy_ = top_down;
  bottom_up_policy_ = bottom_up;
}

std::uint64_t Memblock::cnt(const RegionType& type) const {
  if (type.list.empty() && behaviour_.memblock_empty_dummy) return 1;
  return type.list.size();
}

namespace {

void assign(RegionType& type, const Regions& regions, std::uint64_t max, std::uint64_t total_size,
            std::optional<PhysRange> array) {
  type.list.assign(regions);
  type.max = max;
  type.total_size = total_size;
  type.array = array;
  type.loose = true;
}

}  // namespace

void Memblock::assign_memory(const Regions& regions, std::uint64_t max, std::uint64_t total_size,
                             std::optional<PhysRange> array) {
  assign(memory_, regions, max, total_size, array);
  remembered_.no_room.forget();
}

void Memblock::assign_reserved(const Regions& regions, std::uint64_t max, std::uint64_t total_size,
                               std::optional<PhysRange> array) {
  assign(reserved_, regions, max, total_size, array);
  remembered_.no_room.forget();
}

void Memblock::record(CallKind kind, std::string_view operation, PhysAddr base, std::uint64_t size,
                      const Caller& caller, int nid, std::uint32_t flags, std::uint64_t count) {
  if (!observer_ || panicked_) return;
  Call call;
  call.kind = kind;
  call.operation = operation;
  call.range = PhysRange::make(raw(base), raw(base) + cap_size(base, size));
  call.nid = nid;
  call.flags = flags;
  call.count = count;
  call.caller = caller;
  observer_(call);
}

void Memblock::event(Severity severity, std::string_view step, std::string text,
                     std::optional<PhysRange> range) {
  if (panicked_) return;
  panicked_ = severity == Severity::panic;
  if (!sink_) return;
  Event e;
  e.severity = severity;
  e.step = step;
  e.rule = Rule{step, "mm/memblock.c"};
  e.text = std::move(text);
  e.range = range;
  sink_(std::move(e));
}

// Where no node is known memblock stores MAX_NUMNODES.
bool Memblock::add(PhysAddr base, std::uint64_t size, const Caller& caller) {
  record(CallKind::add, "memblock_add", base, size, caller);
  return add_range(memory_, base, size, behaviour_.max_numnodes, kNone);
}

bool Memblock::add_node(PhysAddr base, std::uint64_t size, int nid, std::uint32_t flags,
                        const Caller& caller) {
  record(CallKind::add, "memblock_add_node", base, size, caller, nid, flags);
  return add_range(memory_, base, size, nid, flags);
}

bool Memblock::remove(PhysAddr base, std::uint64_t size, const Caller& caller) {
  record(CallKind::remove, "memblock_remove", base, size, caller);
  return remove_range(memory_, base, size);
}

bool Memblock::reserve(PhysAddr base, std::uint64_t size, const Caller& caller) {
  return reserve_with(base, size, kAnyNode, kNone, caller);
}

bool Memblock::reserve_kern(PhysAddr base, std::uint64_t size, const Caller& caller) {
  return reserve_with(base, size, kAnyNode, kRsrvKern, caller);
}

// kernel: memblock_reserve(), mm/memblock.c, v6.12; __memblock_reserve(), v7.2
bool Memblock::reserve_with(PhysAddr base, std::uint64_t size, int nid, std::uint32_t flags,
                            const Caller& caller) {
  return reserve_row(base, size, nid, flags, caller, 1);
}

bool Memblock::reserve_row(PhysAddr base, std::uint64_t size, int nid, std::uint32_t flags,
                           const Caller& caller, std::uint64_t count) {
  if (!behaviour_.memblock_rsrv_kern) {
    record(CallKind::reserve, "memblock_reserve", base, size, caller, kAnyNode, kNone, count);
    return add_range(reserved_, base, size, behaviour_.max_numnodes, kNone);
  }
  record(CallKind::reserve, "__memblock_reserve", base, size, caller, nid, flags, count);
  return add_range(reserved_, base, size, nid, flags);
}

bool Memblock::phys_free(PhysAddr base, std::uint64_t size, const Caller& caller) {
  record(CallKind::free, behaviour_.memblock_free_line, base, size, caller);
  return remove_range(reserved_, base, size);
}

bool Memblock::free(PhysAddr base, std::uint64_t size, const Caller& caller) {
  return base == PhysAddr{} || phys_free(base, size, caller);
}

bool Memblock::physmem_add(PhysAddr base, std::uint64_t size, const Caller& caller) {
  if (!options_.has_physmem) return true;
  record(CallKind::add, "memblock_physmem_add", base, size, caller);
  return add_range(physmem_, base, size, behaviour_.max_numnodes, kNone);
}

bool Memblock::mark_hotplug(PhysAddr base, std::uint64_t size) {
  return setclr_flag(memory_, base, size, FlagEdit::set, kHotplug);
}

bool Memblock::clear_hotplug(PhysAddr base, std::uint64_t size) {
  return setclr_flag(memory_, base, size, FlagEdit::clear, kHotplug);
}

bool Memblock::mark_mirror(PhysAddr base, std::uint64_t size) {
  if (behaviour_.memblock_mirrors_on_request && !options_.mirrored_kernelcore) return true;
  has_mirror_ = true;
  return setclr_flag(memory_, base, size, FlagEdit::set, kMirror);
}

bool Memblock::mark_nomap(PhysAddr base, std::uint64_t size) {
  return setclr_flag(memory_, base, size, FlagEdit::set, kNomap);
}

bool Memblock::clear_nomap(PhysAddr base, std::uint64_t size) {
  return setclr_flag(memory_, base, size, FlagEdit::clear, kNomap);
}

bool Memblock::mark_kho_scratch(PhysAddr base, std::uint64_t size) {
  if (!behaviour_.memblock_kho_scratch) return true;
  return setclr_flag(memory_, base, size, FlagEdit::set, kKhoScratch);
}

bool Memblock::clear_kho_scratch(PhysAddr base, std::uint64_t size) {
  if (!behaviour_.memblock_kho_scratch) return true;
  return setclr_flag(memory_, base, size, FlagEdit::clear, kKhoScratch);
}

bool Memblock::reserved_mark_noinit(PhysAddr base, std::uint64_t size) {
  if (!behaviour_.memblock_rsrv_noinit) return true;
  return setclr_flag(reserved_, base, size, FlagEdit::set, kRsrvNoinit);
}

bool Memblock::reserved_mark_kern(PhysAddr base, std::uint64_t size) {
  if (!behaviour_.memblock_rsrv_kern) return true;
  return setclr_flag(reserved_, base, size, FlagEdit::set, kRsrvKern);
}

bool Memblock::set_node(PhysAddr base, std::uint64_t size, int nid) {
  return set_type_node(memory_, base, size, nid);
}

bool Memblock::set_reserved_node(PhysAddr base, std::uint64_t size, int nid) {
  return set_type_node(reserved_, base, size, nid);
}

// kernel: free_low_memory_core_early() and memmap_init_reserved_pages(), mm/memblock.c, v6.12
void Memblock::prepare_free_all() {
  clear_hotplug(PhysAddr{}, ~0ull);
  if (!behaviour_.memblock_sets_reserved_nodes) return;
  // All is done again where isolating made the array grow: the new array is reserved memory too,
  // and may lie where nodes are set already.
  for (std::uint64_t max = 0; max != reserved_.max && !panicked_;) {
    max = reserved_.max;
    for (auto p = memory_.list.begin(); p != memory_.list.end(); p = memory_.list.next(p)) {
      const Region& r = memory_.list.at(p);
      set_type_node(reserved_, r.range.base(), r.range.size(), r.nid);
    }
  }
}

}  // namespace memmap::memblock
