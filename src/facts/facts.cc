#include "facts/facts.h"

#include <algorithm>
#include <initializer_list>

#include "boot/owner.h"

namespace memmap::facts {
namespace {

using boot::Outcome;
namespace owner = boot::owner;
using Value = std::optional<std::uint64_t>;
using Ranges = std::vector<PhysRange>;

Ranges ranges_of(const Outcome& outcome, std::initializer_list<const memblock::Owner*> owners) {
  Ranges out;
  for (const boot::Owned& piece : outcome.owners)
    if (std::ranges::find(owners, piece.owner) != owners.end()) out.push_back(piece.range);
  return out;
}

Ranges crashkernel(const Outcome& o) { return ranges_of(o, {&owner::kCrashKernel}); }
Ranges cma(const Outcome& o) {
  return ranges_of(o, {&owner::kCMACrashKernel, &owner::kCMADMABuffers, &owner::kCMAHugePages});
}
Ranges swiotlb(const Outcome& o) { return ranges_of(o, {&owner::kSoftwareIOTLB}); }
Ranges kernel_image(const Outcome& o) {
  return ranges_of(o, {&owner::kKernelImage, &owner::kBrkArea});
}
Ranges initrd(const Outcome& o) { return o.state.initrd ? Ranges{*o.state.initrd} : Ranges{}; }
Ranges page_tables(const Outcome& o) {
  return ranges_of(o, {&owner::kPageTables, &owner::kPageTablesOfCPUEntryAreas,
                       &owner::kPageTablesOfPerCPUAreas, &owner::kPageTablesOfStructPages});
}
Ranges struct_pages(const Outcome& o) { return ranges_of(o, {&owner::kStructPages}); }

Value unless_0(std::uint64_t value) { return value == 0 ? std::nullopt : Value(value); }

std::uint64_t bytes_in(const Ranges& ranges) {
  std::uint64_t out = 0;
  for (const PhysRange& range : ranges) out += range.size();
  return out;
}

// Where the largest of them lies.
Value place_of(const Ranges& ranges) {
  const auto largest =
      std::ranges::max_element(ranges, {}, [](const PhysRange& range) { return range.size(); });
  return largest == ranges.end() ? std::nullopt : Value(raw(largest->base()));
}

std::uint64_t told(const Outcome& outcome, Severity severity) {
  return static_cast<std::uint64_t>(
      std::ranges::count(outcome.events, severity, &Event::severity));
}

Value huge_pages(const Outcome& outcome, std::uint64_t size) {
  for (const boot::HugePageSize& h : outcome.state.huge_page_sizes)
    if (h.size == size) return h.pages;
  return std::nullopt;
}

// clang-format off
constexpr Fact kFacts[] = {
    {"installed",       "RAM that is plugged in",               Unit::bytes,   [](const Outcome& o) { return Value(o.installed_ram); }},
    {"firmware_ram",    "RAM in the firmware's map",            Unit::bytes,   [](const Outcome& o) { return Value(o.totals.firmware_ram); }},
    {"memory",          "memblock.memory",                      Unit::bytes,   [](const Outcome& o) { return Value(o.totals.memory); }},
    {"reserved",        "memblock.reserved within memory",      Unit::bytes,   [](const Outcome& o) { return Value(o.totals.reserved); }},
    {"handed_over",     "handed over to the page allocator",    Unit::bytes,   [](const Outcome& o) { return unless_0(o.totals.managed_pages << kPageShift); }},
    {"mem_total",       "MemTotal",                             Unit::bytes,   [](const Outcome& o) { return o.totals.mem_total_kib ? Value(*o.totals.mem_total_kib * kKiB) : std::nullopt; }},
    {"max_pfn",         "end of memory",                        Unit::address, [](const Outcome& o) { return Value(raw(o.state.max_pfn) << kPageShift); }},
    {"nodes",           "nodes with memory",                    Unit::count,   [](const Outcome& o) { return Value(o.state.node_states.size()); }},
    {"crashkernel",     "crash kernel",                         Unit::bytes,   [](const Outcome& o) { return unless_0(bytes_in(crashkernel(o))); }},
    {"crashkernel_at",  "crash kernel's place",                 Unit::address, [](const Outcome& o) { return place_of(crashkernel(o)); }},
    {"gigantic_pages",  "huge pages of 1 GiB",                  Unit::count,   [](const Outcome& o) { return unless_0(o.state.gigantic_pages.size()); }},
    {"hugepages_2m",    "huge pages of 2 MiB",                  Unit::count,   [](const Outcome& o) { return huge_pages(o, 2 * kMiB); }},
    {"cma",             "CMA",                                  Unit::bytes,   [](const Outcome& o) { return unless_0(bytes_in(cma(o))); }},
    {"cma_at",          "CMA's place",                          Unit::address, [](const Outcome& o) { return place_of(cma(o)); }},
    {"swiotlb",         "software IO TLB",                      Unit::bytes,   [](const Outcome& o) { return unless_0(bytes_in(swiotlb(o))); }},
    {"swiotlb_at",      "software IO TLB's place",              Unit::address, [](const Outcome& o) { return place_of(swiotlb(o)); }},
    {"kernel_at",       "kernel image's place",                 Unit::address, [](const Outcome& o) { return place_of(kernel_image(o)); }},
    {"initrd_at",       "initrd's place",                       Unit::address, [](const Outcome& o) { return place_of(initrd(o)); }},
    {"struct_pages",    "struct pages",                         Unit::bytes,   [](const Outcome& o) { return Value(bytes_in(struct_pages(o))); }},
    {"page_tables",     "page tables in memblock.reserved",     Unit::bytes,   [](const Outcome& o) { return Value(bytes_in(page_tables(o))); }},
    {"min_free",        "min_free_kbytes",                      Unit::bytes,   [](const Outcome& o) { return unless_0(o.state.page_allocator.min_free_kbytes * kKiB); }},
    {"warnings",        "warnings of the kernel's",             Unit::count,   [](const Outcome& o) { return Value(told(o, Severity::warning)); }},
    {"panics",          "panics",                               Unit::count,   [](const Outcome& o) { return Value(o.panicked ? 1 : 0); }},
};

constexpr Thing kThings[] = {
    {"crashkernel",  "the crash kernel",    crashkernel},
    {"cma",          "CMA's areas",         cma},
    {"swiotlb",      "the software IO TLB", swiotlb},
    {"kernel",       "the kernel's image",  kernel_image},
    {"initrd",       "the initrd",          initrd},
    {"struct_pages", "struct pages",        struct_pages},
    {"page_tables",  "page tables",         page_tables},
};
// clang-format on

}  // namespace

std::span<const Fact> facts() { return kFacts; }

const Fact* fact_named(std::string_view name) {
  const auto* const found = std::ranges::find(kFacts, name, &Fact::name);
  return found == std::end(kFacts) ? nullptr : &*found;
}

std::span<const Thing> things() { return kThings; }

const Thing* thing_named(std::string_view name) {
  const auto* const found = std::ranges::find(kThings, name, &Thing::name);
  return found == std::end(kThings) ? nullptr : &*found;
}

}  // namespace memmap::facts
