#include "boot/x86/resources.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "boot/owner.h"
#include "boot/rules.h"
#include "boot/x86/fixed_mappings.h"
#include "boot/x86/possible_cpus.h"
#include "machine/e820_words.h"

namespace memmap::boot {
namespace {

constexpr std::uint64_t kCacheLine = 64;  // SMP_CACHE_BYTES

// Of e820_res, which stand in the tree; and the I/O APICs that have a resource.
struct Resources {
  std::vector<bool> inserted{};
  unsigned ioapics = 0;
  bool hpet = false;
};

Resources& resources(Boot& boot) { return boot.scratch.of<Resources>(); }

bool insert_e820(Boot& boot, const E820Entry& e) {
  return !e.wraps() && boot.state.iomem.insert(PhysRange::make(raw(e.addr), e.end()),
                                               std::string(e820_resource_name(e.type)));
}

// What may be a device's, whose driver is to come first. kernel: do_mark_busy()
bool waits_for_devices(const E820Entry& e) {
  if (raw(e.addr) < kMiB) return false;
  return e.type == E820Type::reserved || e.type == E820Type::soft_reserved ||
         e.type == E820Type::pram || e.type == E820Type::pmem;
}

// Whether one entry of the sanitised table is RAM and has all of `range`.
bool is_firmware_ram(const e820::Table& firmware, PhysRange range) {
  const E820Entries& entries = firmware.entries();
  const auto above = std::ranges::upper_bound(entries, range.base(), {}, &E820Entry::addr);
  if (above == entries.begin()) return false;
  const E820Entry& e = *std::prev(above);
  return e.type == E820Type::ram && e.end() >= raw(range.end());
}

// kernel: ram_alignment()
std::uint64_t ram_alignment(std::uint64_t end) {
  if (end < kMiB) return 64 * kKiB;
  return end < 16 * kMiB ? kMiB : 64 * kMiB;
}

// Where the table says nonsense there is no resource.
bool is_usable(Boot& boot, const Hpet& hpet) {
  constexpr std::uint64_t kShifted = 0xfed0000000000000;
  const auto warn = [&boot](std::string text) {
    boot.story.tell(Severity::warning, rule::kAcpiParseHpet, std::move(text));
    return false;
  };
  if (hpet.space_id != 0) return warn("ACPI: HPET timers must be located in memory.");
  if (hpet.address == 0) return warn("ACPI: HPET base: 0x0 is invalid");
  if (hpet.address == kShifted && boot.in.parameter("hpet") != "force") {
    return warn(
        "ACPI: HPET base: 0xfed0000000000000 is bogus, try hpet=force on the kernel command line "
        "to fix it up to 0xfed00000.");
  }
  return true;
}

// Even those of an MP table are not set up.
// kernel: disable_ioapic_support(), arch/x86/kernel/apic/io_apic.c, v6.1 and v6.12
bool skips_io_apics(const Boot& boot) {
  const auto allows_none = [](const kernel::Parameter& p) { return max_cpus_by(p) == 0u; };
  return boot.in.has_parameter("noapic") || std::ranges::any_of(boot.in.parameters, allows_none);
}

}  // namespace

// kernel: acpi_parse_madt_ioapic_entries(), arch/x86/kernel/acpi/boot.c; disable_ioapic_support(),
// arch/x86/kernel/apic/io_apic.c, of noapic, nosmp and maxcpus=0; v6.1 and v6.12
bool refuses_io_apics(const Boot& boot) {
  const auto is_noirq = [](const auto& value) { return value == "noirq"; };
  return !boot.in.acpi_enabled() || skips_io_apics(boot) || boot.in.local_apic == LocalApic::off ||
         std::ranges::any_of(boot.in.values_of("acpi"), is_noirq);
}

// The system's own is always there; of others, one would have to read their signatures.
// kernel: probe_roms(), arch/x86/kernel/probe_roms.c, v6.1 and v6.12
void probe_roms(Boot& boot) {
  boot.state.iomem.insert(PhysRange::make(0xf0000, kMiB), "System ROM");
}

// The parts of the image. kernel: setup_arch(), arch/x86/kernel/setup.c, v6.1 and v6.12
void insert_kernel_resources(Boot& boot) {
  const kernel::ImageLayout& image = boot.in.profile.image;
  const std::uint64_t base = raw(boot.in.kernel_base);
  const auto insert = [&](std::uint64_t from, std::uint64_t to, const char* name) {
    if (from < to) boot.state.iomem.insert(PhysRange::make(base + from, base + to), name);
  };
  insert(0, image.etext, "Kernel code");
  if (boot.in.behaviour.iomem_has_rodata)
    insert(image.start_rodata, image.end_rodata, "Kernel rodata");
  insert(boot.in.behaviour.iomem_has_rodata ? image.sdata : image.etext, image.edata,
         "Kernel data");
  insert(image.bss_start, image.bss_stop, "Kernel bss");
}

// kernel: acpi_parse_hpet(), arch/x86/kernel/acpi/boot.c, v6.1 and v6.12
void acpi_parse_hpet(Boot& boot) {
  constexpr std::uint64_t kName = 9;  // HPET_RESOURCE_NAME_SIZE
  if (boot.in.machine.hpet && !is_usable(boot, *boot.in.machine.hpet)) return;
  resources(boot).hpet = true;
  boot.alloc_or_panic(boot.in.profile.size_of(type::resource) + kName, kCacheLine,
                      boot.caller(owner::kResourceOfTheHPET, {function::acpi_parse_hpet}),
                      "arch/x86/kernel/acpi/boot.c");
}

// kernel: ioapic_setup_resources(), arch/x86/kernel/apic/io_apic.c, v6.1 and v6.12
void io_apic_init_mappings(Boot& boot) {
  boot.tell_of(FirmwareTable::madt);
  constexpr std::uint64_t kName = 11;  // IOAPIC_RESOURCE_NAME_SIZE
  const bool in_mp_tables = boot.in.profile.has(config::X86_MPPARSE) && boot.in.machine.mp_floating;
  const unsigned count = boot.in.machine.ioapics.value_or(1);
  if (count == 0 || (refuses_io_apics(boot) && !in_mp_tables)) return;
  for (unsigned i = 0; i < count; ++i) map_io_apic(boot, i);
  resources(boot).ioapics = count;
  boot.alloc_or_panic((boot.in.profile.size_of(type::resource) + kName) * count, kCacheLine,
                      boot.caller(owner::kResourcesOfTheIOAPICs, {function::ioapic_setup_resources,
                                                                  function::io_apic_init_mappings}),
                      "arch/x86/kernel/apic/io_apic.c");
}

// kernel: e820__reserve_resources(), arch/x86/kernel/e820.c; firmware_map_add_early(),
// drivers/firmware/memmap.c, v6.1 and v6.12
void e820_reserve_resources(Boot& boot) {
  const std::uint64_t entries = boot.state.e820.table.entries().size();
  boot.alloc_or_panic(
      boot.in.profile.size_of(type::resource) * entries, kCacheLine,
      boot.caller(owner::kResourcesOfTheMemoryMap, {function::e820__reserve_resources}),
      "arch/x86/kernel/e820.c");
  for (const E820Entry& e : boot.state.e820.table.entries())
    resources(boot).inserted.push_back(!waits_for_devices(e) && insert_e820(boot, e));
  if (!boot.in.profile.has(config::FIRMWARE_MEMMAP)) return;
  for (std::size_t i = 0; i < boot.state.e820.firmware.entries().size(); ++i) {
    boot.state.memblock.alloc(
        boot.in.profile.size_of(type::firmware_map_entry), kCacheLine,
        boot.caller(owner::kSysFirmwareMemmap, {function::firmware_map_add_early}));
  }
}

// What hibernation may not save: all that is no RAM below the last page. Before, the end of an
// entry within a page, and what is no RAM above the last page, made further regions. kernel:
// e820__register_nosave_regions(), arch/x86/kernel/e820.c; register_nosave_region(),
// kernel/power/snapshot.c, v5.4 to v6.12
void e820_register_nosave_regions(Boot& boot) {
  std::uint64_t last_end = 0;  // of the list's last region; page frames
  const auto add = [&](Pfn start, Pfn end) {
    if (start >= end) return;
    if (last_end == 0 || last_end != raw(start)) {
      boot.alloc_or_panic(
          boot.in.profile.size_of(type::nosave_region), kCacheLine,
          boot.caller(owner::kRegionsNotToSave,
                      {function::register_nosave_region, function::__register_nosave_region}),
          "kernel/power/snapshot.c");
    }
    last_end = raw(end);
  };
  if (!boot.in.behaviour.e820_nosave_between_ram) {
    Pfn pfn{};
    for (const E820Entry& e : boot.state.e820.table.entries()) {
      add(pfn, pfn_up(e.addr));
      pfn = pfn_down(PhysAddr{e.end()});
      if (!is_kernel_ram(e.type)) add(pfn_up(e.addr), pfn);
      if (pfn >= boot.state.max_pfn) break;
    }
    return;
  }
  PhysAddr last{};
  for (const E820Entry& e : boot.state.e820.table.entries()) {
    if (!is_kernel_ram(e.type)) continue;
    if (last < e.addr) add(pfn_down(last), pfn_up(e.addr));
    last = PhysAddr{e.end()};
  }
  add(pfn_down(last), boot.state.max_pfn);
}

// Bridges have their windows by now, of which no source tells: a piece of memory's surroundings that
// is kept from devices stands here only where firmware has memory, so that no window can lie there.
// kernel: e820__reserve_resources_late(), arch/x86/kernel/e820.c, v6.1 and v6.12
void e820_reserve_resources_late(Boot& boot) {
  const std::vector<bool>& inserted = resources(boot).inserted;
  const std::vector<E820Entry>& entries = boot.state.e820.table.entries();
  IoMem& iomem = boot.state.iomem;
  std::vector<Resource> late;
  for (std::size_t i = 0; i < inserted.size() && i < entries.size(); ++i) {
    if (inserted[i] || entries[i].wraps()) continue;
    late.push_back({PhysRange::make(raw(entries[i].addr), entries[i].end()),
                    std::string(e820_resource_name(entries[i].type)),
                    {}});
  }
  iomem.insert_all_expanded(std::move(late));
  for (const E820Entry& e : entries) {
    if (e.type != E820Type::ram || e.wraps()) continue;
    const std::uint64_t end = align_up(e.end(), ram_alignment(e.end()));
    if (e.end() >= end) continue;
    const PhysRange buffer = PhysRange::make(e.end(), end);
    if (is_firmware_ram(boot.state.e820.firmware, buffer))
      iomem.reserve_with_split(buffer, "RAM buffer");
  }
}

// kernel: ioapic_insert_resources(), arch/x86/kernel/apic/io_apic.c, v6.1 and v6.12
void ioapic_insert_resources(Boot& boot) {
  if (skips_io_apics(boot)) return;  // enable_IO_APIC() has forgotten them
  for (unsigned i = 0; i < resources(boot).ioapics; ++i) {
    const auto address = io_apic_address(boot.in, i);
    if (!address) return;
    if (const auto range = PhysRange::from_size(*address, kKiB))  // IO_APIC_SLOT_SIZE
      boot.state.iomem.insert(*range, fmt::format("IOAPIC {}", i));
  }
}

// kernel: hpet_insert_resource(), arch/x86/kernel/acpi/boot.c, v6.1 and v6.12
void hpet_insert_resource(Boot& boot) {
  if (!resources(boot).hpet || !boot.in.machine.hpet) return;
  if (const auto range = PhysRange::from_size(PhysAddr{boot.in.machine.hpet->address}, kKiB))
    boot.state.iomem.insert(*range, "HPET 0");
}

}  // namespace memmap::boot
