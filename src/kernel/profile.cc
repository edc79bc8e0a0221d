#include "kernel/profile.h"

#include <algorithm>

#include "kernel/command_line.h"

namespace memmap::kernel {
namespace {

struct Default {
  std::string_view option;
  std::string_view value;
};

// What is not named here is off. Sorted.
constexpr Default kDefaults[] = {
    {"ACPI", "true"},
    {"ACPI_NUMA", "true"},
    {"CRASH_DUMP", "true"},
    {"CRASH_RESERVE", "true"},
    {"DMI", "true"},
    {"EFI", "true"},
    {"FIRMWARE_MEMMAP", "true"},
    {"HIBERNATION", "true"},
    {"HPET_TIMER", "true"},
    {"HUGETLB_PAGE", "true"},
    {"ISA_DMA_API", "true"},
    {"KEXEC_CORE", "true"},
    {"KFENCE_NUM_OBJECTS", "255"},
    {"LOG_BUF_SHIFT", "17"},
    {"LOG_CPU_MAX_BUF_SHIFT", "12"},
    {"MEMORY_HOTREMOVE", "true"},
    {"MITIGATION_PAGE_TABLE_ISOLATION", "true"},
    {"MODULES", "true"},
    {"NR_CPUS", "64"},
    {"PAGE_TABLE_ISOLATION", "true"},
    {"PCI", "true"},
    {"PHYSICAL_ALIGN", "0x200000"},
    {"PRINTK", "true"},
    {"RANDOMIZE_BASE", "true"},
    {"RANDOMIZE_MEMORY", "true"},
    {"SMP", "true"},
    {"SPARSEMEM_EXTREME", "true"},
    {"SPARSEMEM_VMEMMAP", "true"},
    {"SWIOTLB", "true"},
    {"TRANSPARENT_HUGEPAGE", "true"},
    {"VMAP_STACK", "true"},
    {"X86_ESPFIX64", "true"},
    {"X86_IO_APIC", "true"},
    {"X86_MPPARSE", "true"},
    {"X86_X2APIC", "true"},
    {"ZONE_DMA", "true"},
    {"ZONE_DMA32", "true"},
};
static_assert(std::ranges::is_sorted(kDefaults, {}, &Default::option));

std::string_view value_of(const Profile& profile, std::string_view option) {
  const auto given = profile.config.find(option);
  if (given != profile.config.end()) return given->second;
  const auto* usual = std::ranges::lower_bound(kDefaults, option, {}, &Default::option);
  return usual != std::end(kDefaults) && usual->option == option ? usual->value : "false";
}

}  // namespace

bool Profile::has(std::string_view option) const {
  const std::string_view value = value_of(*this, option);
  return value == "true" || value == "y" || value == "m";
}

std::uint64_t Profile::number(std::string_view option) const {
  return simple_strtoull(value_of(*this, option)).value;
}

std::uint64_t Profile::size_of(std::string_view type, std::uint64_t otherwise) const {
  const auto it = struct_sizes.find(type);
  return it == struct_sizes.end() ? otherwise : it->second;
}

std::uint64_t Profile::offset_of(std::string_view member, std::uint64_t otherwise) const {
  const auto it = offsets.find(member);
  return it == offsets.end() ? otherwise : it->second;
}

bool Profile::is_function(std::string_view which) const {
  return std::ranges::binary_search(functions, which);
}

std::optional<std::uint64_t> Profile::symbol(std::string_view which) const {
  const auto it = symbols.find(which);
  if (it == symbols.end()) return std::nullopt;
  return it->second;
}

}  // namespace memmap::kernel
