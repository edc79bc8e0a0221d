#include "support/outcomes.h"

#include <algorithm>
#include <map>

#include "buddy/handoff.h"
#include "support/lists.h"

namespace memmap::test {
namespace {

E820Entry entry(std::uint64_t base, std::uint64_t end, E820Type type) {
  return {PhysAddr{base}, end - base, type};
}

// The largest aligned blocks that fit, as the buddy allocator is given them.
buddy::FreeArea blocks_of(std::uint64_t pfn, std::uint64_t end) {
  std::map<unsigned, std::vector<buddy::FreeRun>> runs;
  while (pfn < end) {
    unsigned order = 10;
    while (pfn % (1u << order) != 0 || pfn + (1u << order) > end) --order;
    auto& list = runs[order];
    if (!list.empty() && raw(list.back().first) + (list.back().count << order) == pfn) {
      ++list.back().count;
    } else {
      list.push_back({Pfn{pfn}, 1});
    }
    pfn += 1u << order;
  }
  buddy::FreeArea area;
  for (auto& [order, list] : runs)
    area.push_back({order, buddy::MigrateType::movable, std::move(list)});
  return area;
}

boot::ZoneState zone(zones::ZoneType type, std::uint64_t start, std::uint64_t spanned,
                     std::uint64_t present, std::uint64_t free_from, std::uint64_t free_to) {
  return {{type, Pfn{start}, spanned, present}, free_to - free_from, blocks_of(free_from, free_to)};
}

void own(boot::Outcome& o, std::uint64_t base, std::uint64_t end, const char* owner,
         const char* function) {
  const PhysRange range = PhysRange::make(base, end);
  o.owners.push_back({range, nullptr, owner, function});
  memblock::Regions reserved = o.state.memblock.reserved().regions();
  if (!reserved.empty() && reserved.back().range.end() == range.base()) {
    reserved.back().range = PhysRange::make(raw(reserved.back().range.base()), end);
  } else {
    reserved.push_back({range, memblock::kNone, memblock::kAnyNode});
  }
  set_reserved(o.state.memblock, reserved);
}

void add_up(boot::Outcome& o) {
  for (const E820Entry& e : o.state.e820.firmware.entries())
    o.totals.firmware_ram += e.type == E820Type::ram ? e.size : 0;
  for (const auto& r : o.state.memblock.memory().regions()) {
    o.totals.memory += r.range.size();
    for (const auto& s : o.state.memblock.reserved().regions())
      o.totals.reserved += r.range.intersect(s.range).size();
  }
  for (const auto& node : o.state.node_states) {
    for (const auto& z : node.zones) {
      o.totals.managed_pages += z.managed_pages;
      o.totals.free_pages += z.managed_pages;
    }
  }
}

boot::Outcome machine() {
  using enum E820Type;
  boot::Outcome o;
  o.subject = {
      .source = "two-nodes.log",
      .format = "dmesg",
      .notes = {"the log holds 3 boots; the last one was read"},
      .kernel = "debian-6.12-amd64",
      .kernel_origin = "built-in profile",
      .command_line =
          "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro quiet crashkernel=4G memmap=64K$0x50000000",
      .policy = "alloc_topdown"};
  o.state.e820.firmware.assign(
      {entry(0, 0x9fc00, ram), entry(0x9fc00, 0xa0000, reserved),
       entry(0xf0000, 0x100000, reserved), entry(0x100000, 0x7ffd0000, ram),
       entry(0x7ffd0000, 0x7ffe0000, acpi), entry(0x7ffe0000, 0x80000000, nvs),
       entry(0xfffc0000, 0x100000000, reserved), entry(0x100000000, 0x140000000, ram)});
  o.state.e820.kexec = o.state.e820.firmware;
  o.state.e820.table.assign(
      {entry(0, 0x1000, reserved), entry(0x1000, 0x9fc00, ram), entry(0x9fc00, 0xa0000, reserved),
       entry(0xf0000, 0x100000, reserved), entry(0x100000, 0x50000000, ram),
       entry(0x50000000, 0x50010000, reserved), entry(0x50010000, 0x7ffd0000, ram),
       entry(0x7ffd0000, 0x7ffe0000, acpi), entry(0x7ffe0000, 0x80000000, nvs),
       entry(0xfffc0000, 0x100000000, reserved), entry(0x100000000, 0x140000000, ram)});
  o.state.max_pfn = o.state.max_low_pfn = Pfn{0x140000};
  o.state.memblock.set_current_limit(PhysAddr{0x140000000});
  set_memory(o.state.memblock,
             {{PhysRange::make(0x1000, 0x9f000), memblock::kNone, 0},
              {PhysRange::make(0x100000, 0x50000000), memblock::kNone, 0},
              {PhysRange::make(0x50010000, 0x7ffd0000), memblock::kNone, 0},
              {PhysRange::make(0x100000000, 0x140000000), memblock::kHotplug, 1}});
  own(o, 0x0, 0x10000, "low memory", "setup_arch");
  own(o, 0x10000, 0x9f000, "real-mode trampoline", "reserve_real_mode");
  own(o, 0x100000, 0x3c00000, "kernel image", "setup_arch");
  own(o, 0x70000000, 0x7fe00000, "initrd", "reserve_initrd");
  own(o, 0x7fe00000, 0x7ff00000, "memory map", "memmap_alloc");
  for (std::uint64_t at = 0x7ff00000; at < 0x7ff06000; at += 0x1000) {
    own(o, at, at + 0x68, "resource tree", "e820__reserve_resources");
  }
  own(o, 0x7ff06000, 0x7ffd0000, "page tables", "alloc_low_pages");
  own(o, 0x13f000000, 0x140000000, "memory map", "memmap_alloc");
  using enum Severity;
  o.events = {
      {info,
       "e820__memory_setup",
       Rule{"e820__memory_setup", "arch/x86/kernel/e820.c, v6.12"},
       "BIOS-provided physical RAM map:",
       {}},
      {info, "trim_bios_range", Rule{"trim_bios_range", "arch/x86/kernel/setup.c, v6.12"},
       "e820: update [mem 0x00000000-0x00000fff] usable ==> reserved", PhysRange::make(0, 0x1000)},
      {info, "trim_bios_range", Rule{"trim_bios_range", "arch/x86/kernel/setup.c, v6.12"},
       "e820: remove [mem 0x000a0000-0x000fffff] usable", PhysRange::make(0xa0000, 0x100000)},
      {debug,
       "memblock_set_current_limit",
       Rule{"e820__memblock_setup", "arch/x86/kernel/e820.c, v6.12"},
       "memblock takes memory from the e820 table",
       {}},
      {warning,
       "reserve_crashkernel_generic",
       Rule{"reserve_crashkernel_generic", "kernel/crash_reserve.c, v6.12"},
       "crashkernel reservation failed - no suitable area for 4G below 64T",
       {}}};
  return o;
}

}  // namespace

boot::Outcome two_nodes() {
  using zones::ZoneType;
  boot::Outcome o = machine();
  o.state.nodes = {
      {{PhysRange::make(0, 0x80000000), 0}, {PhysRange::make(0x100000000, 0x140000000), 1}},
      {0, 1}};
  const boot::ZoneState empty_normal{{ZoneType::normal, Pfn{0}, 0, 0}, 0, {}};
  const boot::ZoneState empty_movable{{ZoneType::movable, Pfn{0}, 0, 0}, 0, {}};
  boot::ZoneState dma32 = zone(ZoneType::dma32, 0x1000, 0x7efd0, 0x7efc0, 0x3c00, 0x50000);
  buddy::FreeArea second = blocks_of(0x50010, 0x70000);
  for (buddy::FreeList& list : second) {  // both pieces of the zone in one list an order
    const auto same = std::find_if(dma32.free.begin(), dma32.free.end(),
                                   [&](const auto& l) { return l.order == list.order; });
    if (same == dma32.free.end()) {
      dma32.free.push_back(list);
    } else {
      same->runs.insert(same->runs.end(), list.runs.begin(), list.runs.end());
    }
  }
  std::sort(dma32.free.begin(), dma32.free.end(),
            [](const auto& a, const auto& b) { return a.order < b.order; });
  dma32.managed_pages += 0x70000 - 0x50010;
  o.state.node_states = {
      {0,
       Pfn{1},
       0x7ffcf,
       0x7ff5e,
       {zone(ZoneType::dma, 1, 0xfff, 0xf9e, 0, 0), dma32, empty_normal, empty_movable}},
      {1,
       Pfn{0x100000},
       0x40000,
       0x40000,
       {boot::ZoneState{{ZoneType::dma, Pfn{0}, 0, 0}, 0, {}},
        boot::ZoneState{{ZoneType::dma32, Pfn{0}, 0, 0}, 0, {}},
        zone(ZoneType::normal, 0x100000, 0x40000, 0x40000, 0x100000, 0x13f000), empty_movable}}};
  constexpr std::uint32_t kData = paging::kWritable | paging::kNoExecute | paging::kGlobal;
  const paging::Mapping mappings[] = {
      {VirtAddr{0xffff888000000000}, PhysAddr{0x0}, paging::kSize4K, 512, kData},
      {VirtAddr{0xffff888000200000}, PhysAddr{0x200000}, paging::kSize2M, 511, kData},
      {VirtAddr{0xffff888040000000}, PhysAddr{0x40000000}, paging::kSize2M, 511, kData},
      {VirtAddr{0xffff88807fe00000}, PhysAddr{0x7fe00000}, paging::kSize4K, 464, kData},
      {VirtAddr{0xffff888100000000}, PhysAddr{0x100000000}, paging::kSize1G, 1, kData},
      {VirtAddr{0xffffffff81000000}, PhysAddr{0x1000000}, paging::kSize2M, 22,
       paging::kGlobal | paging::kWritable},
      {VirtAddr{0xffffffffff5fd000}, PhysAddr{0xfee00000}, paging::kSize4K, 1,
       kData | paging::kCacheDisable | paging::kWriteThrough}};
  for (const paging::Mapping& m : mappings) o.state.page_tables.map(m);
  o.fixmap = {{"FIX_APIC_BASE", 514, fixmap::Lifetime::permanent, VirtAddr{0xffffffffff5fd000},
               PhysAddr{0xfee00000}, kData | paging::kCacheDisable | paging::kWriteThrough}};
  add_up(o);
  o.totals.mem_total_kib = 2744832;
  for (boot::NodeState& node : o.state.node_states) {
    for (boot::ZoneState& z : node.zones) z.lists = buddy::lists_of({.free = z.free});
  }
  return o;
}

boot::Outcome stopped() {
  boot::Outcome o = machine();
  o.panicked = true;
  o.events.push_back({Severity::panic, "memmap_alloc", Rule{"memmap_alloc", "mm/mm_init.c, v6.12"},
                      "Failed to allocate 33554432 bytes for node 1 memory map",
                      PhysRange::make(0x100000000, 0x140000000)});
  add_up(o);
  return o;
}

boot::Outcome hostile() {
  boot::Outcome o;
  o.subject = {.source = "<b>\\N\"a\"</b>\x1b[2J\xff\xfe.log",
               .format = "dm\nesg",
               .notes = {"\xe2\x80\xae reversed", std::string("nul\0in it", 9),
                         "caf\xc3\xa9 \xf0\x9f\x90\xa7"},
               .kernel = "\\G\\l{|}<p>",
               .kernel_origin = "\x7f",
               .command_line = std::string(300, 'x') + "\t\"quoted\"",
               .policy = "\xed\xa0\x80 surrogate"};
  o.state.e820.firmware.assign({{PhysAddr{0}, 0x100000, E820Type::ram},
                                {PhysAddr{0x100000}, ~std::uint64_t{0} - 0xfffff, E820Type{99}}});
  o.state.e820.table.assign({{PhysAddr{0}, 0x100000, E820Type::ram}});
  o.state.memblock.set_current_limit(PhysAddr{0});
  set_memory(o.state.memblock,
             {{PhysRange::make(0x1000, 0x100000), 0x80000004, memblock::kAnyNode}});
  own(o, 0x2000, 0x2001, "<owner>\x1b]0;title\x07", "f\x80n");
  own(o, 0x3000, 0x3fff, "", "");
  o.events = {{Severity::warning,
               "\x1b[31mstep",
               Rule{"", "\xc0\xaf"},
               "overlong \xc0\xaf and \x9b csi",
               {}}};
  add_up(o);
  return o;
}

}  // namespace memmap::test
