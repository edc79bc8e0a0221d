// A plugin that we ship, in the middle of a boot.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "boot/plugged.h"
#include "plugin/adapt/alloc.h"
#include "plugin/load/host.h"
#include "plugin/load/options.h"

namespace memmap::test {

// What a test says of machine and kernel; must outlive what is asked about it.
struct World {
  Machine machine{};
  kernel::Profile profile{.version = {6, 12, 0}};
  std::string line{};
  std::vector<kernel::Parameter> parameters{};
  bool acpi_enabled = true;

  boot::Facts facts() {
    parameters = kernel::parse_command_line(line);
    return {machine, profile, line, parameters, acpi_enabled};
  }
};

// Fails, and ends the program, if it does not load.
inline const plugin::Plugin& shipped_plugin(const char* name) {
  static auto& host = *new plugin::PluginHost(
      {{.path = std::filesystem::path(MEMMAP_BUILD_DIR) / "plugins", .trust = plugin::Trust::own}});
  const auto plugin = host.load(name);
  MEMMAP_CHECK(plugin.ok(), "a plugin that we ship loads");
  return **plugin;
}

// Adapter: TrimPlugin or NumaPlugin.
template <class Adapter>
std::unique_ptr<Adapter> shipped(const char* name, World& world,
                                 const plugin::OptionTexts& options = {}) {
  auto adapter = Adapter::create(shipped_plugin(name), options);
  if (!adapter) return ADD_FAILURE() << to_string(adapter.errors()), nullptr;
  (*adapter)->begin(world.facts());
  return *std::move(adapter);
}

inline std::unique_ptr<plugin::AllocPlugin> shipped_policy(
    const char* name, const plugin::OptionTexts& options = {}) {
  auto policy = plugin::AllocPlugin::create(shipped_plugin(name), options);
  if (!policy) return ADD_FAILURE() << to_string(policy.errors()), nullptr;
  return *std::move(policy);
}

constexpr PhysRange span(std::uint64_t base, std::uint64_t end) {
  return PhysRange::make(base, end);
}

}  // namespace memmap::test
