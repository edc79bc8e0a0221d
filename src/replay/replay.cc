#include "replay/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "kernel/command_line.h"
#include "replay/adopt.h"
#include "replay/phases.h"
#include "replay/replayer.h"

namespace memmap::replay {
using memblock::CallKind;
using memblock::Regions;

memblock::Options Replayer::options(const Log& log, const Settings& settings) {
  memblock::Options out = settings.memblock;
  for (const Entry& entry : log.entries) {
    const auto* const dump = std::get_if<LoggedDump>(&entry.what);
    if (dump == nullptr) continue;
    // Only a kernel with kernelcore=mirror marks it.
    out.mirrored_kernelcore |= std::ranges::any_of(
        dump->memory, [](const auto& r) { return (r.flags & memblock::kMirror) != 0; });
  }
  return out;
}

void Replayer::begin(const Log& log) {
  if (!phases_.whole) {
    at_ = report_.skipped = phases_.first_dump;
    report_.derived.push_back(
        "no memory is added before the first dump: the log was cut; that dump is the beginning");
    return;
  }
  const Regions before = reserved_before(log, phases_.first_dump, memblock_.behaviour());
  std::uint64_t bytes = 0;
  for (const auto& r : before) bytes += r.range.size();
  report_.regions_before = before.size();
  set_reserved(before, bytes);
  memblock_.set_current_limit(PhysAddr{kMiB});
  report_.derived.push_back("current_limit: 0x100000 at the beginning");
  if (memblock_.options().movable_node) {
    memblock_.set_bottom_up(true);
    report_.derived.push_back("searches are bottom-up at the beginning: movable_node");
  }
}

void Replayer::set_memory(const Regions& regions, std::uint64_t bytes) {
  std::uint64_t max = memblock_.memory().max;
  while (max < regions.size()) max *= 2;
  memblock_.assign_memory(regions, max, bytes, memblock_.memory().array);
}

void Replayer::set_reserved(const Regions& regions, std::uint64_t bytes) {
  std::uint64_t max = memblock_.reserved().max;
  while (max < regions.size()) max *= 2;
  memblock_.assign_reserved(regions, max, bytes, memblock_.reserved().array);
}

// Does what happens before an entry without being logged.
void Replayer::enter(std::size_t index) {
  if (!phases_.whole) return;
  const std::size_t line = entries_[index].line;
  if (index >= phases_.mapped && memblock_.current_limit() == PhysAddr{kMiB}) {
    memblock_.set_current_limit(memblock_.end_of_DRAM());
    report_.derived.push_back(
        fmt::format("current_limit: {:#x}, the end of memory, from line {} on",
                    raw(memblock_.current_limit()), line));
  }
  if (index == phases_.nodes_begin) forget_nodes();
  if (index >= phases_.nodes_parsed && memblock_.bottom_up()) {
    memblock_.set_bottom_up(false);
    report_.derived.push_back(fmt::format("searches are top-down from line {} on", line));
  }
}

// Before 6.10 all regions get MAX_NUMNODES, which they have already. Since then they get
// NUMA_NO_NODE, so that they do not join with what is reserved later.
// kernel: numa_init(), arch/x86/mm/numa.c, v6.1; numa_memblks_init(), mm/numa_memblks.c, v6.12
void Replayer::forget_nodes() {
  if (!memblock_.behaviour().memblock_any_invalid_node) return;
  Regions all[] = {memory(), reserved()};
  for (Regions& list : all) {
    for (auto& r : list) r.nid = memblock::kAnyNode;
  }
  set_memory(all[0], memblock_.phys_mem_size());
  set_reserved(all[1], memblock_.reserved_size());
}

// kernel: efi_find_mirror(), directly after the first dump
void Replayer::mark_mirrored() {
  if (phases_.second_dump >= entries_.size()) return;
  for (const auto& r : std::get<LoggedDump>(entries_[phases_.second_dump].what).memory) {
    if ((r.flags & memblock::kMirror) == 0) continue;
    memblock_.mark_mirror(r.range.base(), r.range.size());
    ++report_.flags;
  }
}

Report Replayer::run() && {
  while (at_ < entries_.size()) {
    const Entry& entry = entries_[at_];
    enter(at_);
    grown_.clear();
    if (const auto* dump = std::get_if<LoggedDump>(&entry.what)) {
      ++at_;
      compare(entry, *dump);
    } else if (is_growth(entry)) {
      compare_growths(entry);  // of an operation that is not logged
    } else {
      ++at_;
      perform(entry, std::get<LoggedCall>(entry.what));
    }
    if (memblock_.panicked()) {
      mismatch(entry, fmt::format("memmap's memblock stops here: {}", panic_));
      break;
    }
  }
  return std::move(report_);
}

kernel::Behaviour Replayer::behaviour_of(const Log& log, const Settings& settings) {
  kernel::Behaviour out = settings.behaviour;
  for (const Entry& entry : log.entries) {
    const auto* const call = std::get_if<LoggedCall>(&entry.what);
    if (call == nullptr || call->kind != CallKind::reserve) continue;
    out.memblock_rsrv_kern = call->operation == "__memblock_reserve";
    break;
  }
  return out;
}

void Replayer::perform(const Entry& entry, const LoggedCall& call) {
  const PhysAddr base = call.range.base();
  const std::uint64_t size = call.range.size();
  switch (call.kind) {
    case CallKind::alloc:
      return allocate(entry, call);
    case CallKind::add:
      ++report_.adds;
      if (call.operation == "memblock_add_node") {
        memblock_.add_node(base, size, call.nid, call.flags);
      } else {
        memblock_.add(base, size);
      }
      break;
    case CallKind::remove:
      ++report_.removes;
      memblock_.remove(base, size);
      break;
    case CallKind::reserve:
      ++(is_by_memblock(entry) ? report_.allocations.not_checked : report_.reserves);
      memblock_.reserve_with(base, size, call.nid, call.flags);
      break;
    case CallKind::free:
      ++report_.frees;
      memblock_.phys_free(base, size);
      break;
  }
  compare_growths(entry);
}

// A node can be searched once it is known which memory it has. Searches above the kernel image, as
// before 5.11, need the image's end, which no line tells.
bool Replayer::can_compute(const LoggedCall& call) const {
  const bool of_node = call.nid >= 0 && call.nid < max_numnodes();
  if (of_node && !nodes_known_) return false;
  return !(memblock_.bottom_up() && memblock_.behaviour().memblock_bottom_up_above_kernel);
}

std::optional<PhysRange> Replayer::compute(const LoggedCall& c) {
  std::optional<PhysAddr> at;
  if (c.operation == "memblock_phys_alloc_range") {
    at = memblock_.phys_alloc_range(c.size, c.align, c.from, c.max_addr);
  } else if (c.operation == "memblock_alloc_exact_nid_raw") {
    at = memblock_.alloc_exact_nid_raw(c.size, c.align, c.from, c.max_addr, c.nid);
  } else if (c.operation == "memblock_alloc_hugetlb") {
    using Nid = memblock::Memblock::Nid;
    at = memblock_.alloc_hugetlb(c.size, c.nid, c.exact_nid ? Nid::exact : Nid::preferred);
  } else {
    at = memblock_.alloc_try_nid(c.size, c.align, c.from, c.max_addr, c.nid);
  }
  if (!at) return std::nullopt;
  return PhysRange::from_size(*at, c.size);
}

void Replayer::take_lists(const LoggedDump& dump) {
  LoggedDump stored = dump;
  const auto name = [](Regions& list, int nid) {
    for (auto& r : list) {
      if (r.nid == memblock::kAnyNode) r.nid = nid;
    }
  };
  name(stored.memory, max_numnodes());
  if (!memblock_.behaviour().memblock_rsrv_kern) name(stored.reserved, max_numnodes());
  set_memory(stored.memory, dump.memory_size);
  set_reserved(stored.reserved, dump.reserved_size);
}

Settings settings_for(const kernel::Profile& profile, std::string_view command_line) {
  Settings out;
  out.behaviour = kernel::behaviour_of(profile);
  for (const kernel::Parameter& p : kernel::parse_command_line(command_line)) {
    if (kernel::parameq(p.name, "movable_node")) out.memblock.movable_node = profile.memory_hotplug;
    if (kernel::parameq(p.name, "numa") && p.value)
      out.fakes_nodes |= p.value->starts_with("fake=");
    if (kernel::parameq(p.name, "kernelcore") && p.value)
      out.memblock.mirrored_kernelcore |= kernel::parse_option_str(*p.value, "mirror");
  }
  return out;
}

Report replay(const Log& log, const Settings& settings) { return Replayer(log, settings).run(); }

}  // namespace memmap::replay
