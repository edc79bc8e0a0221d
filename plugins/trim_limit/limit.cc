// No RAM stays at or above an address: mem= of the command line, or an option.
// kernel: parse_memopt(), do_early_param(), arch/x86/kernel/e820.c and init/main.c, v6.12
#include "plugin/plugin.hpp"

namespace {

using memmap::plugin::Host;

constexpr char kRule[] = "parse_memopt(), arch/x86/kernel/e820.c";

// mem= as it stands among the parameters.
std::int32_t parameter(const memmap_setting_t& p, const Host& h) {
  if (!memmap::plugin::is_parameter(p, "mem")) return MEMMAP_NONE;
  const auto malformed = [&h] {
    h.say(MEMMAP_SEVERITY_WARNING, "Malformed early option 'mem'", kRule);
  };
  if (p.value == nullptr) return malformed(), MEMMAP_NONE;
  if (std::strcmp(p.value, "nopentium") == 0) {
    h.say(MEMMAP_SEVERITY_WARNING, "mem=nopentium ignored! (only supported on x86_32)", kRule);
    return malformed(), MEMMAP_NONE;
  }
  // The map counts as the user's even if nothing comes of it.
  const std::uint64_t limit = h.read_number(p.value, MEMMAP_SIZE);
  if (limit == 0) return malformed(), MEMMAP_OK;
  const std::string reason = std::string("mem=") + p.value;
  h.cap(limit, reason.c_str(), kRule);
  return MEMMAP_OK;
}

std::int32_t run(const memmap_trim_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const Host& h) -> std::int32_t {
    const auto limit = h.number("limit");
    if (in->hook == MEMMAP_HOOK_E820_PARAMETER) {
      return limit ? MEMMAP_NONE : parameter(*in->parameter, h);
    }
    if (!limit) return MEMMAP_NONE;
    h.cap(*limit, "above the option `limit`");
    return MEMMAP_OK;
  });
}

constexpr memmap_option_t kOptions[] = {
    {sizeof(memmap_option_t), MEMMAP_OPTION_BYTES, "limit",
     "address above which RAM is cut off, instead of mem=", nullptr, nullptr, 1, 0, 0, 0},
};

constexpr memmap_trim_t kTrim = {sizeof(memmap_trim_t),
                                 MEMMAP_HOOK_E820_PARAMETER | MEMMAP_HOOK_E820_COMMAND_LINE, run};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_TRIM_1) ? &kTrim : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "trim_limit", "1.0", "Cuts off RAM above an address: mem=", get_interface, kOptions, 1);
