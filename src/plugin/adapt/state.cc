#include "plugin/adapt/state.h"

#include <algorithm>
#include <new>

#include "boot/in_use.h"

namespace memmap::plugin {
namespace {

static_assert(MEMMAP_MAPPING_WRITABLE == paging::kWritable &&
              MEMMAP_MAPPING_NO_EXECUTE == paging::kNoExecute &&
              MEMMAP_MAPPING_GLOBAL == paging::kGlobal && MEMMAP_MAPPING_USER == paging::kUser &&
              MEMMAP_MAPPING_CACHE_DISABLE == paging::kCacheDisable &&
              MEMMAP_MAPPING_WRITE_THROUGH == paging::kWriteThrough);
static_assert(MEMMAP_ZONE_MOVABLE == static_cast<unsigned>(zones::ZoneType::movable));
static_assert(MEMMAP_SEVERITY_PANIC == static_cast<unsigned>(Severity::panic));

template <class T>
std::size_t give(const std::vector<T>& from, const T** list) {
  if (list != nullptr) *list = from.data();
  return from.size();
}

std::uint32_t flags_of(bool panicked, bool handed_over, bool deferred) {
  return (panicked ? MEMMAP_STATE_PANICKED : 0) | (handed_over ? MEMMAP_STATE_HANDED_OVER : 0) |
         (deferred ? MEMMAP_STATE_DEFERRED : 0);
}

memmap_owned_t owned(PhysRange r, const char* owner, const char* function) {
  return {.struct_size = sizeof(memmap_owned_t),
          .reserved = 0,
          .base = raw(r.base()),
          .end = raw(r.end()),
          .owner = owner,
          .function = function};
}

// What of the list lies in [base, end), cut to it.
memblock::Regions part_of(const memblock::RegionList& list, std::uint64_t base, std::uint64_t end) {
  memblock::Regions out;
  if (base >= end) return out;
  const PhysRange in = PhysRange::make(base, end);
  for (auto p = list.first_ending_above(base); p != list.end(); p = list.next(p)) {
    if (raw(list.at(p).range.base()) >= end) break;
    out.push_back(list.at(p));
    out.back().range = out.back().range.intersect(in);
  }
  return out;
}

State& self(void* ctx) { return *static_cast<State*>(ctx); }

}  // namespace

memmap_event_t to_abi(const Event& event, const char* rule) {
  memmap_event_t out{};
  out.struct_size = sizeof out;
  out.kind = MEMMAP_EVENT_MESSAGE;
  out.severity = static_cast<std::uint32_t>(event.severity);
  out.step = event.step.c_str();
  out.text = event.text.c_str();
  out.function = rule;
  out.owner = event.by.c_str();
  if (event.range) {
    out.base = raw(event.range->base());
    out.end = raw(event.range->end());
  }
  out.nid = -1;
  return out;
}

State::State(const boot::State& state, const Events& events, std::uint32_t flags,
             const Facts& facts)
    : state_(&state), events_(&events), max_nodes_(state.memblock.behaviour().max_numnodes) {
  abi_.facts = facts.abi();
  abi_.flags = flags | (state.memblock.bottom_up() ? MEMMAP_STATE_BOTTOM_UP : 0);
  abi_.current_limit = raw(state.memblock.current_limit());
  abi_.max_pfn = raw(state.max_pfn);
  set_functions();
}

State::State(const boot::Boot& boot, const Facts& facts)
    : State(boot.state, boot.story.events(),
            flags_of(boot.story.panicked(), boot.state.handed_over, boot.in.defers_struct_pages),
            facts) {
  boot_ = &boot;
}

State::State(const boot::Outcome& outcome, const Facts& facts)
    : State(outcome.state, outcome.events,
            flags_of(outcome.panicked, !outcome.panicked, outcome.deferred), facts) {
  outcome_ = &outcome;
}

void State::set_functions() {
  abi_.struct_size = sizeof abi_;
  abi_.ctx = this;
  abi_.e820 = e820;
  abi_.memory = memory;
  abi_.reserved = reserved;
  abi_.owners = owners;
  abi_.in_use = in_use;
  abi_.nodes = nodes;
  abi_.zones = zones;
  abi_.free_blocks = free_blocks;
  abi_.mappings = mappings;
  abi_.messages = messages;
  abi_.memory_in = memory_in;
  abi_.reserved_in = reserved_in;
  abi_.owners_in = owners_in;
}

const char* State::keep(std::string_view text) { return texts_.emplace_back(text).c_str(); }

AbiRanges State::regions(std::span<const memblock::Region> list) const {
  AbiRanges out = to_abi(list);
  for (memmap_range_t& r : out) {
    if (r.nid >= max_nodes_) r.nid = memblock::kAnyNode;
  }
  return out;
}

std::size_t State::e820(void* ctx, const memmap_range_t** list) noexcept try {
  State& s = self(ctx);
  if (!s.e820_) {
    s.e820_ = to_abi(std::span<const E820Entry>(s.state_->e820.table.entries()));
  }
  return give(*s.e820_, list);
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::size_t State::memory(void* ctx, const memmap_range_t** list) noexcept try {
  State& s = self(ctx);
  if (!s.memory_) {
    s.memory_ = s.regions(s.state_->memblock.memory().regions());
  }
  return give(*s.memory_, list);
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::size_t State::reserved(void* ctx, const memmap_range_t** list) noexcept try {
  State& s = self(ctx);
  if (!s.reserved_) {
    s.reserved_ = s.regions(s.state_->memblock.reserved().regions());
  }
  return give(*s.reserved_, list);
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::vector<memmap_owned_t> State::owned_of(State& self, const std::vector<boot::Owned>& list) {
  std::vector<memmap_owned_t> out;
  for (const boot::Owned& o : list) {
    out.push_back(owned(o.range, self.keep(o.words), self.keep(o.function)));
  }
  return out;
}

std::size_t State::owners(void* ctx, const memmap_owned_t** list) noexcept try {
  State& s = self(ctx);
  if (!s.owners_) {
    s.owners_ = owned_of(
        s, s.boot_ != nullptr ? s.boot_->story.owners().of(s.state_->memblock.reserved().regions())
                              : s.outcome_->owners);
  }
  return give(*s.owners_, list);
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::size_t State::memory_in(void* ctx, std::uint64_t base, std::uint64_t end,
                             const memmap_range_t** list) noexcept try {
  State& s = self(ctx);
  const auto part = part_of(s.state_->memblock.memory().list, base, end);
  return give(s.range_parts_.emplace_back(s.regions(part)), list);
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::size_t State::reserved_in(void* ctx, std::uint64_t base, std::uint64_t end,
                               const memmap_range_t** list) noexcept try {
  State& s = self(ctx);
  const auto part = part_of(s.state_->memblock.reserved().list, base, end);
  return give(s.range_parts_.emplace_back(s.regions(part)), list);
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::size_t State::owners_in(void* ctx, std::uint64_t base, std::uint64_t end,
                             const memmap_owned_t** list) noexcept try {
  State& s = self(ctx);
  std::vector<memmap_owned_t>& out = s.owner_parts_.emplace_back();
  if (s.boot_ != nullptr) {
    const auto part = part_of(s.state_->memblock.reserved().list, base, end);
    out = owned_of(s, s.boot_->story.owners().of(part));
  } else {
    const std::vector<boot::Owned>& all = s.outcome_->owners;
    auto it = std::ranges::upper_bound(all, base, {},
                                       [](const boot::Owned& o) { return raw(o.range.end()); });
    for (; it != all.end() && raw(it->range.base()) < end; ++it) {
      const PhysRange part = it->range.intersect(PhysRange::make(base, end));
      out.push_back(owned(part, s.keep(it->words), s.keep(it->function)));
    }
  }
  return give(out, list);
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::size_t State::in_use(void* ctx, const memmap_owned_t** list) noexcept try {
  State& s = self(ctx);
  if (!s.in_use_) {
    s.in_use_ = owned_of(
        s, s.boot_ != nullptr ? boot::in_use(s.boot_->in, *s.state_) : std::vector<boot::Owned>());
  }
  return give(*s.in_use_, list);
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::size_t State::nodes(void* ctx, const memmap_range_t** list) noexcept try {
  State& s = self(ctx);
  if (!s.nodes_) {
    s.nodes_.emplace();
    for (const numa::NodeBlock& b : s.state_->nodes.blocks) {
      s.nodes_->push_back({.struct_size = sizeof(memmap_range_t),
                           .type = raw(E820Type::ram),
                           .base = raw(b.range.base()),
                           .end = raw(b.range.end()),
                           .nid = b.nid,
                           .flags = 0});
    }
  }
  return give(*s.nodes_, list);
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

void State::add_zones(const std::vector<boot::NodeState>& nodes) {
  zones_.emplace();
  free_blocks_.emplace();
  for (const boot::NodeState& n : nodes) {
    for (const boot::ZoneState& z : n.zones) {
      const auto type = static_cast<std::uint32_t>(z.zone.type);
      zones_->push_back({.struct_size = sizeof(memmap_zone_t),
                         .type = type,
                         .nid = n.nid,
                         .reserved = 0,
                         .start_pfn = raw(z.zone.start_pfn),
                         .spanned_pages = z.zone.spanned_pages,
                         .present_pages = z.zone.present_pages,
                         .managed_pages = z.managed_pages});
      for (const buddy::FreeList& free : z.free) {
        for (const buddy::FreeRun& run : free.runs) {
          free_blocks_->push_back({.struct_size = sizeof(memmap_free_run_t),
                                   .order = free.order,
                                   .nid = n.nid,
                                   .zone = type,
                                   .migratetype = static_cast<std::uint32_t>(free.migratetype),
                                   .reserved = 0,
                                   .first_pfn = raw(run.first),
                                   .count = run.count});
        }
      }
    }
  }
}

std::size_t State::zones(void* ctx, const memmap_zone_t** list) noexcept try {
  State& s = self(ctx);
  if (!s.zones_) s.add_zones(s.state_->node_states);
  return give(*s.zones_, list);
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::size_t State::free_blocks(void* ctx, const memmap_free_run_t** list) noexcept try {
  State& s = self(ctx);
  if (!s.free_blocks_) s.add_zones(s.state_->node_states);
  return give(*s.free_blocks_, list);
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::size_t State::mappings(void* ctx, const memmap_mapping_t** list) noexcept try {
  State& s = self(ctx);
  if (!s.mappings_) {
    s.mappings_.emplace();
    for (const paging::Mapping& m : s.state_->page_tables.mappings()) {
      s.mappings_->push_back({.struct_size = sizeof(memmap_mapping_t),
                              .flags = m.flags,
                              .virt = raw(m.virt),
                              .phys = raw(m.phys),
                              .page_size = m.page_size,
                              .pages = m.pages});
    }
  }
  return give(*s.mappings_, list);
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

std::size_t State::messages(void* ctx, const memmap_event_t** list) noexcept try {
  State& s = self(ctx);
  if (!s.messages_) {
    s.messages_.emplace();
    for (const Event& e : *s.events_) s.messages_->push_back(to_abi(e, s.keep(to_string(e.rule))));
  }
  return give(*s.messages_, list);
} catch (const std::bad_alloc&) {
  return self(ctx).ran_out();
}

}  // namespace memmap::plugin
