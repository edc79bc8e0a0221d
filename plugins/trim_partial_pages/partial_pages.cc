// Memory starts and ends at whole pages.
// kernel: e820__memblock_setup(), arch/x86/kernel/e820.c; memblock_trim_memory()
#include "plugin/plugin.hpp"

namespace {

using memmap::plugin::Host;

constexpr std::uint64_t kPage = 0x1000;

std::int32_t run(const memmap_trim_input_t*, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [](const Host& h) -> std::int32_t {
    if (!h.kernel_does("memblock_trims_partial_pages")) return MEMMAP_NONE;
    h.align(kPage, "no whole page", "memblock_trim_memory(), mm/memblock.c");
    return MEMMAP_OK;
  });
}

constexpr memmap_trim_t kTrim = {sizeof(memmap_trim_t), MEMMAP_HOOK_MEMBLOCK_FILLED, run};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_TRIM_1) ? &kTrim : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "trim_partial_pages", "1.0", "Cuts pieces of memory to whole pages", get_interface);
