// The plugins that --plugin and a scenario name, sorted by what they offer.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "input/formats.h"
#include "plugin/adapt/check.h"
#include "plugin/adapt/source.h"
#include "plugin/load/host.h"
#include "plugin/load/options.h"

namespace memmap::session {

// One that offers several interfaces is in several lists.
struct NamedPlugins {
  std::vector<std::unique_ptr<plugin::CheckPlugin>> checks{};
  std::vector<std::unique_ptr<plugin::SourcePlugin>> sources{};
  std::vector<plugin::PluginSpec> reports{};   // loaded, their options not yet looked at
  std::vector<plugin::PluginSpec> deciding{};  // those that decide something in the boot
  // Names of those that do nothing else.
  std::vector<std::string> only_checks{};
  std::vector<std::string> only_sources{};
  std::vector<std::string> only_reports{};
};

// Loads them all. Errors (all), where the specs were named: what host.load() complains of, wrong options of checks
// and sources.
Result<NamedPlugins> sort_plugins(plugin::PluginHost& host,
                                  std::span<const plugin::PluginSpec> specs);

// An error for each of them that only looks on or writes reports: `command` shows neither.
Errors idle_plugins(const NamedPlugins& named, std::string_view command);

// Source plugins as formats to read: the named ones, else all that the host finds.
class PluginFormats : public input::OtherFormats {
 public:
  // Both must outlive it.
  PluginFormats(plugin::PluginHost& host, const NamedPlugins& named) : host_(host), named_(named) {}
  Result<input::OtherFormat*> find(const std::string& id) override;
  std::vector<input::OtherFormat*> all() override;

 private:
  input::OtherFormat* add(plugin::SourcePlugin& source);
  input::OtherFormat* known(const std::string& id);

  plugin::PluginHost& host_;
  const NamedPlugins& named_;
  std::vector<std::unique_ptr<plugin::SourcePlugin>> found_{};
  std::vector<std::unique_ptr<input::OtherFormat>> readers_{};
};

}  // namespace memmap::session
