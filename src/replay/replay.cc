#include "replay/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "kernel/command_line.h"
#include "replay/adopt.h"
#include "replay/phases.h"

namespace memmap::replay {
namespace {

using memblock::CallKind;
using memblock::Memblock;
using memblock::Regions;

constexpr std::size_t kShownBeside = 2;  // regions on each side of an address
constexpr unsigned kMostGrowths = 24;    // each doubles an array; no kernel comes near

// The regions beside `points`, each once.
Regions beside(const memblock::RegionList& list, std::span<const PhysRange> points) {
  Regions out;
  for (const PhysRange& point : points) {
    auto first = list.first_ending_above(raw(point.base()));
    for (std::size_t n = 0; n < kShownBeside && first != list.begin(); ++n)
      first = list.prev(first);
    std::size_t after = 0;
    for (auto p = first; p != list.end() && after <= kShownBeside; p = list.next(p)) {
      out.push_back(list.at(p));
      if (list.at(p).range.base() >= point.base()) ++after;
    }
  }
  std::ranges::sort(out, {}, [](const memblock::Region& r) { return r.range.base(); });
  const auto same = std::ranges::unique(out);
  out.erase(same.begin(), same.end());
  return out;
}

// The regions around `index`.
Regions around(const Regions& list, std::size_t index) {
  const std::size_t from = std::min(list.size(), index - std::min(index, kShownBeside));
  const std::size_t to = std::min(list.size(), index + kShownBeside + 1);
  return Regions(list.begin() + static_cast<std::ptrdiff_t>(from),
                 list.begin() + static_cast<std::ptrdiff_t>(to));
}

std::string text_of(const std::optional<PhysRange>& range) {
  if (!range) return "nothing";
  return fmt::format("[{:#x}-{:#x}]", raw(range->base()), raw(range->end()) - 1);
}

class Replayer {
 public:
  Replayer(const Log& log, const Settings& settings)
      : entries_(log.entries),
        phases_(phases_of(log.entries)),
        memblock_(settings.behaviour, options(log, settings)) {
    memblock_.set_observer([this](const memblock::Call& call) {
      if (call.kind == CallKind::reserve && call.caller.function == "memblock_double_array") {
        grown_.push_back(call.range);
      }
    });
    memblock_.set_event_sink([this](Event event) {
      if (event.severity == Severity::panic) panic_ = std::move(event.text);
    });
    memblock_.allow_resize();
    begin(log);
  }

  Report run() &&;

 private:
  static memblock::Options options(const Log& log, const Settings& settings);
  void begin(const Log& log);
  void enter(std::size_t index);
  void perform(const Entry& entry, const LoggedCall& call);
  void allocate(const Entry& entry, const LoggedCall& call);
  std::optional<PhysRange> compute(const LoggedCall& call);
  bool can_compute(const LoggedCall& call) const;
  void compare_growths(const Entry& entry);
  void take_growth(const std::vector<PhysRange>& arrays, std::optional<LoggedGrowth> told);
  void compare(const Entry& entry, const LoggedDump& dump);
  void take_lists(const LoggedDump& dump);
  void adopt_from(const LoggedDump& dump);
  void forget_nodes();
  void mark_mirrored();

  Regions memory() const { return memblock_.memory().list.regions(); }
  Regions reserved() const { return memblock_.reserved().list.regions(); }
  void set_memory(const Regions& regions, std::uint64_t bytes);
  void set_reserved(const Regions& regions, std::uint64_t bytes);
  int max_numnodes() const { return memblock_.behaviour().max_numnodes; }
  Side side(std::span<const PhysRange> points) const;
  // nullptr: enough are shown.
  Mismatch* mismatch(const Entry& entry, std::string what);

  std::span<const Entry> entries_;
  Phases phases_;
  Memblock memblock_;
  Report report_{};
  std::size_t at_ = 0;  // the next entry
  std::vector<PhysRange> grown_{};
  std::string panic_{};
  bool nodes_known_ = false;
  unsigned taken_growths_ = 0;  // of arrays, that memmap's own did not make
};

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
  const Regions before = reserved_before(log, phases_.first_dump, max_numnodes());
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

// What happens unlogged before an entry.
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

// kernel: numa_init(), arch/x86/mm/numa.c, v6.1: MAX_NUMNODES, which they have already;
// numa_memblks_init(), mm/numa_memblks.c, v6.12: NUMA_NO_NODE, which does not join with what is
// reserved from then on
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

Side Replayer::side(std::span<const PhysRange> points) const {
  Side out;
  out.memory = as_shown(beside(memblock_.memory().list, points), max_numnodes());
  out.reserved = as_shown(beside(memblock_.reserved().list, points), max_numnodes());
  return out;
}

Mismatch* Replayer::mismatch(const Entry& entry, std::string what) {
  ++report_.mismatch_count;
  if (report_.mismatches.size() >= kMostShown) return nullptr;
  report_.mismatches.push_back({entry.line, entry.text, std::move(what), {}, {}});
  return &report_.mismatches.back();
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
      memblock_.reserve(base, size);
      break;
    case CallKind::free:
      ++report_.frees;
      memblock_.phys_free(base, size);
      break;
  }
  compare_growths(entry);
}

// A node can be searched once it is known which memory it has; searches above the kernel's image
// only, as before 5.12, need its end, which no line tells.
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
  } else {
    at = memblock_.alloc_try_nid(c.size, c.align, c.from, c.max_addr, c.nid);
  }
  if (!at) return std::nullopt;
  return PhysRange::from_size(*at, c.size);
}

void Replayer::allocate(const Entry& entry, const LoggedCall& call) {
  std::optional<PhysRange> kernel;
  if (at_ < entries_.size() && answers(entry, entries_[at_])) {
    kernel = std::get<LoggedCall>(entries_[at_++].what).range;
  }
  if (!can_compute(call)) {
    ++report_.allocations.adopted;
    if (kernel) memblock_.reserve(kernel->base(), kernel->size());
    return compare_growths(entry);
  }
  ++report_.allocations.checked;
  const std::optional<PhysRange> ours = compute(call);
  if (ours == kernel) return compare_growths(entry);

  std::vector<PhysRange> points;
  if (kernel) points.push_back(*kernel);
  if (ours) points.push_back(*ours);
  Mismatch* const shown = mismatch(
      entry, fmt::format("the kernel chose {}, memmap {}", text_of(kernel), text_of(ours)));
  if (shown != nullptr) {
    shown->memmap = side(points);
    shown->memmap.chosen = ours;
  }
  if (ours) memblock_.phys_free(ours->base(), ours->size());
  if (kernel) memblock_.reserve(kernel->base(), kernel->size());
  if (shown != nullptr) {
    shown->kernel = side(points);
    shown->kernel.chosen = kernel;
  }
  compare_growths(entry);
}

// The log's next lines, as far as they are of an array's growth, against what grew here.
void Replayer::compare_growths(const Entry& entry) {
  std::vector<PhysRange> kernel;
  std::optional<LoggedGrowth> told;
  for (; at_ < entries_.size() && is_growth(entries_[at_]); ++at_) {
    if (const auto* growth = std::get_if<LoggedGrowth>(&entries_[at_].what)) told = *growth;
    const auto* const call = std::get_if<LoggedCall>(&entries_[at_].what);
    if (call != nullptr && call->kind == CallKind::reserve) kernel.push_back(call->range);
  }
  if (kernel == grown_) {
    report_.growths.checked += kernel.size();
    return;
  }
  // Regions are split by node before the dump shows how: the kernel's array is full first.
  const bool unlogged =
      grown_.empty() && (is_growth(entry) || (at_ > phases_.nodes_begin && !nodes_known_));
  if (unlogged) {
    report_.growths.adopted += kernel.size();
    return take_growth(kernel, told);
  }
  const auto first = [](const std::vector<PhysRange>& arrays) {
    return arrays.empty() ? std::nullopt : std::optional(arrays.front());
  };
  report_.growths.checked += std::max(kernel.size(), grown_.size());
  std::vector<PhysRange> points = kernel;
  points.insert(points.end(), grown_.begin(), grown_.end());
  Mismatch* const shown =
      mismatch(entry, fmt::format("an array grew: the kernel's into {}, memmap's into {}",
                                  text_of(first(kernel)), text_of(first(grown_))));
  if (shown != nullptr) shown->memmap = side(points);
  for (const PhysRange& array : grown_) memblock_.phys_free(array.base(), array.size());
  take_growth(kernel, told);
  if (shown != nullptr) shown->kernel = side(points);
}

// Which list grew is told by the message, or by the array's size: twice that of the old one.
void Replayer::take_growth(const std::vector<PhysRange>& arrays, std::optional<LoggedGrowth> told) {
  for (const PhysRange& array : arrays) {
    if (taken_growths_++ >= kMostGrowths) return;
    const memblock::RegionType& memory_type = memblock_.memory();
    const memblock::RegionType& reserved_type = memblock_.reserved();
    const std::uint64_t room = array.size() / memblock_.options().region_bytes / 2;
    const bool fits = room >= memory_type.max && room < memory_type.max * 2;
    const bool busier = memory_type.list.size() > reserved_type.list.size();
    const bool is_memory = told ? told->list == List::memory : fits && busier;
    const memblock::RegionType& grown = is_memory ? memory_type : reserved_type;
    const std::uint64_t max =
        std::max<std::uint64_t>(told ? told->max : grown.max * 2, grown.list.size());
    if (is_memory) {
      memblock_.assign_memory(memory(), max, grown.total_size, array);
    } else {
      memblock_.assign_reserved(reserved(), max, grown.total_size, array);
    }
    memblock_.reserve(array.base(), array.size());
  }
}

void Replayer::adopt_from(const LoggedDump& dump) {
  const Adopted memory_now = adopt(memory(), dump.memory, max_numnodes());
  const Adopted reserved_now = adopt(reserved(), dump.reserved, max_numnodes());
  if (memory_now.nodes + memory_now.flags != 0) {
    set_memory(memory_now.regions, memblock_.phys_mem_size());
  }
  if (reserved_now.nodes + reserved_now.flags != 0) {
    set_reserved(reserved_now.regions, memblock_.reserved_size());
  }
  report_.nodes += memory_now.nodes + reserved_now.nodes;
  report_.flags += memory_now.flags + reserved_now.flags;
}

void Replayer::take_lists(const LoggedDump& dump) {
  LoggedDump stored = dump;
  for (Regions* list : {&stored.memory, &stored.reserved}) {
    for (auto& r : *list) {
      if (r.nid == memblock::kAnyNode) r.nid = max_numnodes();
    }
  }
  set_memory(stored.memory, dump.memory_size);
  set_reserved(stored.reserved, dump.reserved_size);
}

void Replayer::compare(const Entry& entry, const LoggedDump& dump) {
  const bool is_first = at_ == phases_.first_dump + 1;
  nodes_known_ = nodes_known_ || std::ranges::any_of(dump.memory, [](const auto& r) {
                   return r.nid != memblock::kAnyNode;
                 });
  if (is_first && !phases_.whole) {
    take_lists(dump);
    report_.regions_before = dump.memory.size() + dump.reserved.size();
    memblock_.set_current_limit(memblock_.end_of_DRAM());
    return;
  }
  // kernel: e820__memblock_setup(), arch/x86/kernel/e820.c, v6.12
  if (is_first) memblock_.trim_memory(kPageSize);
  adopt_from(dump);
  ++report_.dumps;
  const LoggedDump ours{memblock_.phys_mem_size(), memblock_.reserved_size(),
                        as_shown(memory(), max_numnodes()), as_shown(reserved(), max_numnodes())};
  const bool same_memory = ours.memory == dump.memory;
  const bool same_reserved = ours.reserved == dump.reserved;
  if (!same_memory || !same_reserved || ours.memory_size != dump.memory_size ||
      ours.reserved_size != dump.reserved_size) {
    std::vector<std::string> parts;
    const auto size = [&](std::string_view name, std::uint64_t kernel, std::uint64_t memmap) {
      if (kernel == memmap) return;
      parts.push_back(
          fmt::format("{} size is {:#x} in the kernel, {:#x} in memmap", name, kernel, memmap));
    };
    size("memory", dump.memory_size, ours.memory_size);
    size("reserved", dump.reserved_size, ours.reserved_size);
    const auto regions = [&](std::string_view name, const Regions& kernel, const Regions& memmap) {
      const auto differ = std::ranges::mismatch(kernel, memmap);
      const auto index = static_cast<std::size_t>(differ.in1 - kernel.begin());
      if (kernel != memmap)
        parts.push_back(fmt::format("the lists differ from {}[{:#x}] on", name, index));
      return index;
    };
    const std::size_t in_memory = regions("memory", dump.memory, ours.memory);
    const std::size_t in_reserved = regions("reserved", dump.reserved, ours.reserved);
    if (Mismatch* const shown = mismatch(entry, fmt::format("{}", fmt::join(parts, "; ")))) {
      if (!same_memory) {
        shown->kernel.memory = around(dump.memory, in_memory);
        shown->memmap.memory = around(ours.memory, in_memory);
      }
      if (!same_reserved) {
        shown->kernel.reserved = around(dump.reserved, in_reserved);
        shown->memmap.reserved = around(ours.reserved, in_reserved);
      }
    }
    take_lists(dump);
  }
  if (is_first) mark_mirrored();
}

}  // namespace

Settings settings_for(const kernel::Profile& profile, std::string_view command_line) {
  Settings out;
  out.behaviour = kernel::behaviour_of(profile);
  for (const kernel::Parameter& p : kernel::parse_command_line(command_line)) {
    if (kernel::parameq(p.name, "movable_node")) out.memblock.movable_node = profile.memory_hotplug;
    if (kernel::parameq(p.name, "kernelcore") && p.value)
      out.memblock.mirrored_kernelcore |= kernel::parse_option_str(*p.value, "mirror");
  }
  return out;
}

Report replay(const Log& log, const Settings& settings) { return Replayer(log, settings).run(); }

}  // namespace memmap::replay
