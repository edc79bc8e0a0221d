// What the command line and a scenario say about plugins.
#pragma once

#include "arguments.h"
#include "base/result.h"
#include "machine/machine.h"
#include "plugin/chain.h"
#include "plugin/host.h"

namespace memmap::cli {

// Looks where --plugin-dir, MEMMAP_PLUGIN_PATH and the installation say.
Result<plugin::PluginHost> plugin_host(const Arguments& arguments);

// --plugin and --without-plugin; a scenario's `plugins` come before them, and give way where they
// name the same plugin. Errors: what is no NAME[:KEY=VALUE,...] (all).
Result<plugin::ChainWishes> chain_wishes(const Arguments& arguments, const Machine& machine);

}  // namespace memmap::cli
