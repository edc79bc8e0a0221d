#include "boot/defaults.h"

#include <fmt/format.h>

#include "boot/x86/efi.h"
#include "boot/x86/image_tables.h"

namespace memmap::boot {
namespace {

// Features of the processor that nothing told.
std::string unknown_features(const CpuFacts& cpu) {
  std::string with, without;
  const auto add = [](std::string& list, std::string_view name) {
    list += fmt::format("{}{}", list.empty() ? "" : ", ", name);
  };
  if (!cpu.pse) add(with, "2 MiB pages");
  if (!cpu.pge) add(with, "global pages");
  if (!cpu.nx) add(with, "no-execute");
  if (!cpu.gbpages) add(without, "1 GiB pages");
  if (!cpu.la57) add(without, "5-level page tables");
  if (with.empty() && without.empty()) return {};
  return fmt::format("the processor {}{}{}", with.empty() ? "" : "has " + with,
                     with.empty() || without.empty() ? "" : ", ",
                     without.empty() ? "" : "has no " + without);
}

}  // namespace

std::vector<std::string> defaults_used(const Inputs& in) {
  const Machine& machine = in.machine;
  std::vector<std::string> out;
  const auto add = [&out](bool used, std::string text) {
    if (used && !text.empty()) out.push_back("default: " + std::move(text));
  };
  add(in.command_line.empty() && !machine.command_line, "the command line is empty");
  add(!in.command_line.empty() && in.profile.parameters.empty(),
      "the kernel knows every word of the command line, for its parameters are not listed");
  add(!machine.kernel_phys_base,
      fmt::format("the kernel's image lies at {:#x}", raw(in.kernel_base)));
  add(machine.firmware == Firmware::unknown, "the firmware is a BIOS, not EFI");
  add(!machine.initrd, "there is no initrd");
  add(!machine.base_memory && !machine.ebda, "the BIOS left base memory up to 0x9f000");
  add(!machine.smbios && in.profile.has(config::DMI),
      "what the kernel keeps of SMBIOS fits a page of the brk area");
  add(!machine.mp_floating && machine.firmware != Firmware::efi, "there is no MP table");
  add(machine.acpi_tables.empty(), "ACPI's tables reserve nothing, and there is no HPET");
  add(machine.node_memory.empty() && machine.acpi_tables.empty(), "all memory is of one node");
  add(!machine.node_memory.empty() && machine.apic_nodes.empty() &&
          machine.cpu_nodes.size() < in.possible_cpus && in.behaviour.numa,
      machine.cpu_nodes.empty()
          ? "the processors are of the nodes with memory, in turns"
          : "processors whose node is not told are of those with memory, in turns");
  add(in.cpus.origin == CpuCount::Origin::assumed, "one processor is possible");
  add(!machine.ioapics, "there is one I/O APIC");
  add(machine.mtrr_default == MtrrType::unknown, "MTRRs leave all RAM cached");
  add(true, unknown_features(machine.cpu));
  add(!told_bases_fit(in),
      fmt::format("the direct map, vmalloc and the memory map lie where they do without KASLR: the "
                  "places that are told cannot be those of {} levels of page tables",
                  in.features.levels()));
  add(in.fixmap.origin() == fixmap::Origin::assumed, "the fixmap's slots are those of Linux 4.15");
  if (keeps_efi_map(in) && machine.efi_map.empty()) {
    out.push_back(
        "EFI's memory map is not known, so what its boot services hold is missing from the "
        "reservations: boot once with efi=debug and read that log");
  }
  return out;
}

}  // namespace memmap::boot
