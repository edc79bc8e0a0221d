#include "account/columns.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "boot/owner.h"
#include "machine/e820_words.h"
#include "paging/areas.h"

namespace memmap::account {
namespace {

using memblock::Owner;
namespace owner = boot::owner;

// clang-format off
constexpr std::array<ColumnWords, kColumns> kColumnWords{{
    {"firmware",   "firmware's map",    "e820_table_firmware"},
    {"e820",       "kernel's table",    "e820_table"},
    {"memory",     "memblock.memory",   "memblock.memory"},
    {"reserved",   "memblock.reserved", "memblock.reserved"},
    {"direct_map", "direct map",        "init_mem_mapping()"},
    {"zones",      "nodes and zones",   "free_area_init()"},
    {"free",       "free blocks",       "memblock_free_all()"},
}};

constexpr std::array<KindWords, kKinds> kKindWords{{
    {"ram",           "RAM"},
    {"reserved",      "reserved"},
    {"acpi",          "ACPI data"},
    {"nvs",           "ACPI NVS"},
    {"unusable",      "unusable"},
    {"persistent",    "persistent memory"},
    {"soft_reserved", "soft reserved"},
    {"other_type",    "another type"},
    {"memory",        "memory"},
    {"nomap",         "not to be mapped"},
    {"kernel",        "kernel image, brk"},
    {"initrd",        "initrd"},
    {"page_tables",   "page tables"},
    {"struct_pages",  "struct pages, sections, nodes"},
    {"boot_data",     "hash tables, per-CPU areas, other data"},
    {"set_aside",     "set aside: crash kernel, CMA, huge pages, IO TLB"},
    {"firmware_data", "firmware's and boot loader's data"},
    {"other_owner",   "plugins; owner not recorded"},
    {"pages_4k",      "4K pages"},
    {"pages_2m",      "2M pages"},
    {"pages_1g",      "1G pages"},
    {"dma",           "DMA"},
    {"dma32",         "DMA32"},
    {"normal",        "Normal"},
    {"movable",       "Movable"},
    {"order_0_3",     "order 0 to 3"},
    {"order_4_8",     "order 4 to 8"},
    {"order_9",       "order 9"},
    {"order_10",      "order 10 and above"},
    {"deferred",      "deferred: initialised later"},
    {"given_back",    "given back"},
}};

constexpr std::pair<const Owner*, Kind> kOwnerKinds[] = {
    {&owner::kACPITable, Kind::firmware_data},
    {&owner::kACPITables, Kind::firmware_data},
    {&owner::kACPITablesOfTheInitrd, Kind::initrd},
    {&owner::kArrayOfMemorySections, Kind::struct_pages},
    {&owner::kBIOSArea, Kind::firmware_data},
    {&owner::kBrk, Kind::kernel},
    {&owner::kBrkArea, Kind::kernel},
    {&owner::kCMACrashKernel, Kind::set_aside},
    {&owner::kCMADMABuffers, Kind::set_aside},
    {&owner::kCMAHugePages, Kind::set_aside},
    {&owner::kCrashKernel, Kind::set_aside},
    {&owner::kData, Kind::struct_pages},
    {&owner::kDistancesBetweenNodes, Kind::struct_pages},
    {&owner::kEFIBootServices, Kind::firmware_data},
    {&owner::kEFIMemoryAttributes, Kind::firmware_data},
    {&owner::kEFIMemoryMap, Kind::firmware_data},
    {&owner::kEFIPicture, Kind::firmware_data},
    {&owner::kEFISystemResourceTable, Kind::firmware_data},
    {&owner::kEFITables, Kind::firmware_data},
    {&owner::kFirst64KiB, Kind::firmware_data},
    {&owner::kFirstMiB, Kind::firmware_data},
    {&owner::kFirstPage, Kind::firmware_data},
    {&owner::kGartAperture, Kind::set_aside},
    {&owner::kHugePages, Kind::set_aside},
    {&owner::kInitrd, Kind::initrd},
    {&owner::kISCSIBootTable, Kind::firmware_data},
    {&owner::kKernelImage, Kind::kernel},
    {&owner::kLowMemory, Kind::firmware_data},
    {&owner::kMemorySections, Kind::struct_pages},
    {&owner::kMPConfigurationTable, Kind::firmware_data},
    {&owner::kMPFloatingPointer, Kind::firmware_data},
    {&owner::kMPTables, Kind::firmware_data},
    {&owner::kNewMPTable, Kind::firmware_data},
    {&owner::kPageTables, Kind::page_tables},
    {&owner::kPageTablesOfCPUEntryAreas, Kind::page_tables},
    {&owner::kPageTablesOfPerCPUAreas, Kind::page_tables},
    {&owner::kPageTablesOfStructPages, Kind::page_tables},
    {&owner::kPlugin, Kind::other_owner},
    {&owner::kReserveMem, Kind::set_aside},
    {&owner::kSetupData, Kind::firmware_data},
    {&owner::kSoftReserved, Kind::firmware_data},
    {&owner::kSoftwareIOTLB, Kind::set_aside},
    {&owner::kStructPages, Kind::struct_pages},
    {&owner::kUnacceptedMemory, Kind::firmware_data},
    {&owner::kUsageMapsOfSections, Kind::struct_pages},
    {&owner::kWatchedForTheBIOSSWrites, Kind::firmware_data},
};
// clang-format on

// What no row names is data that the kernel keeps for itself.
Kind kind_of(const Owner* owner) {
  if (owner == nullptr) return Kind::other_owner;
  for (const auto& [known, kind] : kOwnerKinds)
    if (known == owner) return kind;
  return Kind::boot_data;
}

Kind kind_of_order(unsigned order) {
  if (order <= 3) return Kind::order_0_3;
  if (order <= 8) return Kind::order_4_8;
  return order == 9 ? Kind::order_9 : Kind::order_10;
}

std::vector<Block> of_table(const e820::Table& table) {
  std::vector<Block> out;
  out.reserve(table.entries().size());
  for (const E820Entry& e : table.entries()) {
    const std::uint64_t end = e.wraps() ? std::numeric_limits<std::uint64_t>::max() : e.end();
    out.push_back({PhysRange::make(raw(e.addr), end), kind_of_type(e.type), e820_name(e.type)});
  }
  return out;
}

std::vector<Block> of_memory(const memblock::Memblock& memblock) {
  std::vector<Block> out;
  for (const memblock::Region& r : memblock.memory().regions()) {
    const Kind kind = (r.flags & memblock::kNomap) != 0 ? Kind::nomap : Kind::memory;
    out.push_back({r.range,
                   kind,
                   memblock.has_node(r) ? "node " + std::to_string(r.nid) : "memory",
                   {},
                   r.flags});
  }
  return out;
}

// What is reserved and nobody is known to have is there as well.
std::vector<Block> of_reserved(const memblock::Memblock& memblock,
                               std::span<const boot::Owned> owned) {
  std::vector<Block> out;
  for (const boot::Owned& o : owned) {
    out.push_back(
        {o.range, kind_of(o.owner), o.words.empty() ? "not recorded" : o.words, o.function});
  }
  auto next = owned.begin();
  for (const memblock::Region& r : memblock.reserved().regions()) {
    std::uint64_t at = raw(r.range.base());
    while (next != owned.end() && next->range.end() <= r.range.base()) ++next;
    const auto unknown = [&](std::uint64_t end) {
      if (at < end) out.push_back({PhysRange::make(at, end), Kind::other_owner, "not recorded"});
    };
    for (auto o = next; o != owned.end() && o->range.base() < r.range.end(); ++o) {
      unknown(raw(o->range.base()));
      at = std::max(at, raw(o->range.end()));
    }
    unknown(raw(r.range.end()));
  }
  return out;
}

std::vector<Block> of_direct_map(const paging::AddressSpace& tables) {
  std::vector<Block> out;
  const paging::Bases& bases = tables.bases();
  for (const paging::Mapping& m : tables.mappings()) {
    if (paging::area_of(m.virt, tables.levels(), bases) != paging::kDirectMap) continue;
    const auto range = PhysRange::from_size(m.phys, m.bytes());
    if (!range) continue;
    if (m.page_size == paging::kSize4K) {
      out.push_back({*range, Kind::pages_4k, "4K pages"});
    } else if (m.page_size == paging::kSize2M) {
      out.push_back({*range, Kind::pages_2m, "2M pages"});
    } else {
      out.push_back({*range, Kind::pages_1g, "1G pages"});
    }
  }
  return out;
}

PhysRange pages(std::uint64_t start, std::uint64_t end) {
  return PhysRange::make(start << kPageShift, end << kPageShift);
}

// Of each zone, the memory of its node within it: nodes whose spans interleave do not share any.
std::vector<Block> of_zones(const boot::State& state) {
  std::vector<Block> out;
  const memblock::Regions memory = state.memblock.memory().regions();
  for (const boot::NodeState& node : state.node_states) {
    std::vector<zones::Zone> zones;
    for (const boot::ZoneState& z : node.zones) zones.push_back(z.zone);
    for (const memblock::Region& r : memory) {
      if (r.nid != node.nid) continue;
      const buddy::PageRun run{raw(pfn_up(r.range.base())), raw(pfn_down(r.range.end()))};
      if (run.start >= run.end) continue;
      buddy::each_zone_pages(run, zones, false, [&](std::size_t zone, buddy::PageRun part) {
        const zones::ZoneType type = zones[zone].type;
        out.push_back({pages(part.start, part.end),
                       static_cast<Kind>(static_cast<int>(Kind::dma) + static_cast<int>(type)),
                       "node " + std::to_string(node.nid) + " " + std::string(zones::name(type))});
      });
    }
  }
  return out;
}

std::vector<Block> of_free(const boot::State& state, boot::Moment moment) {
  std::vector<Block> out;
  for (const boot::NodeState& node : state.node_states) {
    for (const boot::ZoneState& zone : node.zones) {
      for (const buddy::FreeList& list : zone.free) {
        const std::string label = "order " + std::to_string(list.order);
        for (const buddy::FreeRun& run : list.runs) {
          const std::uint64_t first = raw(run.first);
          out.push_back(
              {pages(first, first + (run.count << list.order)), kind_of_order(list.order), label});
        }
      }
      for (const buddy::PageRun& run : zone.deferred)
        out.push_back({pages(run.start, run.end), Kind::deferred, "deferred"});
    }
  }
  if (moment == boot::Moment::hand_over) return out;
  for (const boot::GivenBack& given : state.page_allocator.given_back)
    out.push_back({given.range, Kind::given_back, std::string(given.what)});
  return out;
}

std::vector<Block> blocks_of(ColumnId id, const boot::State& state,
                             std::span<const boot::Owned> owned, boot::Moment moment) {
  switch (id) {
    case ColumnId::firmware:
      return of_table(state.e820.firmware);
    case ColumnId::e820:
      return of_table(state.e820.table);
    case ColumnId::memory:
      return of_memory(state.memblock);
    case ColumnId::reserved:
      return of_reserved(state.memblock, owned);
    case ColumnId::direct_map:
      return of_direct_map(state.page_tables);
    case ColumnId::zones:
      return of_zones(state);
    case ColumnId::free:
      return of_free(state, moment);
  }
  return {};
}

}  // namespace

const ColumnWords& words_of(ColumnId id) { return kColumnWords[static_cast<std::size_t>(id)]; }

Kind kind_of_type(E820Type type) {
  switch (type) {
    case E820Type::ram:
    case E820Type::reserved_kern:
      return Kind::ram;
    case E820Type::reserved:
      return Kind::reserved;
    case E820Type::acpi:
      return Kind::acpi;
    case E820Type::nvs:
      return Kind::nvs;
    case E820Type::unusable:
      return Kind::unusable;
    case E820Type::pmem:
    case E820Type::pram:
      return Kind::persistent;
    case E820Type::soft_reserved:
      return Kind::soft_reserved;
  }
  return Kind::other_type;
}

Kind kind_of_owner(std::string_view words) {
  if (words.empty()) return Kind::other_owner;
  std::pair<std::size_t, Kind> best{0, Kind::boot_data};
  for (const auto& [known, kind] : kOwnerKinds) {
    if (!known->words.empty() && words.starts_with(known->words))
      best = std::max(best, {known->words.size(), kind});
  }
  return best.second;
}

void settle(std::vector<Block>& blocks) {
  std::ranges::stable_sort(blocks, {}, [](const Block& b) { return b.range.base(); });
  std::vector<Block> out;
  out.reserve(blocks.size());
  for (Block& b : blocks) {
    if (!out.empty() && b.range.base() < out.back().range.end()) {
      b.range = PhysRange::make(raw(out.back().range.end()),
                                std::max(raw(out.back().range.end()), raw(b.range.end())));
    }
    if (b.range.empty()) continue;
    const bool touches = !out.empty() && out.back().range.end() == b.range.base();
    if (touches) {
      Block& last = out.back();
      if (last.kind == b.kind && last.label == b.label && last.by == b.by &&
          last.flags == b.flags) {
        last.range = PhysRange::make(raw(last.range.base()), raw(b.range.end()));
        continue;
      }
    }
    out.push_back(std::move(b));
  }
  blocks = std::move(out);
}

const KindWords& words_of(Kind kind) { return kKindWords[static_cast<std::size_t>(kind)]; }

Column column_of(ColumnId id, const boot::State& state, std::span<const boot::Owned> owned,
                 boot::Moment moment) {
  Column out{id, blocks_of(id, state, owned, moment)};
  settle(out.blocks);
  return out;
}

std::array<Column, kColumns> columns_of(const boot::Outcome& outcome) {
  std::array<Column, kColumns> out;
  for (std::size_t i = 0; i < kColumns; ++i) {
    out[i] =
        column_of(static_cast<ColumnId>(i), outcome.state, outcome.owners, boot::Moment::hand_over);
  }
  return out;
}

}  // namespace memmap::account
