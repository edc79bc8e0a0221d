#include "boot/init/early_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "boot/rules.h"
#include "kernel/known_parameters.h"

namespace memmap::boot {
namespace {

using Value = std::optional<std::string>;

bool is_switch(const Value& v) { return kernel::kstrtobool(v).has_value(); }
bool is_there(const Value& v) { return v.has_value(); }
bool is_acpi_word(const Value& v) {
  constexpr std::string_view kWords[] = {"off",   "force",     "strict", "rsdt",
                                         "noirq", "copy_dsdt", "nocmcff"};
  return v && std::ranges::find(kWords, *v) != std::end(kWords);
}
bool is_vsyscall_mode(const Value& v) { return v == "emulate" || v == "xonly" || v == "none"; }

struct EarlyOption {
  std::string_view name{};
  bool (*accepts)(const Value&) = nullptr;
};

struct EarlyFunction {
  std::string_view option{};
  std::string_view function{};
  std::string_view file{};
};

constexpr EarlyOption kOptions[] = {
    {"acpi", is_acpi_word},              // parse_acpi(), arch/x86/kernel/acpi/boot.c
    {"cma", is_there},                   // early_cma(), kernel/dma/contiguous.c
    {"debug_pagealloc", is_switch},      // early_debug_pagealloc(), mm/debug_page_alloc.c
    {"efi", is_there},                   // parse_efi_cmdline(), drivers/firmware/efi/efi.c
    {"init_on_alloc", is_switch},        // early_init_on_alloc(), mm/mm_init.c
    {"init_on_free", is_switch},         // early_init_on_free(), mm/mm_init.c
    {"log_buf_len", is_there},           // log_buf_len_setup(), kernel/printk/printk.c
    {"movablecore", is_there},           // cmdline_parse_core(), mm/mm_init.c
    {"numa", is_there},                  // numa_setup(), arch/x86/mm/numa.c
    {"page_owner", is_switch},           // early_page_owner_param(), mm/page_owner.c
    {"percpu_alloc", is_there},          // percpu_alloc_setup(), mm/percpu.c
    {"stack_depot_disable", is_switch},  // disable_stack_depot(), lib/stackdepot.c
    {"vsyscall", is_vsyscall_mode},      // vsyscall_setup(), arch/x86/entry/vsyscall/vsyscall_64.c
};

// Options of which the function reads what is not there, where they have no value.
constexpr EarlyFunction kReadNothing[] = {
    {"accept_memory", "accept_memory_parse", "mm/mm_init.c"},
    {"cma_pernuma", "early_cma_pernuma", "kernel/dma/contiguous.c"},
    {"coherent_pool", "early_coherent_pool", "kernel/dma/pool.c"},
    {"hugetlb_cma", "cmdline_parse_hugetlb_cma", "mm/hugetlb.c"},
    {"initrd", "early_initrd", "init/do_mounts_initrd.c"},
    {"initrdmem", "early_initrdmem", "init/do_mounts_initrd.c"},
    {"kernelcore", "cmdline_parse_kernelcore", "mm/mm_init.c"},
    {"mitigations", "mitigations_parse_cmdline", "kernel/cpu.c"},
    {"numa_cma", "early_numa_cma", "kernel/dma/contiguous.c"},
    {"pti", "pti_parse_cmdline", "arch/x86/mm/pti.c"},
    {"stack_depot_max_pools", "parse_max_pools", "lib/stackdepot.c"},
    {"swiotlb", "setup_io_tlb_npages", "kernel/dma/swiotlb.c"},
};

// As 6.1, 6.12, 6.18 and 7.2 do under QEMU. Of a kernel whose options are not known nothing is said.
// kernel: do_early_param(), init/main.c; early_fixup_exception(), arch/x86/mm/extable.c
void stop_without_value(Boot& boot, const kernel::Parameter& p) {
  if (p.value) return;
  for (const EarlyFunction& f : kReadNothing) {
    if (!kernel::parameq(p.name, f.option)) continue;
    if (!kernel::is_named(boot.in.profile.parameters.early, p.name)) continue;
    boot.story.tell(
        Severity::panic, {f.function, f.file},
        fmt::format("PANIC: early exception 0x0e: {}() reads the value that `{}` has not",
                    f.function, p.name));
    return;
  }
}

// A percentage above 100, which it takes all the same, with a warning and a trace of the stack.
// kernel: cmdline_parse_core(), mm/mm_init.c, v6.12 and v7.2
void tell_if_too_much(Boot& boot, const kernel::Parameter& p) {
  if (!p.value || !boot.in.behaviour.core_takes_percent) return;
  const bool is_kernelcore = kernel::parameq(p.name, "kernelcore");
  if (!is_kernelcore && !kernel::parameq(p.name, "movablecore")) return;
  if (is_kernelcore && kernel::parse_option_str(*p.value, "mirror")) return;
  const auto number = kernel::simple_strtoull(*p.value);
  if (number.value <= 100 || !number.rest.starts_with('%')) return;
  boot.story.tell(Severity::warning, rule::kCmdlineParseCore,
                  fmt::format("WARNING: cmdline_parse_core(): more than 100 percent of memory: {}",
                              kernel::text_of(p)));
}

}  // namespace

void tell_if_malformed(Boot& boot, const kernel::Parameter& p) {
  stop_without_value(boot, p);
  if (boot.story.over()) return;
  tell_if_too_much(boot, p);
  const kernel::KnownParameters& known = boot.in.profile.parameters;
  for (const EarlyOption& option : kOptions) {
    if (!kernel::parameq(p.name, option.name) || option.accepts(p.value)) continue;
    if (!known.empty() && !kernel::is_named(known.early, p.name)) continue;
    boot.story.tell(Severity::warning, rule::kDoEarlyParam,
                    fmt::format("Malformed early option '{}'", p.name));
  }
}

}  // namespace memmap::boot
