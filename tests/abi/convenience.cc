// plugin.hpp as a plugin uses it, with nothing else included first.
#include "plugin/plugin.hpp"

std::int32_t trim(const memmap_trim_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const memmap::plugin::Host& h) -> std::int32_t {
    for (const memmap_range_t& r : memmap::plugin::ranges_of(*in))
      h.remove(r.base, r.end, 0, "all");
    return h.text("mode") ? MEMMAP_OK : h.fail("no mode");
  });
}
