#include "boot/run.h"

#include <algorithm>
#include <map>

#include "boot/steps.h"

namespace memmap::boot {
namespace {

bool does(const Step& step, const Boot& boot) {
  const kernel::Version version = boot.profile.version;
  if (version < step.since) return false;
  if (step.until != kernel::Version{} && version >= step.until) return false;
  return step.applies == nullptr || step.applies(boot);
}

// Which pieces of memory belong to whom.
class Ownership {
 public:
  // What of it belongs to nobody yet.
  void take(PhysRange range, const Owned& owner) {
    std::uint64_t base = raw(range.base());
    const std::uint64_t end = raw(range.end());
    auto it = taken_.upper_bound(base);
    if (it != taken_.begin()) base = std::max(base, std::prev(it)->second.end);
    for (; base < end; it = taken_.upper_bound(base)) {
      const std::uint64_t stop = it == taken_.end() ? end : std::min(end, it->first);
      if (base < stop) taken_[base] = {stop, &owner};
      base = it == taken_.end() ? end : std::max(stop, it->second.end);
    }
  }

  void give_back(PhysRange range) {
    const std::uint64_t base = raw(range.base());
    const std::uint64_t end = raw(range.end());
    auto it = taken_.upper_bound(base);
    if (it != taken_.begin()) --it;
    while (it != taken_.end() && it->first < end) {
      const auto [start, piece] = *it;
      if (piece.end <= base) {
        ++it;
        continue;
      }
      it = taken_.erase(it);
      if (start < base) taken_[start] = {base, piece.owner};
      if (end < piece.end) taken_[end] = {piece.end, piece.owner};
    }
  }

  void add_within(PhysRange region, std::vector<Owned>& out) const {
    auto it = taken_.upper_bound(raw(region.base()));
    if (it != taken_.begin()) --it;
    for (; it != taken_.end() && it->first < raw(region.end()); ++it) {
      const PhysRange part = PhysRange::make(it->first, it->second.end).intersect(region);
      if (!part.empty()) out.push_back({part, it->second.owner->owner, it->second.owner->function});
    }
  }

 private:
  struct Piece {
    std::uint64_t end = 0;
    const Owned* owner = nullptr;
  };
  std::map<std::uint64_t, Piece> taken_{};  // by base
};

// Gives every byte of `reserved` the first that asked for it since it was last given back; bytes
// nobody asked for cannot be.
//
//   asked 1     |====kernel====|
//   asked 2            |===brk======|
//   owners      |====kernel====|brk=|
//
std::vector<Owned> owners(const memblock::Regions& reserved, const std::vector<Owned>& asked) {
  Ownership ownership;
  for (const Owned& a : asked) {
    if (a.owner.empty() && a.function.empty()) {
      ownership.give_back(a.range);
    } else {
      ownership.take(a.range, a);
    }
  }
  std::vector<Owned> out;
  for (const memblock::Region& r : reserved) ownership.add_within(r.range, out);
  return out;
}

Totals totals(const Boot& boot, const Outcome& outcome) {
  Totals t;
  for (const E820Entry& e : boot.firmware.entries()) {
    if (e.type == E820Type::ram) t.firmware_ram += e.size;
  }
  for (const memblock::Region& r : outcome.memblock.memory) {
    t.memory += r.range.size();
    for (auto o = std::ranges::lower_bound(outcome.memblock.reserved, r.range.base(), {},
                                           [](const auto& x) { return x.range.end(); });
         o != outcome.memblock.reserved.end() && o->range.base() < r.range.end(); ++o) {
      t.reserved += o->range.intersect(r.range).size();
    }
  }
  for (const NodeState& n : outcome.node_states) {
    for (const ZoneState& z : n.zones) {
      t.managed_pages += z.managed_pages;
      for (const buddy::FreeList& list : z.free) {
        for (const buddy::FreeRun& run : list.runs) t.free_pages += run.count << list.order;
      }
    }
  }
  return t;
}

Outcome outcome_of(Boot& boot) {
  Outcome out;
  out.subject.source = boot.machine.source;
  out.subject.format = boot.machine.format;
  out.subject.notes = boot.machine.notes;
  out.subject.kernel = boot.profile.name;
  out.subject.kernel_origin = boot.profile.origin;
  out.subject.command_line = boot.command_line;
  out.panicked = boot.panicked();
  out.e820 = {boot.firmware.entries(), boot.kexec.entries(), boot.table.entries()};
  out.max_pfn = raw(boot.max_pfn);
  out.max_low_pfn = raw(boot.max_low_pfn);
  out.memblock.bottom_up = boot.memblock.bottom_up();
  out.memblock.current_limit = boot.memblock.current_limit();
  out.memblock.max_numnodes = boot.behaviour.max_numnodes;
  out.memblock.names = boot.names;
  out.memblock.log = std::move(boot.memblock_log);
  out.memblock.memory = boot.memblock.memory().list.regions();
  out.memblock.reserved = boot.memblock.reserved().list.regions();
  out.memblock.owners = owners(out.memblock.reserved, boot.asked);
  out.nodes = std::move(boot.nodes);
  out.node_states = std::move(boot.node_states);
  out.page_tables = std::move(boot.page_tables);
  out.totals = totals(boot, out);
  out.events = std::move(boot.events);
  return out;
}

}  // namespace

Outcome run(const Machine& machine, const kernel::Profile& profile, const Options& options) {
  Boot boot(machine, profile, options);
  for (const Step& step : steps()) {
    if (!does(step, boot)) continue;
    boot.step = step.function;
    step.run(boot);
    if (boot.panicked()) break;
  }
  return outcome_of(boot);
}

}  // namespace memmap::boot
