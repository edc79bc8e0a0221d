// Plugins to test with: the fixtures of this folder, as a stranger's, and those we ship.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "plugin/load/host.h"
#include "plugin/load/options.h"

namespace memmap::plugin {

inline PluginHost& host() {
  static PluginHost host(
      {{.path = MEMMAP_FIXTURES, .trust = Trust::foreign},
       {.path = std::filesystem::path(MEMMAP_BUILD_DIR) / "plugins", .trust = Trust::own}});
  return host;
}

// nullptr, and a failure of the test, where it cannot be loaded or does not take its options.
template <class Adapter>
std::unique_ptr<Adapter> make(const char* name, const OptionTexts& options = {}) {
  const auto plugin = host().load(name);
  if (!plugin) return ADD_FAILURE() << to_string(plugin.errors()), nullptr;
  auto adapter = Adapter::create(**plugin, options);
  if (!adapter) return ADD_FAILURE() << to_string(adapter.errors()), nullptr;
  return *std::move(adapter);
}

}  // namespace memmap::plugin
