#include "plugins.h"

#include <cstdlib>
#include <filesystem>

#include "plugin/trust.h"

namespace memmap::cli {

Result<plugin::PluginHost> plugin_host(const Arguments& arguments) {
  std::vector<std::filesystem::path> named;
  for (const std::string& folder : arguments.all("--plugin-dir")) named.emplace_back(folder);
  const char* path = std::getenv("MEMMAP_PLUGIN_PATH");
  const auto folders = plugin::search_folders(named, path == nullptr ? "" : path);
  if (!folders) return folders.errors();
  return plugin::PluginHost(*folders);
}

}  // namespace memmap::cli
