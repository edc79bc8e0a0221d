#include "plugin/adapt/watch.h"

#include <string>
#include <utility>

namespace memmap::plugin {
namespace {

std::uint32_t flags_of(access::Gfp gfp) {
  std::uint32_t flags = 0;
  if ((gfp & access::kGfpZero) != 0) flags |= MEMMAP_GFP_ZERO;
  if ((gfp & access::kGfpNoTrack) != 0) flags |= MEMMAP_GFP_NOTRACK;
  if ((gfp & access::kGfpHighmem) != 0) flags |= MEMMAP_GFP_HIGHMEM;
  return flags;
}

std::uint32_t flags_of(const access::CacheFlags& cache) {
  std::uint32_t flags = 0;
  if (cache.notrack) flags |= MEMMAP_SLAB_NOTRACK;
  if (cache.constructor) flags |= MEMMAP_SLAB_CONSTRUCTOR;
  if (cache.by_rcu) flags |= MEMMAP_SLAB_BY_RCU;
  return flags;
}

std::uint32_t kind_of(access::Touch touch) {
  switch (touch) {
    case access::Touch::read:
      return MEMMAP_ACCESS_READ;
    case access::Touch::write:
      return MEMMAP_ACCESS_WRITTEN;
    case access::Touch::exec:
      return MEMMAP_ACCESS_EXECUTED;
  }
  return MEMMAP_ACCESS_READ;
}

}  // namespace

Watch::Watch(std::vector<std::unique_ptr<CheckPlugin>>& checks, const boot::Outcome& outcome,
             const boot::Facts& facts)
    : checks_(checks), facts_(facts), state_(outcome, facts_) {}

memmap_access_t Watch::begun(std::uint32_t kind) const {
  memmap_access_t access{};
  access.struct_size = sizeof access;
  access.kind = kind;
  access.step = step_;
  access.by = "";
  access.cache = "";
  return access;
}

void Watch::tell(const memmap_access_t& access, EventSink& sink) {
  for (const auto& check : checks_) {
    if (!check->watches(access.kind)) continue;
    for (Event& event : check->access(access, state_)) sink.tell(std::move(event));
  }
}

void Watch::allocated(const access::Allocation& allocation, EventSink& sink) {
  const std::string by(allocation.by), cache(allocation.cache);
  memmap_access_t a = begun(MEMMAP_ACCESS_ALLOCATED);
  a.flags = flags_of(allocation.gfp) | flags_of(allocation.cache_flags);
  a.virt = raw(allocation.virt);
  a.phys = raw(allocation.phys);
  a.size = allocation.room;
  if (!cache.empty() && allocation.new_slab) {
    a.slab_base = a.virt - (a.phys - raw(allocation.new_slab->base()));
    a.slab_end = a.slab_base + allocation.new_slab->size();
  }
  a.by = by.c_str();
  a.cache = cache.c_str();
  tell(a, sink);
}

void Watch::freed(const access::Freed& freed, EventSink& sink) {
  const std::string by(freed.by), cache(freed.cache);
  memmap_access_t a = begun(MEMMAP_ACCESS_FREED);
  a.flags = flags_of(freed.cache_flags);
  a.virt = raw(freed.virt);
  a.phys = raw(freed.phys);
  a.size = freed.size;
  a.by = by.c_str();
  a.cache = cache.c_str();
  tell(a, sink);
}

void Watch::accessed(const access::Accessed& accessed, EventSink& sink) {
  memmap_access_t a = begun(kind_of(accessed.touch));
  if (accessed.mmio) a.flags |= MEMMAP_TOUCH_MMIO;
  if (accessed.user) a.flags |= MEMMAP_TOUCH_USER;
  if (accessed.mapping == nullptr) a.flags |= MEMMAP_TOUCH_PHYSICAL;
  a.virt = raw(accessed.virt);
  a.phys = raw(accessed.phys);
  a.size = accessed.size;
  if (!accessed.bytes.empty()) {
    a.bytes = accessed.bytes.data();
    a.byte_count = accessed.bytes.size();
  }
  tell(a, sink);
}

void Watch::copied(const access::Copied& copied, EventSink& sink) {
  memmap_access_t a = begun(MEMMAP_ACCESS_COPIED);
  a.virt = raw(copied.to);
  a.from = raw(copied.from);
  a.size = copied.size;
  a.unit = copied.unit;
  tell(a, sink);
}

void Watch::told(const access::Told& told, EventSink& sink) {
  const bool contents = !told.bytes.empty();
  memmap_access_t a = begun(contents ? MEMMAP_ACCESS_CONTENTS : MEMMAP_ACCESS_INITIALIZED);
  a.virt = raw(told.virt);
  a.size = told.size;
  if (contents) {
    a.bytes = told.bytes.data();
    a.byte_count = told.bytes.size();
  }
  tell(a, sink);
}

void Watch::set(const access::Sysctl& setting, EventSink& sink) {
  const std::string name(setting.name);
  memmap_access_t a = begun(MEMMAP_ACCESS_SETTING);
  a.by = name.c_str();
  a.value = setting.value;
  tell(a, sink);
}

void Watch::interrupts(bool on, EventSink& sink) {
  memmap_access_t a = begun(MEMMAP_ACCESS_INTERRUPTS);
  a.value = on ? 1 : 0;
  tell(a, sink);
}

}  // namespace memmap::plugin
