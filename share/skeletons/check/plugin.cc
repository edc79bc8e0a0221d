// What this check is for.
#include <memmap/plugin/plugin.hpp>

namespace {

using memmap::plugin::Host;

// Called for the events that kCheck names, as they happen; `boot` is the state then.
std::int32_t event(void*, const memmap_host_t* host, const memmap_event_t* e,
                   const memmap_state_t*) {
  return memmap::plugin::guarded(host, [e](const Host& h) -> std::int32_t {
    if (e->call == MEMMAP_CALL_ALLOC && e->size > *h.number("largest")) {
      h.finding("too_large", 0, 0,
                std::string(e->function) + "() asks for " + std::to_string(e->size) + " bytes");
    }
    return MEMMAP_OK;
  });
}

// Called once, at the end.
std::int32_t finish(void*, const memmap_host_t* host, const memmap_state_t* boot) {
  return memmap::plugin::guarded(host, [boot](const Host& h) -> std::int32_t {
    if (memmap::plugin::memory_of(*boot).empty())
      h.finding("no_memory", 0, 0, "there is no memory");
    return MEMMAP_OK;
  });
}

constexpr memmap_option_t kOptions[] = {
    {sizeof(memmap_option_t), MEMMAP_OPTION_BYTES, "largest", "the largest allocation allowed",
     "1G", nullptr, 1, 0, 0, 0},
};

// Member by member: the struct grows at its end with later versions of the ABI.
constexpr memmap_check_t kCheck = [] {
  memmap_check_t check{};
  check.struct_size = sizeof check;
  check.events = MEMMAP_EVENT_CALL;
  check.event = event;
  check.finish = finish;
  return check;
}();

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_CHECK_1) ? &kCheck : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "@NAME@", "0.1", "Finds very large allocations", get_interface, kOptions, 1);
