// Caps RAM at an address, as mem= does on x86: no RAM stays at or above it.
// kernel: parse_memopt(), arch/x86/kernel/e820.c
#include "plugin/plugin.hpp"

namespace {

using memmap::plugin::Host;

constexpr std::uint32_t kRam = 1;

std::int32_t run(const memmap_trim_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const Host& h) -> std::int32_t {
    const std::uint64_t limit = *h.number("limit");  // required: the host made sure of it
    std::uint64_t left = 0;
    for (const memmap_range_t& r : memmap::plugin::ranges_of(*in)) {
      if (r.type == kRam && r.base < limit) left += (r.end < limit ? r.end : limit) - r.base;
    }
    if (left == 0) h.warn("no RAM is left below the limit");
    h.cap(limit, "above the plugin's limit");
    return MEMMAP_OK;
  });
}

constexpr memmap_option_t kOptions[] = {
    {sizeof(memmap_option_t), MEMMAP_OPTION_BYTES, "limit", "address above which RAM is cut off",
     nullptr, nullptr, 1, 0, MEMMAP_OPTION_REQUIRED, 0},
};

constexpr memmap_trim_t kTrim = {sizeof(memmap_trim_t), MEMMAP_HOOK_E820_COMMAND_LINE, run};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_TRIM_1) ? &kTrim : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "trim_cap", "1.0", "Cuts off RAM above an address, as mem= does", get_interface, kOptions, 1);
