#include "boot/init/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "boot/init/parameters.h"
#include "boot/owner.h"
#include "boot/rules.h"
#include "kernel/known_parameters.h"

namespace memmap::boot {
namespace {

constexpr std::uint64_t kCacheLine = 64;   // SMP_CACHE_BYTES
constexpr std::size_t kMaxInitWords = 32;  // CONFIG_INIT_ENV_ARG_LIMIT

// What init gets: words and environment, as unknown_bootoption() collects them.
struct ForInit {
  std::vector<std::string> words{};
  std::vector<std::string> environment{};
  bool too_many = false;
};

// kernel: unknown_bootoption(), init_setup(), rdinit_setup(), init/main.c, v6.1 and v6.12
void unknown(const kernel::Parameter& p, ForInit& init) {
  if (kernel::is_boot_loaders(p)) return;
  const std::string text = kernel::text_of(p);
  if (p.name.find('.') != std::string::npos || init.too_many) return;
  if (!p.value) {
    init.words.push_back(text);
    init.too_many = init.words.size() >= kMaxInitWords;
    return;
  }
  const auto same = [&](const std::string& other) { return other.starts_with(p.name + "="); };
  if (same("HOME=/") || same("TERM=linux")) return;  // replaced, and not told
  const auto at = std::ranges::find_if(init.environment, same);
  if (at != init.environment.end()) {
    *at = text;
  } else {
    init.environment.push_back(text);
    init.too_many = init.environment.size() + 2 > kMaxInitWords;
  }
}

ForInit for_init(Boot& boot) {
  const std::set<std::size_t>& refused = refused_parameters(boot);
  const kernel::KnownParameters& known = boot.in.profile.parameters;
  ForInit init;
  for (std::size_t i = 0; i < boot.in.parameters.size(); ++i) {
    const kernel::Parameter& p = boot.in.parameters[i];
    if (kernel::is_named(known.param, p.name) || kernel::is_sysctl(p.name)) continue;
    // What stands before is for a script that a boot loader put in front.
    if ((p.name == "init" || p.name == "rdinit") && p.value) init.words.clear();
    const bool taken = kernel::is_setup(known.setup, p) && !refused.contains(i);
    if (taken || kernel::is_named(known.early, p.name)) continue;
    unknown(p, init);
  }
  return init;
}

}  // namespace

namespace {

// More of the line may stand at the initrd's end, which no fact tells.
// kernel: setup_boot_config(), init/main.c, v6.1 and v6.12
void setup_boot_config(Boot& boot) {
  const bool wanted =
      boot.in.has_parameter("bootconfig") || boot.in.profile.has(config::BOOT_CONFIG_FORCE);
  if (!wanted || !boot.in.profile.has(config::BOOT_CONFIG)) return;
  boot.story.tell(
      Severity::debug, rule::kSetupBootConfig,
      "bootconfig: what the initrd holds of it is not known; it and the memory that it is "
      "parsed in are left out");
}

}  // namespace

// Two copies: one to show, one to be cut into parameters; older kernels cut one for initcalls too.
// kernel: setup_command_line(), init/main.c, v5.4 to v6.12
void setup_command_line(Boot& boot) {
  setup_boot_config(boot);
  const std::uint64_t size =
      std::min(boot.in.command_line.size(), kernel::kCommandLineSize - 1) + 1;
  for (unsigned copy = 0; copy < boot.in.behaviour.command_line_copies; ++copy) {
    boot.alloc_or_panic(
        size, kCacheLine,
        boot.caller(owner::kCommandLine, {function::setup_command_line, function::start_kernel}),
        "init/main.c");
  }
}

// kernel: print_unknown_bootoptions(), init/main.c, v5.14 and later
void print_unknown_bootoptions(Boot& boot) {
  if (boot.in.profile.parameters.empty()) {
    return boot.story.tell(
        Severity::debug, rule::kPrintUnknownBootoptions,
        "the kernel's profile does not list its parameters: which of the command "
        "line it does not know, and the memory it lists them in, is left out");
  }
  const ForInit init = for_init(boot);
  if (init.too_many || (init.words.empty() && init.environment.empty())) return;
  std::string text;
  for (const auto* list : {&init.words, &init.environment}) {
    for (const std::string& word : *list) text += " " + word;
  }
  const memblock::Caller caller = boot.caller(
      owner::kUnknownParameters, {function::print_unknown_bootoptions, function::start_kernel});
  const auto found = boot.state.memblock.alloc(text.size() + 1, kCacheLine, caller);
  if (!found) return;
  boot.story.tell(
      Severity::info, rule::kPrintUnknownBootoptions,
      fmt::format("Unknown kernel command line parameters \"{}\", will be passed to user space.",
                  text.substr(1)));
  boot.state.memblock.free(*found, text.size() + 1, caller);
}

}  // namespace memmap::boot
