// What the command line says about plugins.
#pragma once

#include "arguments.h"
#include "base/result.h"
#include "plugin/host.h"

namespace memmap::cli {

// Looks where --plugin-dir, MEMMAP_PLUGIN_PATH and the installation say.
Result<plugin::PluginHost> plugin_host(const Arguments& arguments);

}  // namespace memmap::cli
