#include "kernel/setup_functions.h"

#include <algorithm>
#include <initializer_list>

#include "kernel/command_line.h"

namespace memmap::kernel {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

bool is_digit(std::string_view text) {
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

// kernel: kstrtobool(), lib/kstrtox.c, v6.1 and v6.12
bool is_bool(std::string_view text) {
  if (text.empty()) return false;
  if (std::string_view("yYtT1nNfF0").find(text.front()) != std::string_view::npos) return true;
  constexpr std::string_view kSecond = "nNfF";  // of `on`, `off`
  return (text.front() | 0x20) == 'o' && text.size() > 1 && kSecond.find(text[1]) != kSecond.npos;
}

bool is_number(std::string_view text) { return kstrtoul(text).has_value(); }

// kernel: mcheck_enable(), arch/x86/kernel/cpu/mce/core.c
bool is_mce(std::string_view rest) {
  if (rest.empty()) return true;
  if (rest.starts_with('=')) rest.remove_prefix(1);
  return is_digit(rest) ||
         is_one_of(rest, {"off", "no_cmci", "no_lmce", "dont_log_ce", "print_all", "ignore_ce",
                          "bootlog", "nobootlog", "bios_cmci_threshold", "recovery"});
}

// A function that looks at what it is given; all others take anything.
struct Function {
  std::string_view setup;
  bool (*takes)(std::string_view rest);
};

// kernel: the functions named in __setup(), v6.1 and v6.12; init/do_mounts.c, init/initramfs.c,
// mm/huge_memory.c, mm/mempolicy.c, kernel/sched/, kernel/time/, kernel/trace/trace.c,
// kernel/cgroup/cgroup.c, arch/x86/kernel/
constexpr Function kFunctions[] = {
    {"ro", [](std::string_view r) { return r.empty(); }},
    {"rw", [](std::string_view r) { return r.empty(); }},
    {"rootwait", [](std::string_view r) { return r.empty(); }},
    {"retain_initrd", [](std::string_view r) { return r.empty(); }},
    {"mce", is_mce},
    {"strict_sas_size", is_bool},
    {"psi=", is_bool},
    {"nohz=", is_bool},
    {"highres=", is_bool},
    {"initramfs_async=", is_bool},
    {"cgroup_favordynmods=", is_bool},
    {"tracing_thresh=", is_number},
    {"thash_entries=", is_number},
    {"uhash_entries=", is_number},
    {"tcpmhash_entries=", is_number},
    {"nofsgsbase", [](std::string_view r) { return r.empty(); }},
    {"acpi_enforce_resources=", [](std::string_view r) { return !r.empty(); }},
    {"acpi_os_name=", [](std::string_view r) { return !r.empty(); }},
    {"tp_printk", [](std::string_view r) { return !r.starts_with('_'); }},
    {"ftrace_dump_on_oops",
     [](std::string_view r) { return r.empty() || r.starts_with('=') || r.starts_with(','); }},
    {"transparent_hugepage=",
     [](std::string_view r) {
       return is_one_of(r, {"always", "madvise", "never"});
     }},
    {"numa_balancing=",
     [](std::string_view r) {
       return is_one_of(r, {"enable", "disable"});
     }},
    {"schedstats=",
     [](std::string_view r) {
       return is_one_of(r, {"enable", "disable"});
     }},
    {"preempt=",
     [](std::string_view r) {
       return is_one_of(r, {"none", "voluntary", "full"});
     }},
};

}  // namespace

bool setup_function_takes(std::string_view setup, std::string_view rest) {
  const auto* const function = std::ranges::find(kFunctions, setup, &Function::setup);
  return function == std::end(kFunctions) || function->takes(rest);
}

}  // namespace memmap::kernel
