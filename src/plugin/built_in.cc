#include "plugin/built_in.h"

#include <algorithm>
#include <iterator>

// Each is plugins/NAME/, whose `memmap_plugin` is called memmap_plugin_NAME where it is linked in:
// memmap_plugin(NAME BUILT_IN), cmake/modules.cmake.
#define MEMMAP_BUILT_IN(row)                                                          \
  row(alloc_topdown) row(alloc_bottomup) row(trim_snb) row(trim_limit) row(trim_bios) \
      row(trim_mtrr) row(trim_partial_pages) row(numa_srat) row(numa_flat) row(numa_fake)

#define MEMMAP_DECLARE(name) extern const memmap_plugin_t memmap_plugin_##name;
#define MEMMAP_ROW(name) {#name, &memmap_plugin_##name},

extern "C" {
MEMMAP_BUILT_IN(MEMMAP_DECLARE)
}

namespace memmap::plugin {
namespace {

constexpr BuiltIn kBuiltIn[] = {MEMMAP_BUILT_IN(MEMMAP_ROW)};

}  // namespace

std::span<const BuiltIn> built_in_plugins() { return kBuiltIn; }

const memmap_plugin_t* find_built_in(std::string_view name) {
  const auto* it = std::ranges::find(kBuiltIn, name, &BuiltIn::name);
  return it == std::end(kBuiltIn) ? nullptr : it->descriptor;
}

}  // namespace memmap::plugin
