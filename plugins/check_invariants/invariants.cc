// After each step of the boot: what must hold of memblock, nodes, zones and free blocks whatever
// the machine. README.md lists the rules.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plugin/plugin.hpp"

namespace {

using memmap::plugin::hex;
using memmap::plugin::Host;
using memmap::plugin::View;

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kRam = 1;
constexpr std::uint64_t kReservedKern = 128;  // setup_data: memory too
constexpr std::uint32_t kNotFreed = 4 | 8;    // MEMBLOCK_NOMAP, MEMBLOCK_DRIVER_MANAGED
// kernel: PAGES_PER_SECTION with SECTION_SIZE_BITS 27, include/linux/mmzone.h
constexpr std::uint64_t kSectionPages = 1u << 15;

struct Range {
  std::uint64_t base = 0;
  std::uint64_t end = 0;
};

std::string text(Range r) { return memmap::plugin::mem(r.base, r.end); }

// Calls `take` with each piece of `range` that no element of `list` (ascending, disjoint) covers.
template <class List, class Take>
void for_each_gap(Range range, const List& list, Take take) {
  std::uint64_t at = range.base;
  auto r = std::upper_bound(list.begin(), list.end(), at,
                            [](std::uint64_t a, const auto& x) { return a < x.end; });
  for (; r != list.end() && r->base < range.end; ++r) {
    if (r->base > at) take(Range{at, r->base});
    at = r->end;
  }
  if (at < range.end) take(Range{at, range.end});
}

std::string zone_name(const memmap_zone_t& z) {
  static const char* const kNames[] = {"DMA", "DMA32", "Normal", "Movable"};
  return "zone " + std::string(z.type < 4 ? kNames[z.type] : "?") + " of node " +
         std::to_string(z.nid);
}

// Says each thing once, however many steps it lasts.
class Findings {
 public:
  explicit Findings(const Host& host, std::set<std::string>& told) : host_(host), told_(told) {}

  void operator()(const char* rule, Range r, const std::string& what) {
    if (told_.insert(rule + (": " + what)).second) host_.finding(rule, r.base, r.end, what);
  }

 private:
  const Host& host_;
  std::set<std::string>& told_;
};

template <class T>
void check_order(const View<T>& list, const char* name, Findings& find) {
  const T* before = nullptr;
  for (const T& r : list) {
    const Range range{r.base, r.end};
    if (r.base >= r.end) {
      find("ordered", {}, std::string(name) + " holds an empty range at " + hex(r.base));
    } else if (before != nullptr && r.base < before->end) {
      find("ordered", range,
           std::string(name) + " holds " + text(range) +
               ", which begins before the range in front of it ends");
    }
    before = &r;
  }
}

// memblock's lists, and each reserved byte with one owner.
void check_memblock(const memmap_state_t& boot, Findings& find) {
  const auto memory = memmap::plugin::memory_of(boot);
  const auto reserved = memmap::plugin::reserved_of(boot);
  const auto owners = memmap::plugin::owners_of(boot);
  check_order(memory, "memblock.memory", find);
  check_order(reserved, "memblock.reserved", find);
  check_order(owners, "the list of owners", find);
  for (const memmap_range_t& r : reserved) {
    for_each_gap({r.base, r.end}, owners,
                 [&](Range gap) { find("owned", gap, text(gap) + " is reserved by nobody"); });
  }
  for (const memmap_owned_t& o : owners) {
    for_each_gap({o.base, o.end}, reserved, [&](Range gap) {
      find("owned", gap, text(gap) + " is not reserved, but `" + o.owner + "` has it");
    });
  }
}

// The RAM of the kernel's table, ascending, disjoint.
std::vector<Range> ram_of(const memmap_state_t& boot) {
  std::vector<Range> ram;
  for (const memmap_range_t& e : memmap::plugin::e820_of(boot)) {
    if (e.type != kRam && e.type != kReservedKern) continue;
    if (!ram.empty() && ram.back().end == e.base) {
      ram.back().end = e.end;
    } else {
      ram.push_back({e.base, e.end});
    }
  }
  return ram;
}

// memblock is filled from the kernel's table, and loses memory only. What the table says later does
// not count: efi_mem_reserve() and acpi_table_upgrade() retype what memblock keeps and reserves.
void check_memory_is_ram(const memmap_state_t& boot, const std::vector<Range>& ram,
                         Findings& find) {
  for (const memmap_range_t& m : memmap::plugin::memory_of(boot)) {
    for_each_gap({m.base, m.end}, ram, [&](Range gap) {
      find("memory_is_ram", gap,
           text(gap) + " is memory for memblock, but was no RAM in the table");
    });
  }
}

// Once there are nodes, all memory has one.
void check_nodes(const memmap_state_t& boot, Findings& find) {
  const auto nodes = memmap::plugin::nodes_of(boot);
  check_order(nodes, "the list of nodes", find);
  if (nodes.empty()) return;
  for (const memmap_range_t& m : memmap::plugin::memory_of(boot)) {
    if (m.nid < 0) find("has_a_node", {m.base, m.end}, text({m.base, m.end}) + " has no node");
    for (const memmap_range_t& n : nodes) {
      if (n.end <= m.base || n.base >= m.end || n.nid == m.nid || m.nid < 0) continue;
      find("has_a_node", {m.base, m.end},
           text({m.base, m.end}) + " is of node " + std::to_string(m.nid) + ", but node " +
               std::to_string(n.nid) + " has some of it");
    }
  }
}

void check_zones(const memmap_state_t& boot, Findings& find) {
  const auto zones = memmap::plugin::zones_of(boot);
  // Mirrored memory is not in Movable, other memory of the same span is.
  const bool mirrored = std::strstr(boot.facts->command_line, "kernelcore=mirror") != nullptr;
  const memmap_zone_t* before = nullptr;
  for (const memmap_zone_t& z : zones) {
    if (z.present_pages > z.spanned_pages || z.managed_pages > z.present_pages) {
      find("zone_counts", {},
           zone_name(z) + " manages " + std::to_string(z.managed_pages) + " of " +
               std::to_string(z.present_pages) + " pages present of " +
               std::to_string(z.spanned_pages) + " spanned");
    }
    if (z.spanned_pages == 0) continue;
    if (before != nullptr && before->nid == z.nid && !mirrored &&
        z.start_pfn < before->start_pfn + before->spanned_pages) {
      find("zones_disjoint", {z.start_pfn * kPage, (z.start_pfn + 1) * kPage},
           zone_name(z) + " begins before the one in front of it ends");
    }
    before = &z;
  }
}

struct FreeBlock {
  std::uint64_t base = 0;  // bytes
  std::uint64_t end = 0;
  std::int32_t nid = 0;
  std::uint32_t zone = 0;
};

// Runs of free blocks, ascending; complains of those that are misaligned or overlap.
std::vector<FreeBlock> free_runs(const memmap_state_t& boot, Findings& find) {
  std::vector<FreeBlock> out;
  for (const memmap_free_run_t& f : memmap::plugin::free_blocks_of(boot)) {
    const Range r{f.first_pfn * kPage, (f.first_pfn + (f.count << f.order)) * kPage};
    if ((f.first_pfn & ((std::uint64_t{1} << f.order) - 1)) != 0 || f.count == 0) {
      find("free_blocks", r,
           "a run of " + std::to_string(f.count) + " blocks of order " + std::to_string(f.order) +
               " begins at page " + std::to_string(f.first_pfn));
    }
    out.push_back({r.base, r.end, f.nid, f.zone});
  }
  std::sort(out.begin(), out.end(),
            [](const FreeBlock& a, const FreeBlock& b) { return a.base < b.base; });
  for (std::size_t i = 1; i < out.size(); ++i) {
    if (out[i].base >= out[i - 1].end) continue;
    find("free_blocks", {out[i].base, out[i].end}, "page " + hex(out[i].base) + " is free twice");
  }
  return out;
}

// Free pages are memory of their node and zone that nobody has, and make up what zones manage.
void check_free_blocks(const memmap_state_t& boot, const std::vector<FreeBlock>& free,
                       Findings& find) {
  const auto memory = memmap::plugin::memory_of(boot);
  const auto reserved = memmap::plugin::reserved_of(boot);
  std::map<std::pair<std::int32_t, std::uint32_t>, std::uint64_t> pages;
  for (const FreeBlock& f : free) {
    pages[{f.nid, f.zone}] += (f.end - f.base) / kPage;
    for_each_gap({f.base, f.end}, memory, [&](Range gap) {
      find("free_blocks", gap, text(gap) + " is free and no memory");
    });
    for (const memmap_range_t& m : memory) {
      if (m.base < f.end && m.end > f.base && m.nid != f.nid) {
        find("free_blocks", {f.base, f.end},
             text({f.base, f.end}) + " is free in node " + std::to_string(f.nid) +
                 " and memory of node " + std::to_string(m.nid));
      }
    }
    for (const memmap_range_t& r : reserved) {
      if (r.base >= f.end) break;
      if (r.end <= f.base) continue;
      find("free_blocks", {r.base, r.end}, text({r.base, r.end}) + " is reserved and free");
    }
  }
  for (const memmap_zone_t& z : memmap::plugin::zones_of(boot)) {
    const std::uint64_t free_pages = pages[{z.nid, z.type}];
    if (free_pages != z.managed_pages) {
      find("free_is_managed", {},
           zone_name(z) + " manages " + std::to_string(z.managed_pages) + " pages, " +
               std::to_string(free_pages) + " are free");
    }
    for (const FreeBlock& f : free) {
      if (f.nid != z.nid || f.zone != z.type) continue;
      if (f.base / kPage >= z.start_pfn && f.end / kPage <= z.start_pfn + z.spanned_pages) continue;
      find("free_blocks", {f.base, f.end},
           text({f.base, f.end}) + " is free in " + zone_name(z) + ", beyond its span");
    }
  }
}

// Each whole page of memory that is not reserved is free; only the end of a node, from a section's
// bound on, may wait where the kernel initialises it later.
void check_conserved(const memmap_state_t& boot, const std::vector<FreeBlock>& free,
                     Findings& find) {
  std::map<std::int32_t, std::uint64_t> last_free;  // by node: its free pages end there
  for (const FreeBlock& f : free) last_free[f.nid] = std::max(last_free[f.nid], f.end);
  const auto reserved = memmap::plugin::reserved_of(boot);
  for (const memmap_range_t& m : memmap::plugin::memory_of(boot)) {
    if ((m.flags & kNotFreed) != 0) continue;
    for_each_gap({m.base, m.end}, reserved, [&](Range unreserved) {
      const Range pages{(unreserved.base + kPage - 1) / kPage * kPage,
                        std::min(unreserved.end / kPage, boot.max_pfn) * kPage};
      if (pages.base >= pages.end) return;
      for_each_gap(pages, free, [&](Range lost) {
        const std::uint64_t section = lost.base / kPage / kSectionPages * kSectionPages * kPage;
        if ((boot.flags & MEMMAP_STATE_DEFERRED) != 0 && section >= last_free[m.nid]) return;
        find("conserved", lost, text(lost) + " is neither reserved nor free");
      });
    });
  }
}

void check_mappings(const memmap_state_t& boot, Findings& find) {
  std::uint64_t last = 0;  // byte of the mapping before
  bool any = false;
  for (const memmap_mapping_t& m : memmap::plugin::mappings_of(boot)) {
    if (m.page_size == 0 || m.pages == 0 || m.virt % m.page_size != 0 ||
        m.phys % m.page_size != 0) {
      find("mapped_once", {}, "a mapping at " + hex(m.virt) + " is empty or not aligned");
      continue;
    }
    if (any && m.virt <= last) find("mapped_once", {}, hex(m.virt) + " is mapped twice");
    last = m.virt + (m.page_size * m.pages - 1);
    any = true;
  }
}

struct Check {
  std::optional<std::vector<Range>> ram{};  // of the table that memblock was filled from
  std::set<std::string> told{};
};

void check(const memmap_state_t& boot, const Check& state, Findings& find) {
  check_memblock(boot, find);
  if (state.ram) check_memory_is_ram(boot, *state.ram, find);
  check_nodes(boot, find);
  check_zones(boot, find);
  if ((boot.flags & MEMMAP_STATE_HANDED_OVER) == 0) return;
  const std::vector<FreeBlock> free = free_runs(boot, find);
  check_free_blocks(boot, free, find);
  check_conserved(boot, free, find);
  check_mappings(boot, find);
}

std::int32_t prepare(const memmap_host_t* host, void** state) {
  return memmap::plugin::guarded(host, [state](const Host&) -> std::int32_t {
    *state = new Check;
    return MEMMAP_OK;
  });
}

void release(void* state) { delete static_cast<Check*>(state); }

std::int32_t event(void* state, const memmap_host_t* host, const memmap_event_t* event,
                   const memmap_state_t* boot) {
  return memmap::plugin::guarded(host, [=](const Host& h) -> std::int32_t {
    Check& c = *static_cast<Check*>(state);
    if (!c.ram && std::strcmp(event->step, "e820__memblock_setup") == 0) c.ram = ram_of(*boot);
    Findings find(h, c.told);
    check(*boot, c, find);
    return MEMMAP_OK;
  });
}

constexpr memmap_check_t kCheck = {
    sizeof(memmap_check_t), MEMMAP_EVENT_STEP, prepare, release, event, nullptr};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_CHECK_1) ? &kCheck : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "check_invariants", "1.0", "Checks after each step that every page is in one place",
    get_interface);
