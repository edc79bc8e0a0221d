#include "kernel/known_parameters.h"

#include <algorithm>

#include "kernel/setup_functions.h"

namespace memmap::kernel {

std::string text_of(const Parameter& p) { return p.value ? p.name + "=" + *p.value : p.name; }

bool is_named(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::any_of(names, [&](const auto& n) { return parameq(n, name); });
}

bool is_setup(const std::vector<std::string>& setups, const Parameter& p) {
  const std::string text = text_of(p);
  return std::ranges::any_of(setups, [&](const std::string& setup) {
    return text.size() >= setup.size() &&
           parameq(std::string_view(text).substr(0, setup.size()), setup) &&
           setup_function_takes(setup, std::string_view(text).substr(setup.size()));
  });
}

bool is_sysctl(std::string_view name) {
  constexpr std::string_view kAliases[] = {"hardlockup_all_cpu_backtrace", "hung_task_panic",
                                           "numa_zonelist_order", "softlockup_all_cpu_backtrace",
                                           "softlockup_panic"};
  return name.starts_with("sysctl.") || std::ranges::find(kAliases, name) != std::end(kAliases);
}

bool is_boot_loaders(const Parameter& p) {
  const std::string text = text_of(p);
  return text.starts_with("BOOT_IMAGE=") || text.starts_with("kexec");
}

namespace {

struct EarlyFunction {
  std::string_view option{};
  Rule function{};
};

// As 6.1, 6.12, 6.18 and 7.2 do under QEMU; initrd= hands on to initrdmem='s function.
constexpr EarlyFunction kReadNothing[] = {
    {"accept_memory", {"accept_memory_parse", "mm/page_alloc.c"}},
    {"cma_pernuma", {"early_cma_pernuma", "kernel/dma/contiguous.c"}},
    {"coherent_pool", {"early_coherent_pool", "kernel/dma/pool.c"}},
    {"hugetlb_cma", {"cmdline_parse_hugetlb_cma", "mm/hugetlb.c"}},
    {"initrd", {"early_initrd", "init/do_mounts_initrd.c"}},
    {"initrdmem", {"early_initrdmem", "init/do_mounts_initrd.c"}},
    {"kernelcore", {"cmdline_parse_kernelcore", "mm/mm_init.c"}},
    {"mitigations", {"mitigations_parse_cmdline", "kernel/cpu.c"}},
    {"numa_cma", {"early_numa_cma", "kernel/dma/contiguous.c"}},
    {"pti", {"pti_parse_cmdline", "arch/x86/mm/pti.c"}},
    {"stack_depot_max_pools", {"parse_max_pools", "lib/stackdepot.c"}},
    {"swiotlb", {"setup_io_tlb_npages", "kernel/dma/swiotlb.c"}},
};

}  // namespace

std::optional<Rule> reads_no_value(const Profile& profile, const Parameter& p) {
  if (p.value || !is_named(profile.parameters.early, p.name)) return std::nullopt;
  for (const EarlyFunction& f : kReadNothing) {
    if (parameq(p.name, f.option)) return f.function;
  }
  return std::nullopt;
}

}  // namespace memmap::kernel
