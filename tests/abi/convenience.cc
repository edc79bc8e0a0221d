// plugin.hpp as a plugin uses it, with nothing else included first.
#include "plugin/plugin.hpp"

std::int32_t trim(const memmap_trim_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const memmap::plugin::Host& h) -> std::int32_t {
    for (const memmap_range_t& r : memmap::plugin::ranges_of(*in))
      h.remove(r.base, r.end, 0, "all");
    return h.text("mode") ? MEMMAP_OK : h.fail("no mode");
  });
}

std::int32_t reads(const memmap_numa_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const memmap::plugin::Host& h) -> std::int32_t {
    using memmap::plugin::is_set;
    if (!memmap::plugin::since(*in->facts, 6, 1) || is_set(*in->facts, "numa", "off")) {
      return MEMMAP_NONE;
    }
    const char* rest = nullptr;
    h.say(MEMMAP_SEVERITY_INFO, std::to_string(h.read_number("4K:", MEMMAP_SIZE, &rest)) + rest);
    for (const memmap_range_t& r : memmap::plugin::blocks_of(*in)) h.assign(r.base, r.end, 0, "");
    return h.has_config("NUMA") && h.kernel_does("numa_is_generic") ? MEMMAP_OK : MEMMAP_NONE;
  });
}

std::int32_t look(const memmap_event_t* e, const memmap_state_t* boot, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [=](const memmap::plugin::Host& h) -> std::int32_t {
    for (const memmap_owned_t& o : memmap::plugin::owners_of(*boot)) {
      h.finding("seen", o.base, o.end, e->step);
    }
    for (const memmap_zone_t& z : memmap::plugin::zones_of(*boot)) h.write(std::to_string(z.nid));
    h.entry(0, 4096, 1);
    h.fact("note", "x");
    h.input_error(1, 1, "x");
    return MEMMAP_OK;
  });
}
