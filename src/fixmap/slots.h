// The slots of a kernel's fixmap by name: its enum fixed_addresses.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "kernel/profile.h"
#include "paging/address_space.h"

namespace memmap::fixmap {

// The constants of the enum and their values; markers like `__end_of_fixed_addresses` too.
using FixedAddresses = std::map<std::string, std::uint64_t, std::less<>>;

// What the enum comes to with a kernel's version and options. nullopt: of kernels before 4.15,
// whose slots are not known here. FIX_LNW_VRTC, of Intel MID tablets before 5.12, is left out.
// kernel: enum fixed_addresses, arch/x86/include/asm/fixmap.h, v6.12 and v7.2
std::optional<FixedAddresses> fixed_addresses(const kernel::Profile& profile);

// A permanent slot stays; the others are of the boot alone.
// kernel: __end_of_permanent_fixed_addresses, arch/x86/include/asm/fixmap.h, v6.12
enum class Lifetime { permanent, boot };

// Slots that are used together, or a single one.
struct Slot {
  std::string name{};       // `FIX_APIC_BASE`; of several `FIX_IO_APIC_BASE`, `FIX_BTMAP`
  std::uint64_t first = 0;  // numbers, both inclusive: they count down from the fixmap's top
  std::uint64_t last = 0;
  Lifetime lifetime = Lifetime::permanent;
  friend bool operator==(const Slot&, const Slot&) = default;
};

// Where they are known from.
enum class Origin { kernel, options, assumed };

class Slots {
 public:
  // Of the kernel's own enum; where the profile lacks that, as its options have it; of a kernel
  // that is too old for that, assumed as 4.15 has them. The profile must outlive it.
  explicit Slots(const kernel::Profile& profile);
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

  Origin origin() const { return origin_; }
  // The number that the enum gives a name; nullopt: this kernel has none.
  std::optional<std::uint64_t> find(std::string_view name) const;
  // Those that every kernel has.
  std::uint64_t permanent_end() const;                        // __end_of_permanent_fixed_addresses
  std::uint64_t btmap_begin() const { return btmap_begin_; }  // FIX_BTMAP_BEGIN
  unsigned btmap_windows() const { return btmap_windows_; }   // FIX_BTMAPS_SLOTS

  // By their numbers, ascending and disjoint; there are holes between them.
  const std::vector<Slot>& list() const { return list_; }
  // The one that has the number; nullptr: a hole.
  const Slot* at(std::uint64_t number) const;
  // `FIX_APIC_BASE`, `FIX_IO_APIC_BASE_0 + 3`, `FIX_BTMAP slot 2 page 5`; empty: a hole.
  std::string name_of(std::uint64_t number) const;
  // The same of the address's page; empty: it is none of a slot.
  std::string name_of(VirtAddr virt) const;

 private:
  FixedAddresses counted_{};  // where the profile has none
  const FixedAddresses* values_;
  Origin origin_ = Origin::kernel;
  std::uint64_t btmap_begin_ = 0;
  unsigned btmap_windows_ = 0;
  std::vector<Slot> list_{};
};

// A slot that a page is mapped at.
struct MappedSlot {
  std::string name{};  // as Slots::name_of() has it
  std::uint64_t number = 0;
  Lifetime lifetime = Lifetime::permanent;
  VirtAddr virt{};
  PhysAddr phys{};
  std::uint32_t flags = 0;  // paging::Flags
  friend bool operator==(const MappedSlot&, const MappedSlot&) = default;
};

// By their numbers, ascending: addresses descend.
std::vector<MappedSlot> mapped_slots(const Slots& slots, const paging::AddressSpace& tables);

}  // namespace memmap::fixmap
