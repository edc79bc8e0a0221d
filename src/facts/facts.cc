#include "facts/facts.h"

#include <algorithm>
#include <initializer_list>

#include "boot/owner.h"

namespace memmap::facts {
namespace {

using boot::Outcome;
using boot::Owned;
namespace owner = boot::owner;
using Value = std::optional<std::uint64_t>;

using Ranges = std::vector<PhysRange>;

Ranges had_by(const Outcome& outcome, std::initializer_list<const memblock::Owner*> owners) {
  Ranges out;
  for (const Owned& piece : outcome.owners) {
    if (std::ranges::find(owners, piece.owner) != owners.end()) out.push_back(piece.range);
  }
  return out;
}

// Beside a crash kernel above 4 GiB, what lies below is the part for DMA.
// kernel: crashk_res, crashk_low_res, kernel/crash_core.c, v6.12
enum class CrashPart { main, low };
Ranges crash_part(const Outcome& outcome, CrashPart part) {
  constexpr PhysAddr k4G{4 * kGiB};
  Ranges all = had_by(outcome, {&owner::kCrashKernel});
  const bool has_low = !all.empty() && all.back().base() >= k4G;
  std::erase_if(all, [&](PhysRange range) {
    const bool low = has_low && range.end() <= k4G;
    return low != (part == CrashPart::low);
  });
  return all;
}

Ranges crashkernel(const Outcome& o) { return crash_part(o, CrashPart::main); }
Ranges crashkernel_low(const Outcome& o) { return crash_part(o, CrashPart::low); }
Ranges cma(const Outcome& o) {
  return had_by(o, {&owner::kCMADMABuffers, &owner::kCMAHugePages, &owner::kCMACrashKernel});
}
Ranges swiotlb(const Outcome& o) { return had_by(o, {&owner::kSoftwareIOTLB}); }
Ranges kernel(const Outcome& o) { return had_by(o, {&owner::kKernelImage}); }
Ranges initrd(const Outcome& o) { return o.state.initrd ? Ranges{*o.state.initrd} : Ranges{}; }
Ranges struct_pages(const Outcome& o) { return had_by(o, {&owner::kStructPages}); }
Ranges gigantic_pages(const Outcome& o) {
  Ranges out = o.state.gigantic_pages;
  std::ranges::sort(out);
  return out;
}

Ranges of_regions(const memblock::RegionType& regions) {
  Ranges out;
  for (const memblock::Region& region : regions.regions()) out.push_back(region.range);
  return out;
}

Ranges usable(const Outcome& o) {
  Ranges out;
  for (const E820Entry& e : o.state.e820.table.entries()) {
    const auto range = PhysRange::from_size(e.addr, e.size);
    if (range && !range->empty() && e.type == E820Type::ram) out.push_back(*range);
  }
  return out;
}

// nullopt: nothing.
Value size_of(const Ranges& ranges) {
  std::uint64_t bytes = 0;
  for (const PhysRange range : ranges) bytes += range.size();
  return bytes == 0 ? std::nullopt : Value(bytes);
}
// Of the largest piece.
Value place_of(const Ranges& ranges) {
  const auto largest = std::ranges::max_element(ranges, {}, &PhysRange::size);
  return largest == ranges.end() ? std::nullopt : Value(raw(largest->base()));
}

template <Ranges (*kThing)(const Outcome&)>
Value size(const Outcome& o) {
  return size_of(kThing(o));
}
template <Ranges (*kThing)(const Outcome&)>
Value place(const Outcome& o) {
  return place_of(kThing(o));
}

Value page_tables(const Outcome& o) {
  Value out = 0;
  for (unsigned level = 1; level <= o.state.page_tables.levels(); ++level)
    *out += o.state.page_tables.tables(level).size() * kPageSize;
  return out;
}

// Once the kernel has nodes.
Value sum_of(const Outcome& o, std::uint64_t boot::NodeState::*pages) {
  if (o.state.node_states.empty()) return std::nullopt;
  std::uint64_t out = 0;
  for (const boot::NodeState& node : o.state.node_states) out += node.*pages;
  return out << kPageShift;
}

Value handed_over(const Outcome& o, std::uint64_t pages) {
  return o.state.handed_over ? Value(pages << kPageShift) : std::nullopt;
}

Value managed(const Outcome& o) {
  if (o.state.page_allocator.zones.empty()) return std::nullopt;
  std::uint64_t pages = 0;
  for (const buddy::ZonePages& zone : o.state.page_allocator.zones) pages += zone.managed_pages;
  return pages << kPageShift;
}

Value told(const Outcome& o, Severity severity) {
  return static_cast<std::uint64_t>(std::ranges::count(o.events, severity, &Event::severity));
}

// nullopt: one of the counts is not known.
Value huge_pages(const Outcome& o) {
  std::uint64_t pages = 0;
  for (const boot::HugePageSize& size : o.state.huge_page_sizes) {
    if (!size.pages) return std::nullopt;
    pages += *size.pages;
  }
  return pages;
}

Value findings(const Outcome& o) {
  std::uint64_t count = 0;
  for (const boot::CheckReport& check : o.checks) count += check.findings.size();
  return count;
}

Value lost(const Outcome& o) {
  std::uint64_t bytes = 0;
  for (const boot::Loss& loss : o.losses) bytes += loss.range.size();
  return bytes;
}

Value memory_end(const Outcome& o) {
  const auto& list = o.state.memblock.memory().list;
  if (list.empty()) return std::nullopt;
  return raw(list.at(list.last()).range.end());
}

Value frames(Pfn pfn) { return raw(pfn) == 0 ? std::nullopt : Value(raw(pfn)); }
Value kib(Value value) { return value ? Value(*value * kKiB) : std::nullopt; }

constexpr Unit kBytes = Unit::bytes;
constexpr Unit kPlace = Unit::address;
constexpr Unit kCount = Unit::count;
constexpr Absent kNone = Absent::none;
constexpr Absent kUnknown = Absent::unknown;

// clang-format off
constexpr Fact kFacts[] = {
    // The way of the memory, from what is plugged in to what is free.
    {"installed",       "memory that is plugged in",              kBytes, kUnknown, [](const Outcome& o) { return o.installed_ram; }},
    {"firmware_ram",    "RAM in the firmware's map",              kBytes, kUnknown, [](const Outcome& o) { return Value(o.totals.firmware_ram); }},
    {"lost",            "RAM that memblock has not",              kBytes, kUnknown, lost},
    {"memory",          "memory that memblock has",               kBytes, kUnknown, [](const Outcome& o) { return Value(o.totals.memory); }},
    {"reserved",        "memory that memblock has reserved",      kBytes, kUnknown, [](const Outcome& o) { return Value(o.totals.reserved); }},
    {"present",         "pages of all zones that exist",          kBytes, kUnknown, [](const Outcome& o) { return sum_of(o, &boot::NodeState::present_pages); }},
    {"spanned",         "what nodes span, holes included",        kBytes, kUnknown, [](const Outcome& o) { return sum_of(o, &boot::NodeState::spanned_pages); }},
    {"handed_over",     "handed over to the page allocator",      kBytes, kUnknown, [](const Outcome& o) { return handed_over(o, o.totals.managed_pages); }},
    {"managed",         "the page allocator's, in user space",    kBytes, kUnknown, managed},
    {"free",            "free at the hand-over",                  kBytes, kUnknown, [](const Outcome& o) { return handed_over(o, o.totals.free_pages); }},
    {"mem_total",       "MemTotal",                               kBytes, kUnknown, [](const Outcome& o) { return kib(o.totals.mem_total_kib); }},
    // What parameters set aside.
    {"crashkernel",     "crash kernel",                           kBytes, kNone,    size<crashkernel>},
    {"crashkernel_at",  "crash kernel's place",                   kPlace, kNone,    place<crashkernel>},
    {"crashkernel_low", "crash kernel's part below 4 GiB",        kBytes, kNone,    size<crashkernel_low>},
    {"gigantic_pages",  "huge pages of 1 GiB",                    kCount, kNone,    [](const Outcome& o) { const std::uint64_t n = o.state.gigantic_pages.size(); return n == 0 ? std::nullopt : Value(n); }},
    {"huge_pages",      "huge pages of all sizes",                kCount, kUnknown, huge_pages},
    {"cma",             "CMA",                                    kBytes, kNone,    size<cma>},
    {"cma_at",          "CMA's place",                            kPlace, kNone,    place<cma>},
    {"swiotlb",         "software IO TLB",                        kBytes, kNone,    size<swiotlb>},
    {"swiotlb_at",      "software IO TLB's place",                kPlace, kNone,    place<swiotlb>},
    // What the kernel takes for itself.
    {"kernel",          "kernel image",                           kBytes, kNone,    size<kernel>},
    {"kernel_at",       "kernel image's place",                   kPlace, kNone,    place<kernel>},
    {"initrd",          "initrd",                                 kBytes, kNone,    size<initrd>},
    {"initrd_at",       "initrd's place",                         kPlace, kNone,    place<initrd>},
    {"struct_pages",    "struct pages",                           kBytes, kNone,    size<struct_pages>},
    {"page_tables",     "page tables of the kernel",              kBytes, kUnknown, page_tables},
    {"direct_4k",       "4K pages of the direct map, as DirectMap4k counts",  kCount, kUnknown, [](const Outcome& o) { return Value(o.state.direct_pages.of(1)); }},
    {"direct_2m",       "2M pages of the direct map, as DirectMap2M counts",  kCount, kUnknown, [](const Outcome& o) { return Value(o.state.direct_pages.of(2)); }},
    {"direct_1g",       "1G pages of the direct map, as DirectMap1G counts",  kCount, kUnknown, [](const Outcome& o) { return Value(o.state.direct_pages.of(3)); }},
    // How the memory is laid out.
    {"memory_end",      "end of memblock's memory",               kPlace, kUnknown, memory_end},
    {"max_pfn",         "page frames up to the end of RAM",       kCount, kUnknown, [](const Outcome& o) { return frames(o.state.max_pfn); }},
    {"max_low_pfn",     "page frames up to the end of low RAM",   kCount, kUnknown, [](const Outcome& o) { return frames(o.state.max_low_pfn); }},
    {"nodes",           "nodes with memory",                      kCount, kUnknown, [](const Outcome& o) { return Value(o.state.nodes.online.size()); }},
    {"e820_entries",    "entries of the kernel's e820 table",     kCount, kUnknown, [](const Outcome& o) { return Value(o.state.e820.table.entries().size()); }},
    {"memory_regions",  "regions of memblock.memory",             kCount, kUnknown, [](const Outcome& o) { return Value(o.state.memblock.memory().list.size()); }},
    {"reserved_regions","regions of memblock.reserved",           kCount, kUnknown, [](const Outcome& o) { return Value(o.state.memblock.reserved().list.size()); }},
    {"min_free",        "min_free_kbytes",                        kBytes, kUnknown, [](const Outcome& o) { return kib(o.state.page_allocator.watermarks.empty() ? std::nullopt : Value(o.state.page_allocator.min_free_kbytes)); }},
    // What the kernel says.
    {"events",          "what the kernel says or decides",        kCount, kUnknown, [](const Outcome& o) { return Value(o.events.size()); }},
    {"warnings",        "warnings",                               kCount, kUnknown, [](const Outcome& o) { return told(o, Severity::warning); }},
    {"findings",        "what check plugins found",               kCount, kUnknown, findings},
    {"panics",          "panics",                                 kCount, kUnknown, [](const Outcome& o) { return told(o, Severity::panic); }},
};

constexpr Thing kThings[] = {
    {"crashkernel",     "crash kernel",                     crashkernel},
    {"crashkernel_low", "crash kernel's part below 4 GiB",  crashkernel_low},
    {"cma",             "CMA",                              cma},
    {"swiotlb",         "software IO TLB",                  swiotlb},
    {"gigantic_pages",  "huge pages of 1 GiB",              gigantic_pages},
    {"kernel",          "kernel image",                     kernel},
    {"initrd",          "initrd",                           initrd},
    {"struct_pages",    "struct pages",                     struct_pages},
    {"usable",          "usable memory of the e820 table",  usable},
    {"memory",          "memory that memblock has",         [](const Outcome& o) { return of_regions(o.state.memblock.memory()); }},
    {"reserved",        "memory that memblock has reserved", [](const Outcome& o) { return of_regions(o.state.memblock.reserved()); }},
};
// clang-format on

}  // namespace

std::span<const Fact> facts() { return kFacts; }

const Fact* fact_named(std::string_view name) {
  const auto* const found = std::ranges::find(kFacts, name, &Fact::name);
  return found == std::end(kFacts) ? nullptr : found;
}

std::span<const Thing> things() { return kThings; }

const Thing* thing_named(std::string_view name) {
  const auto* const found = std::ranges::find(kThings, name, &Thing::name);
  return found == std::end(kThings) ? nullptr : found;
}

}  // namespace memmap::facts
