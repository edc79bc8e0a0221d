#include "engine.h"

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "memblock/memblock.h"

namespace {

using memmap::PhysAddr;
using memmap::PhysRange;
using memmap::memblock::Memblock;

struct Engine {
  memmap::memblock::Options options{.smp_cache_bytes = 32};  // as the tools' headers have it
  std::unique_ptr<Memblock> memblock{};

  Engine() { start(); }
  void start() {
    // 6.12, with the suite's NODES_SHIFT of 4.
    memblock = std::make_unique<Memblock>(
        memmap::kernel::behaviour_of(memmap::kernel::Version{6, 12, 0}, 4), options);
    memblock->set_event_sink([](const memmap::Event& e) {
      if (e.severity == memmap::Severity::debug) return;
      std::fprintf(stderr, "%s\n", e.text.c_str());
      if (e.severity == memmap::Severity::panic) std::abort();
    });
  }
};

Engine& engine() {
  static Engine it;
  return it;
}

Memblock& mb() { return *engine().memblock; }

const memmap::memblock::RegionType& type(int list) {
  return list == PEER_MEMORY ? mb().memory() : mb().reserved();
}

int code(bool done) { return done ? 0 : -1; }

std::uint64_t address(std::optional<PhysAddr> found) { return found ? memmap::raw(*found) : 0; }

}  // namespace

void peer_set_switches(const peer_switches* s) {
  Engine& e = engine();
  if (e.options.movable_node != s->movable_node ||
      e.options.mirrored_kernelcore != s->mirrored_kernelcore) {
    e.options.movable_node = s->movable_node;
    e.options.mirrored_kernelcore = s->mirrored_kernelcore;
    const bool resize = mb().can_resize();
    const auto memory = mb().memory();
    const auto reserved = mb().reserved();
    e.start();
    if (resize) mb().allow_resize();
    mb().assign_memory(memory.list.regions(), memory.max, memory.total_size, memory.array);
    mb().assign_reserved(reserved.list.regions(), reserved.max, reserved.total_size,
                         reserved.array);
  }
  mb().set_bottom_up(s->bottom_up);
  mb().set_current_limit(PhysAddr{s->current_limit});
}

peer_list peer_get_list(int list) {
  const auto& t = type(list);
  return {mb().cnt(t), t.max, t.total_size, t.array ? memmap::raw(t.array->base()) : 0};
}

void peer_get_regions(int list, peer_region* out) {
  for (const auto& r : type(list).list.regions()) {
    *out++ = {memmap::raw(r.range.base()), r.range.size(), r.flags, r.nid};
  }
}

void peer_set_list(int list, const peer_list* state, const peer_region* regions) {
  memmap::memblock::Regions all;
  for (std::uint64_t i = 0; i < state->cnt; ++i) {
    const peer_region& r = regions[i];
    all.push_back({PhysRange::make(r.base, r.base + r.size), r.flags, r.nid});
  }
  std::optional<PhysRange> array;
  if (state->array != 0) {
    array = PhysRange::make(state->array, state->array + state->max * sizeof(peer_region));
  }
  if (list == PEER_MEMORY) {
    mb().assign_memory(all, state->max, state->total_size, array);
  } else {
    mb().assign_reserved(all, state->max, state->total_size, array);
  }
}

int peer_add(uint64_t base, uint64_t size) { return code(mb().add(PhysAddr{base}, size)); }

int peer_add_node(uint64_t base, uint64_t size, int nid, uint32_t flags) {
  return code(mb().add_node(PhysAddr{base}, size, nid, flags));
}

int peer_remove(uint64_t base, uint64_t size) { return code(mb().remove(PhysAddr{base}, size)); }

int peer_reserve(uint64_t base, uint64_t size) { return code(mb().reserve(PhysAddr{base}, size)); }

int peer_phys_free(uint64_t base, uint64_t size) {
  return code(mb().phys_free(PhysAddr{base}, size));
}

int peer_mark_hotplug(uint64_t base, uint64_t size) {
  return code(mb().mark_hotplug(PhysAddr{base}, size));
}

void peer_trim_memory(uint64_t align) { mb().trim_memory(align); }

void peer_allow_resize(void) { mb().allow_resize(); }

bool peer_overlaps(int list, uint64_t base, uint64_t size) {
  return Memblock::overlaps_region(type(list), PhysAddr{base}, size);
}

uint64_t peer_alloc(int how, uint64_t size, uint64_t align, uint64_t min_addr, uint64_t max_addr,
                    int nid) {
  const PhysAddr from{min_addr};
  const PhysAddr to{max_addr};
  switch (how) {
    case PEER_TRY_NID:
      return address(mb().alloc_try_nid(size, align, from, to, nid));
    case PEER_TRY_NID_RAW:
      return address(mb().alloc_try_nid_raw(size, align, from, to, nid));
    default:
      return address(mb().alloc_exact_nid_raw(size, align, from, to, nid));
  }
}

uint64_t peer_start_of_DRAM(void) { return memmap::raw(mb().start_of_DRAM()); }

uint64_t peer_end_of_DRAM(void) { return memmap::raw(mb().end_of_DRAM()); }
