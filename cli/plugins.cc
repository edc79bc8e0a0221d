#include "plugins.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "plugin/load/options.h"
#include "plugin/load/trust.h"

namespace memmap::cli {
namespace {

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

// By --plugin and --without-plugin.
std::vector<std::string> names_given(const Arguments& arguments) {
  std::vector<std::string> out;
  for (const std::string& text : arguments.all("--plugin")) {
    if (const auto spec = plugin::parse_spec(text)) out.push_back(spec->name);
  }
  for (const std::string& name : arguments.all("--without-plugin")) out.push_back(name);
  return out;
}

}  // namespace

Result<plugin::PluginHost> plugin_host(const Arguments& arguments) {
  std::vector<std::filesystem::path> named;
  for (const std::string& folder : arguments.all("--plugin-dir")) named.emplace_back(folder);
  const char* path = std::getenv("MEMMAP_PLUGIN_PATH");
  const auto folders = plugin::search_folders(named, path == nullptr ? "" : path);
  if (!folders) return folders.errors();
  return plugin::PluginHost(*folders);
}

Result<std::vector<plugin::PluginSpec>> named_plugins(const Arguments& arguments) {
  std::vector<plugin::PluginSpec> out;
  Errors errors;
  for (const std::string& text : arguments.all("--plugin")) {
    if (const auto spec = plugin::parse_spec(text)) {
      out.push_back(*spec);
    } else {
      errors.insert(errors.end(), spec.errors().begin(), spec.errors().end());
    }
  }
  if (!errors.empty()) return errors;
  return out;
}

std::vector<plugin::PluginSpec> scenario_plugins(const Arguments& arguments,
                                                 const Machine& machine) {
  const std::vector<std::string> named = names_given(arguments);
  std::vector<plugin::PluginSpec> out;
  for (const PluginUse& use : machine.plugins) {
    if (use.enabled && !has(named, use.name)) out.push_back({use.name, use.options});
  }
  return out;
}

plugin::ChainWishes chain_wishes(std::vector<plugin::PluginSpec> deciding,
                                 const Arguments& arguments, const Machine& machine) {
  plugin::ChainWishes wishes{std::move(deciding), {}};
  for (const std::string& name : arguments.all("--without-plugin")) wishes.without.push_back(name);
  const std::vector<std::string> named = names_given(arguments);
  for (const PluginUse& use : machine.plugins) {
    if (!use.enabled && !has(named, use.name)) wishes.without.push_back(use.name);
  }
  return wishes;
}

}  // namespace memmap::cli
