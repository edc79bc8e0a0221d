// The kernel's own rules: plugins that are linked into the program and need no file.
#pragma once

#include <span>
#include <string_view>

#include "plugin/abi.h"

namespace memmap::plugin {

struct BuiltIn {
  std::string_view name{};
  const memmap_plugin_t* descriptor = nullptr;
};

// The default chain, in its order: trims are asked in this order at each hook, sources of nodes in
// this order, the last as the last resort.
std::span<const BuiltIn> built_in_plugins();

// nullptr: none has that name.
const memmap_plugin_t* find_built_in(std::string_view name);

}  // namespace memmap::plugin
