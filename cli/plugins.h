// What the command line and a scenario say about plugins.
#pragma once

#include <vector>

#include "arguments.h"
#include "base/result.h"
#include "machine/machine.h"
#include "plugin/chain.h"
#include "plugin/load/host.h"
#include "plugin/load/options.h"

namespace memmap::cli {

// Looks where --plugin-dir, MEMMAP_PLUGIN_PATH and the installation say.
Result<plugin::PluginHost> plugin_host(const Arguments& arguments);

// What --plugin names. Errors: what is no NAME[:KEY=VALUE,...] (all).
Result<std::vector<plugin::PluginSpec>> named_plugins(const Arguments& arguments);

// What a scenario's `plugins` want used; they give way where --plugin or --without-plugin names the
// same plugin.
std::vector<plugin::PluginSpec> scenario_plugins(const Arguments& arguments,
                                                 const Machine& machine);

// A chain with `deciding`, and without what --without-plugin and the scenario leave out.
plugin::ChainWishes chain_wishes(std::vector<plugin::PluginSpec> deciding,
                                 const Arguments& arguments, const Machine& machine);

}  // namespace memmap::cli
