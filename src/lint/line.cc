// Rules on the line as a whole, on names and on limits of processors.
#include <fmt/format.h>

#include <algorithm>

#include "base/suggest.h"
#include "kernel/known_parameters.h"
#include "lint/check.h"

namespace memmap::lint {
namespace {

bool is_known(const kernel::KnownParameters& known, const kernel::Parameter& p) {
  return kernel::is_named(known.early, p.name) || kernel::is_named(known.param, p.name) ||
         kernel::is_setup(known.setup, p) || kernel::is_sysctl(p.name);
}

// What is looked for in the line's text, by the code that unpacks the kernel or the early set-up of
// processors: the kernel's lists of parameters do not have all of these, and where they do not, it
// even says that they are unknown.
// kernel: cmdline_find_option() and cmdline_find_option_bool() in arch/x86; efi_parse_options(),
// drivers/firmware/efi/libstub/efi-stub-helper.c, v6.1 and v6.12
bool is_looked_for(std::string_view name) {
  // clang-format off
  constexpr std::string_view kWords[] = {
      "acpi_rsdp", "clearcpuid", "crashkernel", "dis_ucode_ldr", "edd", "forcepae", "fred", "mem_encrypt",
      "no387", "no5lvl", "nofxsr", "nokaslr", "nopti", "nospec_store_bypass_disable",
      "nospectre_v2", "nousershstk", "noxsave", "noxsaveopt", "noxsaves", "pti",
      "spec_store_bypass_disable", "spectre_v2", "spectre_v2_user", "split_lock_detect", "tsx",
      "vga", "video",
  };
  // clang-format on
  return std::ranges::find(kWords, name) != std::end(kWords);
}

// What init and the first programs of distributions take from the line; the kernel passes it on.
bool is_for_user_space(std::string_view name) {
  // clang-format off
  constexpr std::string_view kWords[] = {
      "1", "2", "3", "4", "5", "s", "S", "-b", "-s", "BOOTIF", "apparmor", "auto", "autoinstall",
      "biosdevname", "bond", "boot", "bootdev", "bridge", "casper", "cloud-init", "components",
      "cryptdevice", "cryptopts", "domdadm", "dolvm", "ds", "emergency", "enforcing", "fastboot",
      "fetch", "findiso", "forcefsck", "fsck", "ifname", "inst", "ip", "ks", "live", "locales",
      "lvm", "maybe-ubiquity", "mount", "netboot", "nfsaddrs", "nfsroot", "noprompt", "nosplash",
      "only-ubiquity", "ostree", "persistent", "plymouth", "preseed", "priority", "repo",
      "rescue", "rhgb", "selinux", "single", "splash", "stage2", "team", "text", "timezone",
      "toram", "url", "username", "vconsole", "vlan", "zfs",
  };
  // clang-format on
  return std::ranges::find(kWords, name) != std::end(kWords);
}

// The names that `word` may be a slip of. Among so many, one that is two letters longer or shorter
// is another word; of a short word, one that is longer or shorter at all.
std::vector<std::string_view> names_like(const kernel::KnownParameters& known,
                                         std::string_view word) {
  std::vector<std::string_view> out;
  for (const auto* list : {&known.early, &known.setup, &known.param}) {
    for (std::string_view name : *list) {
      if (name.ends_with('=')) name.remove_suffix(1);
      const std::size_t slack = word.size() <= 4 ? 0 : 1;
      const bool like = name.size() <= word.size() + slack && word.size() <= name.size() + slack;
      if (like) out.push_back(name);
    }
  }
  return out;
}

// The first of them, if any; what get_option() reads there.
struct Limit {
  const kernel::Parameter* parameter = nullptr;
  int value = 0;
};
std::optional<Limit> last_number(const Check& check, std::string_view name) {
  std::optional<Limit> out;
  for (const kernel::Parameter* p : check.named(name)) {
    if (const auto number = kernel::get_option(p->value)) out = {p, *number};
  }
  return out;
}

}  // namespace

void line_too_long(Check& check) {
  constexpr std::size_t kMost = kernel::kCommandLineSize - 1;
  if (check.line().size() <= kMost) return;
  check.find(check.line().substr(kMost),
             {fmt::format("the line has {} bytes; the kernel keeps {}", check.line().size(), kMost),
              "what follows byte 2047 is cut off (COMMAND_LINE_SIZE is 2048, its end included), a "
              "parameter there in its middle",
              "shorten the line; sysctls and modules' parameters can go to /etc/sysctl.d and "
              "/etc/modprobe.d"});
}

// kernel: parse_args(), kernel/params.c: stops at `--`
void after_dashes(Check& check) {
  if (check.profile().parameters.empty()) return;
  const std::string_view line = check.line();
  std::size_t dashes = std::string_view::npos;
  for (std::size_t at = line.find("--"); at != line.npos; at = line.find("--", at + 1)) {
    const bool starts = at == 0 || line[at - 1] == ' ';
    const bool ends = at + 2 == line.size() || line[at + 2] == ' ';
    const bool parsed = !check.parameters().empty() &&
                        check.parameters().back().at + check.parameters().back().size > at;
    if (starts && ends && !parsed) {
      dashes = at;
      break;
    }
  }
  if (dashes == std::string_view::npos) return;
  const std::string_view rest = line.substr(dashes + 2);
  for (const kernel::Parameter& p : kernel::parse_command_line(rest)) {
    if (!is_known(check.profile().parameters, p)) continue;
    // These three are looked for in the whole text.
    if (p.name == "crashkernel" || p.name == "nokaslr" || p.name == "no5lvl") continue;
    check.find(rest.substr(p.at, p.size),
               {fmt::format("`{}` stands behind `--`: the kernel does not read it", p.name),
                "all that follows a lone `--` is passed to init as its arguments",
                "put it before the `--`"});
  }
}

// kernel: unknown_bootoption(), print_unknown_bootoptions(), init/main.c
void unknown_parameter(Check& check) {
  const kernel::KnownParameters& known = check.profile().parameters;
  if (known.empty()) return;
  for (const kernel::Parameter& p : check.parameters()) {
    if (is_known(known, p) || kernel::is_boot_loaders(p) || is_for_user_space(p.name) ||
        is_looked_for(p.name)) {
      continue;
    }
    // Of a module that may be loaded later.
    if (p.name.find('.') != std::string::npos) continue;
    const auto names = names_like(known, p.name);
    const auto meant = closest(p.name, names);
    if (meant && kernel::parameq(*meant, p.name) && !p.value) {
      check.find(p, {fmt::format("{} needs a value", p.name),
                     "without one it is passed to init as an argument, and costs boot memory",
                     fmt::format("write {}=VALUE, or remove it", p.name)});
      continue;
    }
    check.find(
        check.line().substr(p.at, std::min(p.name.size(), p.size)),
        {fmt::format("kernel {} has no parameter `{}`{}", check.profile().name, p.name,
                     did_you_mean(p.name, names)),
         fmt::format("it is passed to init {}, and costs boot memory",
                     p.value ? "as a variable of its environment" : "as an argument"),
         meant ? fmt::format("write `{}`, or leave it if a program in user space reads it", *meant)
               : "remove it, unless a program in user space reads it"});
  }
}

// kernel: nrcpus(), kernel/smp.c; topology_init_possible_cpus(), v6.12
void cpu_limits(Check& check) {
  const auto nr = last_number(check, "nr_cpus");
  const auto possible = last_number(check, "possible_cpus");
  const auto most = last_number(check, "maxcpus");
  const std::uint64_t configured = check.profile().number(config::NR_CPUS);
  if (nr && nr->value > 0 && static_cast<std::uint64_t>(nr->value) > configured) {
    check.find(
        *nr->parameter,
        {fmt::format("nr_cpus={} is more than this kernel can have: {}", nr->value, configured),
         "it was built with CONFIG_NR_CPUS of that number; a larger limit is "
         "no limit",
         "remove it"});
  }
  if (nr && possible && nr->value > 0 && possible->value > nr->value) {
    check.find(*possible->parameter,
               {fmt::format("possible_cpus={} and nr_cpus={}: the smaller one holds",
                            possible->value, nr->value),
                "nr_cpus= is the hard limit, whatever else is asked for",
                "give one of them, with the number that is meant"});
  }
  if (nr && most && nr->value > 0 && most->value > nr->value) {
    check.find(*most->parameter,
               {fmt::format("maxcpus={} and nr_cpus={}: there are no more than {} to start",
                            most->value, nr->value, nr->value),
                "nr_cpus= is the hard limit; maxcpus= says how many of them start at boot",
                "give the smaller number to maxcpus=, or remove it"});
  }
  const auto nosmp = check.named("nosmp");
  for (const auto& other : {nr, possible, most}) {
    if (nosmp.empty() || !other || other->value <= 1) continue;
    check.find(*other->parameter,
               {fmt::format("`{}` with nosmp",
                            check.line().substr(other->parameter->at, other->parameter->size)),
                "nosmp starts one processor and makes room for one; a maxcpus= behind it undoes it",
                "keep the one that is meant"});
  }
}

}  // namespace memmap::lint
