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

}  // namespace memmap::kernel
