// When a step of boot/steps.cc is done: what of the machine, the profile and the command line asks
// for it. Only for that table.
#pragma once

#include <algorithm>

#include "boot/boot.h"
#include "boot/mm/hashes.h"
#include "boot/x86/acpi.h"
#include "boot/x86/efi.h"

namespace memmap::boot {

inline bool has_efi(const Boot& b) { return is_efi(b.in); }
inline bool has_efi_map(const Boot& b) { return keeps_efi_map(b.in); }
inline bool has_setup_data(const Boot& b) { return !b.in.machine.setup_data.empty(); }
inline bool has_user_map(const Boot& b) { return b.state.e820.user.userdef; }
inline bool has_esrt(const Boot& b) { return has_efi_map(b) && b.in.machine.efi_esrt.has_value(); }
inline bool keeps_efi_tables(const Boot& b) { return has_efi(b) && !b.in.machine.efi_kept.empty(); }
// Where there is EFI, ACPI alone tells of the table.
inline bool has_ibft(const Boot& b) {
  return b.in.profile.has(config::ISCSI_IBFT_FIND) && !has_efi(b);
}
inline bool has_tboot(const Boot& b) {
  return b.in.profile.has(config::INTEL_TXT) && b.in.machine.tboot.has_value();
}
inline bool has_intel_graphics(const Boot& b) {
  return b.in.profile.has(config::PCI) && b.in.machine.intel_graphics.has_value();
}
// Each ohci1394_dma=early counts, another word changes nothing.
inline bool has_early_firewire(const Boot& b) {
  return b.in.profile.has(config::PROVIDE_OHCI1394_DMA_INIT) &&
         std::ranges::any_of(b.in.values_of("ohci1394_dma"),
                             [](const auto& value) { return value == "early"; });
}
inline bool has_dmi(const Boot& b) { return b.in.profile.has(config::DMI); }
inline bool has_mpparse(const Boot& b) { return b.in.profile.has(config::X86_MPPARSE); }
inline bool wants_new_mptable(const Boot& b) {
  return has_mpparse(b) && b.in.profile.has(config::X86_IO_APIC) &&
         b.in.has_parameter("alloc_mptable");
}
inline bool brings_acpi_tables(const Boot& b) {
  return b.in.machine.initrd && b.in.profile.has(config::ACPI_TABLE_UPGRADE) &&
         (b.in.machine.acpi_upgrade != 0 || !initrd_acpi_tables(b.in.machine).empty());
}
inline bool names_rootfs_options(const Boot& b) { return b.in.has_parameter("initramfs_options"); }
inline bool has_initrd(const Boot& b) { return b.in.machine.initrd.has_value(); }
inline bool reads_setup_data(const Boot& b) {
  return has_setup_data(b) || !b.in.machine.extended_map.empty();
}

inline bool has_acpi(const Boot& b) { return b.in.acpi_enabled(); }
inline bool has_apic_registers(const Boot& b) { return b.in.local_apic == LocalApic::memory; }
inline bool has_acpi_numa(const Boot& b) {
  return has_acpi(b) && b.in.profile.numa && b.in.profile.has(config::ACPI_NUMA) &&
         std::ranges::none_of(b.in.values_of("numa"), [](const auto& value) {
           return value && (value->starts_with("off") || value->starts_with("noacpi"));
         });
}
inline bool has_hpet(const Boot& b) {
  return has_acpi(b) && b.in.profile.has(config::HPET_TIMER) &&
         (b.in.machine.hpet || b.in.machine.has_acpi_table("HPET"));
}
inline bool has_bgrt(const Boot& b) { return reads_bgrt(b.in); }
inline bool has_movable_node(const Boot& b) {
  return b.in.profile.memory_hotplug && b.in.has_parameter("movable_node");
}
inline bool checks_bios_corruption(const Boot& b) {
  return b.in.profile.has(config::X86_CHECK_BIOS_CORRUPTION);
}
inline bool has_io_apic(const Boot& b) { return b.in.profile.has(config::X86_IO_APIC); }
// kernel: pcibios_init(), arch/x86/pci/common.c, which calls pcibios_resource_survey(), v6.12
inline bool surveys_pci(const Boot& b) {
  return b.in.profile.has(config::PCI) &&
         std::ranges::none_of(b.in.values_of("pci"), [](const auto& v) { return v == "off"; });
}
inline bool has_vsyscall(const Boot& b) { return b.in.profile.has(config::X86_VSYSCALL_EMULATION); }
inline bool has_hibernation(const Boot& b) { return b.in.profile.has(config::HIBERNATION); }
inline bool has_cma(const Boot& b) { return b.in.profile.has(config::CMA); }
inline bool has_dma_cma(const Boot& b) { return b.in.profile.has(config::DMA_CMA); }
inline bool has_hugetlb(const Boot& b) { return b.in.profile.has(config::HUGETLB_PAGE); }
inline bool has_hugetlb_cma(const Boot& b) {
  return b.in.profile.has(config::CMA) && has_hugetlb(b) &&
         b.in.machine.cpu.gbpages.value_or(false);
}
inline bool has_kexec(const Boot& b) { return b.in.profile.has(config::KEXEC_CORE); }
inline bool has_crash_reserve(const Boot& b) { return b.in.profile.has(config::CRASH_RESERVE); }
inline bool has_kfence(const Boot& b) { return b.in.profile.has(config::KFENCE); }
// Somebody keeps call traces from the start: slab_debug with `U`, page_owner=on, kmemleak=on, or
// the kernel always does.
inline bool wants_stack_depot(const Boot& b) {
  return b.in.profile.has(config::STACKDEPOT) &&
         (b.in.profile.has(config::STACKDEPOT_ALWAYS_INIT) || stores_traces(b.in));
}
inline bool has_page_extension(const Boot& b) { return b.in.profile.has(config::PAGE_EXTENSION); }
inline bool has_debug_objects(const Boot& b) { return b.in.profile.has(config::DEBUG_OBJECTS); }
inline bool has_large_locks(const Boot& b) { return b.in.profile.has(config::PREEMPT_RT); }
inline bool has_espfix(const Boot& b) { return b.in.profile.has(config::X86_ESPFIX64); }
inline bool has_page_table_isolation(const Boot& b) { return b.in.features.pti; }
inline bool has_transparent_hugepage(const Boot& b) {
  return b.in.profile.has(config::TRANSPARENT_HUGEPAGE);
}
inline bool has_smp(const Boot& b) { return b.in.profile.has(config::SMP); }
// kernel: mark_readonly(), set_debug_rodata(), init/main.c, v6.12
inline bool protects_rodata(const Boot& b) {
  return b.in.parameter("rodata").value_or("on") != "off";
}
inline bool defers_struct_pages(const Boot& b) { return b.in.defers_struct_pages; }
inline bool has_swiotlb(const Boot& b) { return b.in.profile.has(config::SWIOTLB); }

}  // namespace memmap::boot
