// What this trim is for.
#include <memmap/plugin/plugin.hpp>

namespace {

using memmap::plugin::Host;

constexpr std::uint32_t kRam = 1;

// Called at each hook that kTrim names, with the e820 table there (at memblock's hooks: with its
// memory). Emits what to change, with the reason for the report.
std::int32_t run(const memmap_trim_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const Host& h) -> std::int32_t {
    const std::uint64_t smallest = *h.number("smallest");  // has a default
    for (const memmap_range_t& r : memmap::plugin::ranges_of(*in)) {
      if (r.type == kRam && r.end - r.base < smallest) h.remove(r.base, r.end, kRam, "too small");
    }
    return MEMMAP_OK;
  });
}

constexpr memmap_option_t kOptions[] = {
    {sizeof(memmap_option_t), MEMMAP_OPTION_BYTES, "smallest", "RAM entries below this size go",
     "1M", nullptr, 4096, 0, 0, 0},
};

constexpr memmap_trim_t kTrim = {sizeof(memmap_trim_t), MEMMAP_HOOK_E820_COMMAND_LINE, run};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_TRIM_1) ? &kTrim : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "@NAME@", "0.1", "Removes small RAM entries", get_interface, kOptions, 1);
