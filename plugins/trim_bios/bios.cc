// The BIOS's memory: the first page, and what lies between base memory and 1 MiB.
// kernel: trim_bios_range(), arch/x86/kernel/setup.c, v6.12
#include "plugin/plugin.hpp"

namespace {

using memmap::plugin::Host;

constexpr std::uint32_t kRam = 1;
constexpr std::uint32_t kReserved = 2;
constexpr std::uint64_t kPage = 0x1000;
constexpr std::uint64_t kBiosBegin = 0xa0000;
constexpr std::uint64_t kBiosEnd = 0x100000;
constexpr char kRule[] = "trim_bios_range(), arch/x86/kernel/setup.c";

std::int32_t run(const memmap_trim_input_t*, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [](const Host& h) -> std::int32_t {
    if (!h.kernel_does("trims_bios_range")) return MEMMAP_NONE;
    h.retype(0, kPage, kRam, kReserved, "the BIOS's first page", kRule);
    h.remove(kBiosBegin, kBiosEnd, kRam, "the BIOS's area below 1 MiB", kRule);
    return MEMMAP_OK;
  });
}

constexpr memmap_trim_t kTrim = {sizeof(memmap_trim_t), MEMMAP_HOOK_E820_BIOS, run};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_TRIM_1) ? &kTrim : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "trim_bios", "1.0", "Takes the BIOS's memory below 1 MiB from the map", get_interface);
