#include "report/answers/story.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "buddy/zone_pages.h"
#include "fixmap/slots.h"
#include "machine/e820_words.h"
#include "paging/areas.h"
#include "paging/lookup.h"
#include "report/answers/fate_words.h"
#include "report/form/names.h"
#include "report/form/units.h"
#include "zones/zones.h"

namespace memmap::report {
namespace {

using account::End;
using account::Fate;

namespace stage {
constexpr std::string_view kFirmware = "firmware";
constexpr std::string_view kE820 = "e820";
constexpr std::string_view kBoot = "boot";
constexpr std::string_view kMemblock = "memblock";
constexpr std::string_view kZone = "zone";
constexpr std::string_view kMapped = "mapped";
constexpr std::string_view kHandOver = "hand-over";
constexpr std::string_view kLater = "later";
constexpr std::string_view kIoMem = "iomem";
}  // namespace stage

constexpr std::string_view kFirmwareStep = "e820__memory_setup";
constexpr std::string_view kPrintTable = "e820__print_table";
constexpr std::string_view kDeferredStep = "deferred_init_memmap";
constexpr std::string_view kHandOverStep = "memblock_free_all";

bool is_at(const std::optional<PhysRange>& range, PhysAddr phys) {
  return range && range->contains(phys);
}

std::string with_range(std::string_view text, PhysRange range) {
  return fmt::format("{}: {}, {}", text, span(range), human_size(range.size()));
}

// Tells of one byte, in the order of the boot.
class Teller {
 public:
  Teller(const boot::Outcome& outcome, const Fate& fate, PhysAddr phys)
      : outcome_(outcome), fate_(fate), phys_(phys) {}

  std::vector<StoryLine> take() && {
    firmware();
    until_hand_over();
    zone();
    mapped();
    hand_over();
    later();
    iomem();
    panic();
    end_line();
    return std::move(lines_);
  }

 private:
  void tell(std::string_view stage, std::string_view function, std::string text,
            std::optional<PhysRange> range = {}) {
    end_line();
    lines_.push_back({stage, std::string(function), std::move(text), range});
  }
  // Nothing more is like the last line.
  void end_line() {
    if (repeated_ != 0) lines_.back().text += fmt::format(" (and {} more)", repeated_);
    repeated_ = 0;
    last_rule_.clear();
  }

  void firmware() {
    for (const E820Entry& e : outcome_.state.e820.firmware.entries()) {
      const auto range = PhysRange::make(
          raw(e.addr), e.wraps() ? ~std::uint64_t{0} : std::max(e.end(), raw(e.addr)));
      if (!range.contains(phys_)) continue;
      return tell(stage::kFirmware, kFirmwareStep,
                  with_range(e820_name(e.type) + " in the firmware's map", range), range);
    }
    tell(stage::kFirmware, kFirmwareStep, "the firmware's map has no entry here");
  }

  // Of several windows onto the same bytes, or looks at them, that a step takes in a row the first
  // stands for all.
  void event(const Event& e, std::string_view which) {
    if (!is_at(e.range, phys_) || (e.step == kFirmwareStep && e.rule.function == kPrintTable))
      return;
    const bool again =
        !last_rule_.empty() && last_rule_ == e.rule.function && lines_.back().function == e.step;
    if (again) {
      ++repeated_;
      return;
    }
    std::string text = e.text;
    if (!e.by.empty()) text += fmt::format(" ({})", e.by);
    tell(which, e.step, std::move(text), e.range);
    last_rule_ = e.rule.function;
  }
  static std::string_view stage_of(const Event& e) {
    return e.rule.file.ends_with("/e820.c") ? stage::kE820 : stage::kBoot;
  }

  // A loss that an event has told is not told again.
  bool is_told(const boot::Loss& loss) const {
    return std::ranges::any_of(outcome_.events, [&](const Event& e) {
      return is_at(e.range, phys_) &&
             (e.step == loss.function || e.rule.function == loss.function ||
              (!e.by.empty() && e.by == loss.by));
    });
  }
  void loss(const boot::Loss& loss) {
    if (is_told(loss)) return;
    tell(stage::kBoot, loss.function,
         with_range(loss.by.empty() ? "taken out of the kernel's RAM"
                                    : fmt::format("taken out of the kernel's RAM ({})", loss.by),
                    loss.range),
         loss.range);
  }

  void call(const boot::MemblockLine& line) {
    const memblock::Call& c = line.call;
    if (line.dump || c.kind == memblock::CallKind::alloc || !c.range.contains(phys_)) return;
    const std::string_view asker = c.caller.asker.empty() ? c.caller.function : c.caller.asker;
    std::string by = asker.empty() || asker == line.step ? "" : fmt::format(" by {}()", asker);
    const std::string owner = c.caller.owner.words();
    const std::string for_whom = owner.empty() ? by : fmt::format(" for {}{}", owner, by);
    std::string text;
    switch (c.kind) {
      case memblock::CallKind::add:
        text = "added to memblock's memory" + by;
        break;
      case memblock::CallKind::remove:
        text = "removed from memblock's memory" + for_whom;
        break;
      case memblock::CallKind::reserve:
        text = owner_.empty()
                   ? "reserved" + for_whom
                   : fmt::format("reserved once more{}; it stays with {}", for_whom, owner_);
        if (owner_.empty()) owner_ = owner.empty() ? "whom nobody recorded" : owner;
        break;
      case memblock::CallKind::free:
        text = "freed again" + by;
        owner_.clear();
        break;
      case memblock::CallKind::alloc:
        return;
    }
    tell(stage::kMemblock, line.step, with_range(text, c.range), c.range);
  }

  // Events, memblock's calls and losses, merged by when they were told.
  void until_hand_over() {
    const boot::Loss* lost = nullptr;
    for (const boot::Loss& l : outcome_.losses) {
      if (l.range.contains(phys_)) lost = &l;
    }
    std::size_t told = 0;
    std::size_t next = 0;
    const auto step = [&](const auto& what) {
      if (lost != nullptr && lost->told <= told) {
        loss(*lost);
        lost = nullptr;
      }
      what();
      ++told;
    };
    const auto events_to = [&](std::size_t end) {
      for (; next < end; ++next)
        step([&] { event(outcome_.events[next], stage_of(outcome_.events[next])); });
    };
    for (const auto* log : {&outcome_.memblock_log.early, &outcome_.memblock_log.lines}) {
      for (const boot::MemblockLine& line : *log) {
        events_to(std::min(line.events, outcome_.events_at_hand_over));
        step([&] { call(line); });
      }
    }
    events_to(outcome_.events_at_hand_over);
    if (lost != nullptr) loss(*lost);
  }

  // The node and the zone, where it is memory.
  void zone() {
    const memblock::Regions memory = outcome_.state.memblock.memory().regions();
    const auto region = std::ranges::find_if(
        memory, [&](const memblock::Region& r) { return r.range.contains(phys_); });
    if (region == memory.end()) return;
    const std::uint64_t pfn = raw(pfn_down(phys_));
    const std::string flags = region_flags(region->flags);
    for (const boot::NodeState& node : outcome_.state.node_states) {
      if (node.nid != region->nid) continue;
      std::vector<zones::Zone> of_node;
      for (const boot::ZoneState& z : node.zones) of_node.push_back(z.zone);
      const bool not_movable =
          (region->flags & memblock::kMirror) != 0 &&
          outcome_.subject.command_line.find("kernelcore=mirror") != std::string::npos;
      buddy::each_zone_pages(
          {pfn, pfn + 1}, of_node, not_movable, [&](std::size_t index, buddy::PageRun) {
            tell(stage::kZone, {},
                 fmt::format("page frame {:#x}, node {}, zone {}{}", pfn, node.nid,
                             zones::name(of_node[index].type),
                             flags.empty() ? "" : fmt::format(", flags {}", flags)),
                 region->range);
          });
      return;
    }
  }

  void mapped() {
    const paging::AddressSpace& tables = outcome_.state.page_tables;
    const std::vector<VirtAddr> reached = paging::addresses_of(tables, phys_);
    for (const VirtAddr virt : reached) {
      const paging::Mapping* mapping = tables.find(virt);
      tell(stage::kMapped, {},
           fmt::format("at {} in the {}{}, a page of {}: {}", hex(raw(virt), 16),
                       paging::area_of(virt, tables.levels(), tables.bases()), slot_at(virt),
                       human_size(mapping->page_size), mapping_words(mapping->flags)));
    }
    if (reached.empty()) {
      tell(stage::kMapped, {},
           fmt::format("nowhere in the kernel's page tables {}",
                       outcome_.state.handed_over ? "at the hand-over" : "when it stopped"));
    }
  }

  // ` (FIX_APIC_BASE)`; empty: no fixed address.
  std::string slot_at(VirtAddr virt) const {
    const auto slot = std::ranges::find(outcome_.fixmap, align_down(raw(virt), kPageSize),
                                        [](const fixmap::MappedSlot& s) { return raw(s.virt); });
    return slot == outcome_.fixmap.end() ? "" : fmt::format(" ({})", slot->name);
  }

  bool free_block() {
    for (const boot::NodeState& node : outcome_.state.node_states) {
      for (const boot::ZoneState& zone : node.zones) {
        for (const buddy::FreeList& list : zone.free) {
          const auto pages = std::uint64_t{1} << list.order;
          const std::uint64_t pfn = align_down(raw(pfn_down(phys_)), pages);
          const auto after = std::ranges::upper_bound(
              list.runs, pfn, {}, [](const buddy::FreeRun& r) { return raw(r.first); });
          if (after == list.runs.begin()) continue;
          const buddy::FreeRun& run = *std::prev(after);
          if (pfn >= raw(run.first) + (run.count << list.order)) continue;
          const std::uint64_t base = pfn << kPageShift;
          const auto block = PhysRange::make(base, base + (pages << kPageShift));
          tell(
              stage::kHandOver, kHandOverStep,
              with_range(fmt::format("free, in a block of order {} ({})", list.order,
                                     list.migratetype == buddy::MigrateType::movable ? "movable"
                                                                                     : "unmovable"),
                         block),
              block);
          return true;
        }
      }
    }
    return false;
  }

  void hand_over() {
    const account::Piece* piece = fate_.piece;
    if (piece == nullptr || !piece->memory) return;
    if (!outcome_.state.handed_over) return;
    if (free_block()) return;
    std::string text;
    switch (piece->use) {
      case account::Use::reserved:
        text = fmt::format("not given to the page allocator: reserved for {}",
                           piece->owner.empty() ? "whom nobody recorded" : piece->owner);
        break;
      case account::Use::nomap:
        text = "not given to the page allocator: it must not be mapped";
        break;
      case account::Use::fragment:
        text = "not given to the page allocator: the rest of its page is reserved";
        break;
      default:
        text = fate_.end == End::initialised_later
                   ? "left for later: its struct page is not initialised yet"
                   : "not given to the page allocator: it lies above the last page that counts";
    }
    tell(stage::kHandOver, kHandOverStep, with_range(text, piece->range), piece->range);
  }

  void later() {
    if (fate_.end == End::initialised_later)
      tell(stage::kLater, kDeferredStep, "initialised, and free from then on", fate_.piece->range);
    bool is_given = fate_.given == nullptr;
    for (std::size_t i = outcome_.events_at_hand_over; i < outcome_.events.size(); ++i) {
      const Event& e = outcome_.events[i];
      event(e, stage::kLater);
      is_given = is_given || (is_at(e.range, phys_) && e.step == fate_.given->step);
    }
    if (is_given) return;
    const boot::GivenBack& given = *fate_.given;
    tell(stage::kLater, given.step,
         with_range(given.what.empty()
                        ? "given to the page allocator"
                        : fmt::format("counted as the page allocator's: {}", given.what),
                    given.range),
         given.range);
  }

  // Its place in the kernel's tree of resources, from the root.
  void iomem() {
    if (!outcome_.totals.mem_total_kib) return;
    std::string names;
    std::optional<PhysRange> range;
    const std::vector<boot::Resource>* level = &outcome_.state.iomem.resources();
    while (level != nullptr) {
      const auto found = std::ranges::find_if(
          *level, [&](const boot::Resource& r) { return r.range.contains(phys_); });
      if (found == level->end()) break;
      names += (names.empty() ? "" : " > ") + found->name;
      range = found->range;
      level = &found->children;
    }
    if (range) tell(stage::kIoMem, {}, with_range(names, *range), range);
  }

  void panic() {
    if (!outcome_.panicked) return;
    const Event& last = outcome_.events.back();
    tell(stage::kBoot, last.step, fmt::format("the kernel stops here: {}", last.text));
  }

  const boot::Outcome& outcome_;
  const Fate& fate_;
  PhysAddr phys_;
  std::vector<StoryLine> lines_{};
  std::string owner_{};         // who has the byte by now
  std::string last_rule_{};     // of the last line, if it is an event
  std::uint64_t repeated_ = 0;  // events that the last line stands for, but the first
};

}  // namespace

AddressStory story_of(const boot::Outcome& outcome, const std::vector<account::Piece>& pieces,
                      const account::Ledger& ledger, PhysAddr phys) {
  AddressStory out{.phys = phys, .fate = account::fate_of(outcome, pieces, ledger, phys)};
  out.what = what_of(outcome, out.fate);
  out.counts = counts_of(ledger, out.fate);
  out.lines = Teller(outcome, out.fate, phys).take();
  return out;
}

}  // namespace memmap::report
