#include "support/boot_properties.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <tuple>

namespace memmap::test {
namespace {

using memblock::Regions;

std::string text_of(PhysRange r) {
  return fmt::format("[{:#x}, {:#x})", raw(r.base()), raw(r.end()));
}

// Ranges that are to be sorted, disjoint and not empty.
template <class Item>
void check_order(const std::vector<Item>& items, std::string_view what,
                 std::vector<std::string>& out) {
  std::uint64_t end = 0;
  for (const Item& item : items) {
    if (item.range.empty() || raw(item.range.base()) < end) {
      out.push_back(fmt::format("{}: {} is empty or out of order", what, text_of(item.range)));
    }
    end = raw(item.range.end());
  }
}

// The bytes of `inner` (both sorted and disjoint) that no range of `outer` has.
template <class Inner, class Outer>
std::uint64_t bytes_outside(const std::vector<Inner>& inner, const std::vector<Outer>& outer) {
  std::uint64_t bytes = 0;
  auto o = outer.begin();
  for (const Inner& i : inner) {
    while (o != outer.end() && o->range.end() <= i.range.base()) ++o;
    bytes += i.range.size();
    for (auto at = o; at != outer.end() && at->range.base() < i.range.end(); ++at) {
      bytes -= at->range.intersect(i.range).size();
    }
  }
  return bytes;
}

struct Pages {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
};

// Whole pages of memory that the hand-over frees, those that the kernel defers too.
std::vector<Pages> free_pages(const boot::Outcome& o) {
  std::vector<Pages> out;
  const Regions reserved = o.state.memblock.reserved().regions();
  const auto add = [&](PhysAddr from, PhysAddr to) {
    if (from >= to) return;
    const std::uint64_t start = raw(pfn_up(from));
    const std::uint64_t end = std::min(raw(pfn_down(to)), raw(o.state.max_pfn));
    if (start < end) out.push_back({start, end});
  };
  for (const memblock::Region& r : o.state.memblock.memory().regions()) {
    if ((r.flags & (memblock::kNomap | memblock::kDriverManaged)) != 0) continue;
    const bool has_node = std::ranges::any_of(
        o.state.node_states, [&](const boot::NodeState& n) { return n.nid == r.nid; });
    if (!has_node) continue;
    PhysAddr at = r.range.base();
    auto s =
        std::ranges::upper_bound(reserved, at, {}, [](const auto& x) { return x.range.end(); });
    for (; s != reserved.end() && s->range.base() < r.range.end(); ++s) {
      add(at, s->range.base());
      at = std::max(at, s->range.end());
    }
    add(at, r.range.end());
  }
  return out;
}

std::uint64_t count(const std::vector<Pages>& runs) {
  std::uint64_t pages = 0;
  for (const Pages& r : runs) pages += r.end - r.start;
  return pages;
}

// What the page allocator holds, ascending.
std::vector<Pages> handed_over(const boot::Outcome& o) {
  std::vector<Pages> out;
  for (const boot::NodeState& node : o.state.node_states) {
    for (const boot::ZoneState& zone : node.zones) {
      for (const buddy::FreeList& list : zone.free) {
        for (const buddy::FreeRun& run : list.runs) {
          out.push_back({raw(run.first), raw(run.first) + (run.count << list.order)});
        }
      }
    }
  }
  std::ranges::sort(out, {}, &Pages::start);
  return out;
}

void check_hand_over(const boot::Outcome& o, std::vector<std::string>& out) {
  const std::vector<Pages> free = free_pages(o);
  const std::vector<Pages> given = handed_over(o);
  if (count(given) != o.totals.managed_pages || count(given) != o.totals.free_pages) {
    out.push_back(fmt::format("{} pages in free blocks, {} managed, {} free", count(given),
                              o.totals.managed_pages, o.totals.free_pages));
  }
  std::uint64_t end = 0;
  auto f = free.begin();
  for (const Pages& run : given) {
    if (run.start < end) out.push_back(fmt::format("page frame {:#x} is free twice", run.start));
    end = run.end;
    // A run of blocks may go on from one free run into the next that touches it.
    for (std::uint64_t at = run.start; at < run.end; at = f->end) {
      while (f != free.end() && f->end <= at) ++f;
      if (f == free.end() || f->start > at) {
        out.push_back(fmt::format("page frame {:#x} is free and should not be", at));
        return;
      }
    }
  }
  if (!o.deferred && count(given) != count(free)) {
    out.push_back(fmt::format("{} pages of {} were handed over", count(given), count(free)));
  }
}

// Every table lies in a page of its own, which is the kernel's; below the image's addresses, whose
// tables are the image's own, all that is mapped hangs on tables.
void check_page_tables(const boot::Outcome& o, std::vector<std::string>& out) {
  const paging::AddressSpace& space = o.state.page_tables;
  std::vector<PhysAddr> places;
  for (unsigned level = 1; level <= space.levels(); ++level) {
    for (const auto& [virt, table] : space.tables(level)) {
      if (!table.phys) continue;
      places.push_back(*table.phys);
      const PhysRange page = PhysRange::make(raw(*table.phys), raw(*table.phys) + kPageSize);
      const bool in_place = table.origin == paging::TableOrigin::image ||
                            (table.origin == paging::TableOrigin::brk
                                 ? o.state.brk.contains(page)
                                 : o.state.memblock.is_region_reserved(page.base(), kPageSize));
      if (!in_place) out.push_back(fmt::format("a table at {} is not reserved", text_of(page)));
    }
  }
  std::ranges::sort(places);
  const auto twice = std::ranges::adjacent_find(places);
  if (twice != places.end()) out.push_back(fmt::format("two tables lie at {:#x}", raw(*twice)));

  for (const paging::Mapping& m : space.mappings()) {
    if (m.virt >= paging::kStartKernelMap) break;
    const std::uint64_t last = raw(m.virt) + (m.page_size * m.pages - 1);
    unsigned level = 1;
    while (paging::entry_size(level) < m.page_size) ++level;
    for (; level < space.levels(); ++level) {
      if (space.table(level, m.virt) && space.table(level, VirtAddr{last})) continue;
      out.push_back(
          fmt::format("what is mapped at {:#x} has no table of level {}", raw(m.virt), level));
    }
  }
}

auto key(const Event& e) { return std::tie(e.severity, e.step, e.rule, e.text, e.range, e.by); }
auto key(const boot::Owned& o) { return std::tie(o.range, o.words, o.function); }
auto key(const Error& e) { return std::tie(e.message); }
auto key(const numa::NodeBlock& b) { return std::tie(b.range, b.nid); }
auto key(const buddy::FreeRun& r) { return std::tie(r.first, r.count); }

template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  return std::ranges::equal(a, b, [](const T& x, const T& y) { return key(x) == key(y); });
}

bool same_list(const buddy::FreeList& a, const buddy::FreeList& b) {
  return a.order == b.order && a.migratetype == b.migratetype && same(a.runs, b.runs);
}

bool same_zone(const boot::ZoneState& a, const boot::ZoneState& b) {
  return a.zone.type == b.zone.type && a.zone.start_pfn == b.zone.start_pfn &&
         a.zone.spanned_pages == b.zone.spanned_pages &&
         a.zone.present_pages == b.zone.present_pages && a.managed_pages == b.managed_pages &&
         std::ranges::equal(a.free, b.free, same_list);
}

bool same_node(const boot::NodeState& a, const boot::NodeState& b) {
  return a.nid == b.nid && a.start_pfn == b.start_pfn && a.spanned_pages == b.spanned_pages &&
         a.present_pages == b.present_pages && std::ranges::equal(a.zones, b.zones, same_zone);
}

}  // namespace

bool ends_with_its_panic(const Events& events) {
  const auto panic = std::ranges::find(events, Severity::panic, &Event::severity);
  return panic == events.end() || std::next(panic) == events.end();
}

std::vector<std::string> broken_properties(const boot::Outcome& o) {
  std::vector<std::string> out;
  if (!o.faults.empty()) return out;
  if (!ends_with_its_panic(o.events)) out.emplace_back(kEventsAfterPanic);
  const Regions reserved = o.state.memblock.reserved().regions();
  check_order(o.state.memblock.memory().regions(), "memblock.memory", out);
  check_order(reserved, "memblock.reserved", out);
  check_order(o.owners, "owners", out);
  if (!out.empty()) return out;
  if (const auto bytes = bytes_outside(reserved, o.owners)) {
    out.push_back(fmt::format("{} reserved bytes have no owner", bytes));
  }
  if (const auto bytes = bytes_outside(o.owners, reserved)) {
    out.push_back(fmt::format("{} bytes have an owner and are not reserved", bytes));
  }
  check_page_tables(o, out);
  if (!o.panicked) check_hand_over(o, out);
  return out;
}

std::string difference(const boot::Outcome& a, const boot::Outcome& b) {
  const struct {
    bool equal;
    const char* part;
  } kParts[] = {
      {a.subject.notes == b.subject.notes, "notes"},
      {a.state.e820.firmware.entries() == b.state.e820.firmware.entries() &&
           a.state.e820.kexec.entries() == b.state.e820.kexec.entries() &&
           a.state.e820.table.entries() == b.state.e820.table.entries(),
       "e820"},
      {a.state.max_pfn == b.state.max_pfn && a.state.max_low_pfn == b.state.max_low_pfn, "max_pfn"},
      {a.state.memblock.memory().regions() == b.state.memblock.memory().regions(),
       "memblock.memory"},
      {a.state.memblock.reserved().regions() == b.state.memblock.reserved().regions(),
       "memblock.reserved"},
      {same(a.owners, b.owners), "owners"},
      {same(a.state.nodes.blocks, b.state.nodes.blocks) &&
           a.state.nodes.online == b.state.nodes.online,
       "nodes"},
      {std::ranges::equal(a.state.node_states, b.state.node_states, same_node), "zones"},
      {a.state.page_tables.mappings() == b.state.page_tables.mappings(), "page tables"},
      {a.user_space.has_value() == b.user_space.has_value() &&
           (!a.user_space ||
            a.user_space->page_tables.mappings() == b.user_space->page_tables.mappings()),
       "page tables of user space"},
      {a.panicked == b.panicked, "panicked"},
      {same(a.faults, b.faults), "faults"},
      {same(a.events, b.events), "events"},
  };
  for (const auto& p : kParts) {
    if (!p.equal) return p.part;
  }
  return {};
}

}  // namespace memmap::test
