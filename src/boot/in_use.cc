#include "boot/in_use.h"

#include "boot/owner.h"

namespace memmap::boot {
namespace {

void add(std::vector<Owned>& out, const std::optional<PhysRange>& range,
         const memblock::Purpose& owner, std::string function) {
  if (range && !range->empty()) {
    out.push_back({*range, owner.owner(), owner.words(), std::move(function)});
  }
}

void add_setup_data(std::vector<Owned>& out, const Machine& machine) {
  for (const SetupData& data : machine.setup_data) {
    add(out, data.range(), owner::kSetupData, "parse_setup_data");
    add(out, data.indirect, owner::kSetupData, "parse_setup_data");
  }
}

}  // namespace

std::vector<Owned> in_use(const Inputs& in, const State& state) {
  const Machine& machine = in.machine;
  std::vector<Owned> out;
  // Not to _end: what of the brk area is not used goes back. kernel: reserve_brk()
  add(out, PhysRange::from_size(in.kernel_base, in.profile.image.end_of_kernel_reserve),
      owner::kKernelImage, "start_kernel");
  add(out, state.brk, owner::kBrk, "extend_brk");
  add(out, state.initrd, owner::kInitrd, "populate_rootfs");
  add_setup_data(out, machine);
  for (const AcpiTable& t : machine.acpi_tables) {
    // The lists of tables are read once, early.
    if (t.signature == "RSDP" || t.signature == "RSDT" || t.signature == "XSDT") continue;
    add(out, t.range, {owner::kACPITable, t.signature}, "acpi_tb_acquire_table");
  }
  add(out, machine.efi_memmap, owner::kEFIMemoryMap, "efi_memmap_init_late");
  add(out, machine.efi_memory_attributes, owner::kEFIMemoryAttributes,
      "efi_memattr_apply_permissions");
  add(out, machine.efi_esrt, owner::kEFISystemResourceTable, "esrt_sysfs_init");
  add(out, machine.mp_floating, owner::kMPFloatingPointer, "default_get_smp_config");
  add(out, machine.mp_configuration, owner::kMPConfigurationTable, "default_get_smp_config");
  add(out, state.memblock.memory().array, owner::kMemblockMemory, "memblock_free_all");
  add(out, state.memblock.reserved().array, owner::kMemblockReserved, "memblock_free_all");
  return out;
}

}  // namespace memmap::boot
