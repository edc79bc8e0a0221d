#include "boot/mm/swiotlb.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "base/align.h"
#include "base/range_union.h"
#include "boot/mm/page_alloc.h"
#include "boot/owner.h"
#include "boot/rules.h"
#include "boot/when.h"

namespace memmap::boot {
namespace {

constexpr unsigned kSlabShift = 11;                         // IO_TLB_SHIFT
constexpr std::uint64_t kSegment = 128;                     // IO_TLB_SEGSIZE, slabs
constexpr std::uint64_t kFewestSlabs = kMiB >> kSlabShift;  // IO_TLB_MIN_SLABS
constexpr std::uint64_t kCacheLine = 64;                    // SMP_CACHE_BYTES

// What the buffer and its records took of memblock, in the order in which it is given back.
struct Pool {
  std::vector<PhysRange> parts{};
};

std::optional<PhysAddr> taken(Boot& boot, std::optional<PhysAddr> at, std::uint64_t bytes) {
  const auto part = at ? PhysRange::from_size(*at, bytes) : std::nullopt;
  if (part) boot.scratch.of<Pool>().parts.push_back(*part);
  return at;
}

// False: there is no room.
bool alloc_buffer(Boot& boot, std::uint64_t bytes, const memblock::Caller& caller) {
  const auto at = taken(boot, boot.state.memblock.alloc_low(bytes, kPageSize, caller), bytes);
  if (at) boot.state.swiotlb = PhysRange::from_size(*at, bytes);
  return at.has_value();
}

bool is_digit(std::string_view text) {
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

// kernel: swiotlb_adjust_nareas(), round_up_default_nslabs()
void set_areas(swiotlb::Settings& s, std::uint64_t areas) {
  s.areas = std::bit_ceil(std::min<std::uint64_t>(std::max<std::uint64_t>(areas, 1), 1u << 20));
  if (s.slabs < kSegment * s.areas) s.slabs = kSegment * s.areas;
  s.slabs = std::bit_ceil(std::min<std::uint64_t>(s.slabs, 1ull << 40));
}

// iommu=off, iommu=soft. kernel: iommu_setup(), arch/x86/kernel/pci-dma.c
bool has_iommu_word(const Boot& boot, std::string_view word) {
  for (const kernel::Parameter& p : boot.in.parameters) {
    if (!kernel::parameq(p.name, "iommu") || !p.value) continue;
    for (std::string_view rest = *p.value; !rest.empty();) {
      if (rest.starts_with(word)) return true;
      const std::size_t comma = rest.find(',');
      if (comma == rest.npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return false;
}

// Memory beyond what a device with 32 bits reaches, now or by hot-plug.
bool memory_above_4g(const Boot& boot) {
  return std::max(raw(phys_of(boot.state.max_pfn)), raw(boot.state.firmware_memory_end)) > 4 * kGiB;
}

std::uint64_t limited_areas(std::uint64_t areas, std::uint64_t slabs) {
  return slabs < areas * kSegment ? slabs / kSegment : areas;
}

}  // namespace

namespace swiotlb {

// kernel: setup_io_tlb_npages(), v5.4 to v6.12
Settings settings(const std::vector<kernel::Parameter>& parameters, Areas areas) {
  Settings s;
  for (const kernel::Parameter& p : parameters) {
    if (!kernel::parameq(p.name, "swiotlb")) continue;
    std::string_view text = p.value ? std::string_view(*p.value) : std::string_view();
    if (is_digit(text)) {
      const auto slabs = kernel::simple_strtoull(text);
      s.slabs = align_up(slabs.value, kSegment);
      text = slabs.rest;
    }
    if (text.starts_with(',')) text.remove_prefix(1);
    if (areas == Areas::counted && is_digit(text)) {
      const auto count = kernel::simple_strtoull(text);
      set_areas(s, count.value);
      text = count.rest;
    }
    if (text.starts_with(',')) text.remove_prefix(1);
    if (text == "force") s.force = true;
    if (text == "noforce") s.off = true;
  }
  return s;
}

Settings settings(const Boot& boot) {
  Settings s = settings(boot.in.parameters,
                        boot.in.behaviour.swiotlb_has_areas ? Areas::counted : Areas::none);
  if (boot.state.swiotlb_adjusted == 0 || s.slabs != Settings{}.slabs) return s;
  s.slabs = align_up(boot.state.swiotlb_adjusted >> kSlabShift, kSegment);
  if (s.areas != 0) set_areas(s, s.areas);
  return s;
}

}  // namespace swiotlb

bool grows_swiotlb(const Boot& boot) {
  const Encryption e = boot.in.machine.memory_encryption;
  return is_confidential(e) && (e != Encryption::tdx || boot.in.behaviour.swiotlb_grows_for_tdx);
}

// 6 % of all memory. kernel: mem_encrypt_setup_arch(), arch/x86/mm/mem_encrypt.c, v6.12;
// sev_setup_arch(), arch/x86/mm/mem_encrypt_amd.c, v6.1; swiotlb_adjust_size(),
// kernel/dma/swiotlb.c
void mem_encrypt_setup_arch(Boot& boot) {
  const std::uint64_t memory = boot.state.memblock.phys_mem_size();
  boot.state.swiotlb_adjusted =
      std::clamp(memory * 6 / 100, swiotlb::Settings{}.bytes(), std::uint64_t{kGiB});
  const std::uint64_t asked = swiotlb::settings(boot).bytes();
  if (swiotlb::settings(boot.in.parameters).slabs != swiotlb::Settings{}.slabs) return;
  boot.story.tell(
      Severity::info, rule::kSwiotlbAdjustSize,
      fmt::format("software IO TLB: SWIOTLB bounce buffer size adjusted to {}MB", asked >> 20));
}

namespace {

// Why `bytes` in one piece below 4 GiB cannot be had: how large the largest piece is, and whether it
// is the initrd that lies in its way.
void tell_of_no_room(Boot& boot, std::uint64_t bytes) {
  const auto free = [&](std::optional<PhysRange> but) {
    std::vector<PhysRange> memory;
    std::vector<PhysRange> taken;
    for (const memblock::Region& r : boot.state.memblock.memory().regions())
      memory.push_back(r.range.intersect(PhysRange::make(0, 4 * kGiB)));
    for (const memblock::Region& r : boot.state.memblock.reserved().regions())
      taken.push_back(r.range);
    taken = united(std::move(taken));
    if (but) taken = without(taken, *but);
    PhysRange largest;
    for (const PhysRange r : without(united(std::move(memory)), taken))
      if (r.size() > largest.size()) largest = r;
    return largest;
  };
  const PhysRange largest = free(std::nullopt);
  const auto initrd = boot.state.initrd;
  const bool splits = initrd && free(initrd).size() >= bytes;
  boot.story.tell(
      Severity::warning, rule::kSwiotlbInitRemap,
      fmt::format("a buffer of {} MiB must lie in one piece below 4 GiB; the largest that is free "
                  "has {} MiB{}",
                  bytes >> 20, largest.size() >> 20,
                  splits ? fmt::format(": the initrd at [mem {:#x}-{:#x}] splits what is free",
                                       raw(initrd->base()), raw(initrd->end()) - 1)
                         : ""),
      largest);
}

// Before 6.0 there is one size or nothing; what a confidential guest's devices then do, fails.
void tell_that_there_is_none(Boot& boot) {
  if (!is_confidential(boot.in.machine.memory_encryption)) return;
  boot.story.tell(Severity::warning, rule::kSwiotlbInitRemap,
                  "the guest's memory is encrypted, and it has no bounce buffer: its devices "
                  "cannot transfer data");
}

// One buffer of a fixed size, and a record of each slab. kernel: pci_swiotlb_detect_override(),
// pci_swiotlb_detect_4gb(), arch/x86/kernel/pci-swiotlb.c; swiotlb_init(), swiotlb_init_with_tbl(),
// kernel/dma/swiotlb.c, v5.4 and v5.15
void swiotlb_init(Boot& boot, swiotlb::Settings s) {
  // `noforce` makes the buffer one slab long before 5.14; it is made nevertheless.
  if (s.off && boot.in.behaviour.swiotlb_slots) return;
  const std::uint64_t slabs = s.off ? 1 : s.slabs;
  const std::uint64_t bytes = align_up(slabs << kSlabShift, kPageSize);
  if (!alloc_buffer(boot, bytes, boot.caller(owner::kSoftwareIOTLB, {function::swiotlb_init}))) {
    boot.story.tell(Severity::warning, rule::kSwiotlbInit,
                    "software IO TLB: Cannot allocate buffer");
    tell_of_no_room(boot, bytes);
    return tell_that_there_is_none(boot);
  }
  std::vector<std::uint64_t> records = {4, 8};  // io_tlb_list, io_tlb_orig_addr
  if (boot.in.behaviour.swiotlb_slots) records = {boot.in.profile.size_of(type::io_tlb_slot)};
  for (const std::uint64_t record : records) {
    const std::uint64_t size = align_up(slabs * record, kPageSize);
    taken(boot,
          boot.alloc_or_panic(size, kPageSize,
                              boot.caller(owner::kSoftwareIOTLB, {function::swiotlb_init_with_tbl,
                                                                  function::swiotlb_init}),
                              "kernel/dma/swiotlb.c"),
          size);
  }
}

}  // namespace

// kernel: pci_swiotlb_detect(), arch/x86/kernel/pci-dma.c; swiotlb_init_remap(), v6.1 and v6.12
void swiotlb_init_remap(Boot& boot) {
  if (boot.in.machine.xen_domain == XenDomain::pv) return;  // its frontends share pages instead
  swiotlb::Settings s = swiotlb::settings(boot);
  const bool wanted = (!has_iommu_word(boot, "off") && memory_above_4g(boot)) ||
                      has_iommu_word(boot, "soft") ||
                      boot.in.machine.memory_encryption != Encryption::none ||
                      boot.in.machine.xen_domain == XenDomain::dom0;
  if (!wanted && !s.force) return;
  if (!boot.in.behaviour.swiotlb_has_areas) return swiotlb_init(boot, s);
  if (s.off) return;
  if (s.areas == 0) set_areas(s, boot.in.possible_cpus);
  std::uint64_t slabs = s.slabs;
  std::uint64_t areas = limited_areas(s.areas, slabs);
  const memblock::Caller caller = boot.caller(
      owner::kSoftwareIOTLB, {function::swiotlb_memblock_alloc, function::swiotlb_init_remap});
  const auto alloc_slabs = [&] {
    return alloc_buffer(boot, align_up(slabs << kSlabShift, kPageSize), caller);
  };
  while (!alloc_slabs()) {
    boot.story.tell(
        Severity::warning, rule::kSwiotlbInitRemap,
        fmt::format(
            "software IO TLB: swiotlb_memblock_alloc: Failed to allocate {} bytes tlb structure",
            slabs << kSlabShift));
    if (slabs == s.slabs) tell_of_no_room(boot, slabs << kSlabShift);
    if (slabs <= kFewestSlabs) return tell_that_there_is_none(boot);
    slabs = align_up(slabs >> 1, kSegment);
    areas = limited_areas(areas, slabs);
  }
  const memblock::Caller own = boot.caller(owner::kSoftwareIOTLB, {function::swiotlb_init_remap});
  const std::uint64_t slots =
      align_up(boot.in.profile.size_of(type::io_tlb_slot) * slabs, kPageSize);
  if (!taken(boot, boot.state.memblock.alloc(slots, kPageSize, own), slots)) {
    return boot.story.tell(
        Severity::warning, rule::kSwiotlbInitRemap,
        fmt::format("software IO TLB: swiotlb_init_remap: Failed to allocate {} bytes align=0x1000",
                    slots));
  }
  if (!boot.in.behaviour.swiotlb_fewer_areas) areas = s.areas;
  const std::uint64_t records = boot.in.profile.size_of(type::io_tlb_area) * areas;
  if (taken(boot, boot.state.memblock.alloc(records, kCacheLine, own), records)) return;
  boot.story.tell(Severity::warning, rule::kSwiotlbInitRemap,
                  "software IO TLB: swiotlb_init_remap: Failed to allocate mem->areas.");
}

// An IOMMU of which no device's words are known: that it was there, the log tells.
bool gives_back_swiotlb(const Boot& boot) {
  return boot.in.machine.swiotlb_torn_down && has_swiotlb(boot) && !swiotlb::settings(boot).force;
}

// kernel: swiotlb_exit(), kernel/dma/swiotlb.c; pci_iommu_init(), arch/x86/kernel/pci-dma.c, v6.12
void swiotlb_exit(Boot& boot) {
  std::vector<PhysRange>& parts = boot.scratch.of<Pool>().parts;
  if (parts.empty()) return;
  boot.story.tell(Severity::info, rule::kSwiotlbExit,
                  "software IO TLB: tearing down default memory pool");
  for (const PhysRange part : parts) memblock_free_late(boot, part);
  parts.clear();
}

}  // namespace memmap::boot
