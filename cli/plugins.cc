#include "plugins.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "plugin/options.h"
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

Result<plugin::ChainWishes> chain_wishes(const Arguments& arguments, const Machine& machine) {
  plugin::ChainWishes wishes;
  Errors errors;
  std::vector<std::string> named;
  for (const std::string& text : arguments.all("--plugin")) {
    const auto spec = plugin::parse_spec(text);
    if (spec) {
      named.push_back(spec->name);
      wishes.use.push_back(*spec);
    } else {
      errors.insert(errors.end(), spec.errors().begin(), spec.errors().end());
    }
  }
  for (const std::string& name : arguments.all("--without-plugin")) {
    named.push_back(name);
    wishes.without.push_back(name);
  }
  std::vector<plugin::PluginSpec> of_scenario;
  for (const PluginUse& use : machine.plugins) {
    if (std::ranges::find(named, use.name) != named.end()) continue;
    if (use.enabled) {
      of_scenario.push_back({use.name, use.options});
    } else {
      wishes.without.push_back(use.name);
    }
  }
  wishes.use.insert(wishes.use.begin(), of_scenario.begin(), of_scenario.end());
  if (!errors.empty()) return errors;
  return wishes;
}

}  // namespace memmap::cli
