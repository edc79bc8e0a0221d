// Pages that the graphics of Sandy Bridge cannot reach are kept from everybody.
// kernel: trim_snb_memory(), snb_gfx_workaround_needed(), arch/x86/kernel/setup.c, v6.12
#include "plugin/plugin.hpp"

namespace {

using memmap::plugin::Host;

constexpr std::uint64_t kPage = 0x1000;
constexpr std::uint64_t kMiB = 1ull << 20;
constexpr std::uint64_t kBadPages[] = {0x20050000, 0x20110000, 0x20130000, 0x20138000, 0x40004000};
constexpr std::uint32_t kGraphics = 2 << 3;  // 00:02.0
constexpr std::uint16_t kIntel = 0x8086;
constexpr std::uint16_t kSandyBridge[] = {0x0102, 0x0106, 0x010a, 0x0112, 0x0116, 0x0122, 0x0126};
constexpr char kRule[] = "trim_snb_memory(), arch/x86/kernel/setup.c";

bool has_the_graphics(const memmap_facts_t& facts) {
  if ((facts.flags & MEMMAP_FACT_SNB) != 0) return true;
  for (std::size_t i = 0; i < facts.pci_count; ++i) {
    const memmap_pci_t& d = facts.pci[i];
    if (d.address != kGraphics || d.vendor != kIntel) continue;
    for (const std::uint16_t id : kSandyBridge) {
      if (d.device == id) return true;
    }
  }
  return false;
}

std::int32_t run(const memmap_trim_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const Host& h) -> std::int32_t {
    const bool early = h.kernel_does("snb_reserved_early");
    const std::uint32_t hook = early ? MEMMAP_HOOK_MEMBLOCK_EARLY : MEMMAP_HOOK_MEMBLOCK_PLATFORM;
    if (in->hook != hook || !h.has_config("PCI") || !has_the_graphics(*in->facts)) {
      return MEMMAP_NONE;
    }
    constexpr char kReason[] = "Sandy Bridge's graphics cannot reach it";
    h.say(MEMMAP_SEVERITY_DEBUG, "reserving inaccessible SNB gfx pages", kRule);
    // Later kernels reserve the first MiB for everybody.
    if (!early) h.reserve(0, kMiB, kReason, kRule);
    for (const std::uint64_t page : kBadPages) h.reserve(page, page + kPage, kReason, kRule);
    return MEMMAP_OK;
  });
}

constexpr memmap_trim_t kTrim = {sizeof(memmap_trim_t),
                                 MEMMAP_HOOK_MEMBLOCK_EARLY | MEMMAP_HOOK_MEMBLOCK_PLATFORM, run};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_TRIM_1) ? &kTrim : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "trim_snb", "1.0", "Reserves what Sandy Bridge's graphics cannot reach", get_interface);
