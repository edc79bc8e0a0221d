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
  if (const auto function = kernel::reads_no_value(boot.in.profile, p)) {
    return boot.story.tell(
        Severity::panic, *function,
        fmt::format("PANIC: early exception 0x0e: {}() reads the value that `{}` has not",
                    function->function, p.name));
  }
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
