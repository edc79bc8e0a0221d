// How a replay compares what memmap's memblock does with what the kernel did.
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "replay/adopt.h"
#include "replay/replayer.h"

namespace memmap::replay {
namespace {

using memblock::CallKind;
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
  out.erase(std::unique(out.begin(), out.end()), out.end());
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

}  // namespace

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

void Replayer::allocate(const Entry& entry, const LoggedCall& call) {
  std::optional<PhysRange> kernel;
  const LoggedCall* reserved = nullptr;
  if (at_ < entries_.size() && answers(entry, entries_[at_])) {
    reserved = &std::get<LoggedCall>(entries_[at_++].what);
    kernel = reserved->range;
  }
  const auto reserve = [&] {
    if (reserved == nullptr) return;
    memblock_.reserve_with(kernel->base(), kernel->size(), reserved->nid, reserved->flags);
  };
  if (!can_compute(call)) {
    ++report_.allocations.adopted;
    reserve();
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
  reserve();
  if (shown != nullptr) {
    shown->kernel = side(points);
    shown->kernel.chosen = kernel;
  }
  compare_growths(entry);
}

// Compares the arrays that grew here with those that the log's next lines tell of.
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
  // Before a dump shows the nodes, the kernel's regions are split by node and memmap's are not: the
  // kernel's array is full first.
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
    memblock_.reserve_kern(array.base(), array.size());
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

}  // namespace memmap::replay
