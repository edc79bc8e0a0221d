#include "access/place.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "machine/e820_words.h"

namespace memmap::access {
namespace {

using account::Use;

constexpr PhysAddr kTop{std::numeric_limits<std::uint64_t>::max()};
constexpr std::string_view kHole = "no RAM, and no table knows it: a device's, or nothing";

std::string words_of_ram(const account::Piece& piece) {
  switch (piece.use) {
    case Use::retyped:
      return "RAM by the firmware's map, which the kernel does not use";
    case Use::left_out:
      return "RAM that memblock was not given";
    case Use::nomap:
      return "RAM that is not to be mapped";
    case Use::fragment:
      return "RAM, a part of a page that nobody has";
    case Use::waiting:
      return "RAM, not yet handed over to the page allocator";
    case Use::reserved:
      return piece.owner.empty() ? "RAM, reserved" : fmt::format("RAM of {}", piece.owner);
    default:
      return "RAM, free";
  }
}

}  // namespace

Places::Places(const boot::Outcome& outcome, const Machine& machine, const PageAllocator& pages,
               const Slabs& slabs)
    : pieces_(account::memory_use(outcome)), pages_(pages), slabs_(slabs) {
  const auto add = [&](std::uint64_t base, std::uint64_t size, std::string_view words) {
    if (const auto range = PhysRange::from_size(PhysAddr{base}, size)) {
      devices_.push_back({*range, words});
    }
  };
  // kernel: APIC_DEFAULT_PHYS_BASE, arch/x86/include/asm/apicdef.h
  add(machine.lapic_address ? raw(*machine.lapic_address) : 0xfee00000, kPageSize,
      "the local APIC");
  for (const PhysAddr ioapic : machine.ioapic_addresses) add(raw(ioapic), kPageSize, "an I/O APIC");
  if (machine.hpet && machine.hpet->space_id == 0) add(machine.hpet->address, 1024, "the HPET");
  for (const PhysRange window : machine.pci_windows) {
    devices_.push_back({window, "PCI configuration space"});
  }
  add(0xa0000, 0x20000, "the VGA's memory");
  add(0xc0000, 0x30000, "ROM of adapters");
  add(0xf0000, 0x10000, "ROM of the BIOS");
}

There Places::of_no_ram(PhysAddr phys, std::string otherwise, PhysAddr end) const {
  There there{.words = std::move(otherwise), .end = end};
  for (const Device& device : devices_) {
    if (device.range.contains(phys)) {
      there.words = fmt::format("no RAM: {}", device.words);
      there.end = std::min(there.end, device.range.end());
      break;
    }
    if (device.range.base() > phys) there.end = std::min(there.end, device.range.base());
  }
  return there;
}

There Places::at(PhysAddr phys) const {
  const account::Piece* const piece = account::piece_at(pieces_, phys);
  if (piece == nullptr) return of_no_ram(phys, std::string(kHole), kTop);
  if (piece->use == Use::gap) return of_no_ram(phys, std::string(kHole), piece->range.end());
  if (piece->use == Use::firmware) {
    return of_no_ram(phys, fmt::format("no RAM: {} by the firmware's map", e820_name(piece->type)),
                     piece->range.end());
  }
  There there{.words = words_of_ram(*piece), .ram = true, .end = piece->range.end()};
  if (piece->use != Use::free) return there;
  const PageAllocator::Block* block = pages_.taken_with(pfn_down(phys));
  if (block == nullptr) {
    const auto next = pages_.next_taken(pfn_down(phys));
    if (next) there.end = std::min(there.end, phys_of(*next));
    return there;
  }
  there.end = phys_of(Pfn{raw(block->first) + (std::uint64_t{1} << block->order)});
  const auto cache = slabs_.cache_at(phys);
  there.words = cache ? fmt::format("RAM of the slab {}", *cache) : "RAM, allocated by the script";
  return there;
}

}  // namespace memmap::access
