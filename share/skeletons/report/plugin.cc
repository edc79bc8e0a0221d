// What this report is for.
#include <memmap/plugin/plugin.hpp>

namespace {

using memmap::plugin::Host;

// Called once, with the outcome: as JSON (in->json) and as structs (in->state).
std::int32_t render(const memmap_report_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const Host& h) -> std::int32_t {
    std::uint64_t bytes = 0;
    for (const memmap_range_t& m : memmap::plugin::memory_of(*in->state)) bytes += m.end - m.base;
    std::uint64_t reserved = 0;
    for (const memmap_range_t& r : memmap::plugin::reserved_of(*in->state))
      reserved += r.end - r.base;
    h.write("memory " + std::to_string(bytes) + "\n");
    h.write("reserved " + std::to_string(reserved) + "\n");
    return MEMMAP_OK;
  });
}

constexpr memmap_report_t kReport = {sizeof(memmap_report_t), MEMMAP_REPORT_TEXT,
                                     "bytes of memory and of reservations", render};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_REPORT_1) ? &kReport : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin =
    memmap::plugin::describe("@NAME@", "0.1", "Writes two lines", get_interface);
