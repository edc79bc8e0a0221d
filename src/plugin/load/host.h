// Finds, checks and loads plugins. Loading runs the plugin's code with all of the user's rights, so
// whatever can be refused is refused before; what was loaded stays until the process ends.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plugin/load/code.h"
#include "plugin/load/descriptor.h"
#include "plugin/load/trust.h"

namespace memmap::plugin {

// A loaded plugin. Lives in its PluginHost; the adapters (alloc.h, trim.h, numa.h) call it.
class Plugin {
 public:
  explicit Plugin(Description description) : Plugin(std::move(description), nullptr) {}
  // `code`: where it runs; nullptr: here.
  Plugin(Description description, std::unique_ptr<Code> code)
      : description_(std::move(description)),
        code_(code ? std::move(code) : code_here(name(), interfaces())) {}
  const PluginInfo& info() const { return description_.info; }
  const std::string& name() const { return description_.info.name; }
  // For what it offers, and its tables; its functions are called by code() alone.
  const Interfaces& interfaces() const { return description_.interfaces; }
  Code& code() const { return *code_; }

 private:
  Description description_;
  std::unique_ptr<Code> code_;
};

struct Opened {
  Description description{};
  std::unique_ptr<Code> code{};
};

// Loads plugins somewhere else than into this process. Several threads may share one.
class Opener {
 public:
  virtual ~Opener() = default;
  // A file that may be loaded. Errors: as open_and_describe() has them; that it crashed, ended, hung,
  // or that nothing keeps it in bounds.
  virtual Result<Opened> open(const std::filesystem::path& file, std::string_view name) const = 0;
  // What those that were opened are not kept from, and why, for the report; nullopt: nothing lacks.
  virtual std::optional<std::string> note() const = 0;
};

// What a look through the folders came to, in name order.
struct Listing {
  std::vector<PluginInfo> plugins{};
  Errors refused{};
};

// A check that a file must pass to be loaded, in the order in which they are made.
struct LoadCheck {
  std::string what{};  // `is a whole shared object for x86-64`
  bool reached = true;
  Errors errors{};  // without the plugin's name; empty, if reached: passed
};

// Makes all of load()'s checks of a file, those that run its code in a child, and loads nothing. A
// check that fails ends the others.
std::vector<LoadCheck> examine(const std::filesystem::path& file);

// One thread at a time.
class PluginHost {
 public:
  // `folders` in order of precedence: search_folders(). None is looked into before it is needed.
  // `opener`: who loads those that are files; nullptr: they are loaded here.
  explicit PluginHost(std::vector<Folder> folders, std::shared_ptr<const Opener> opener = nullptr)
      : folders_(std::move(folders)), opener_(std::move(opener)) {}

  // Loads a plugin by its name, from the first folder that has NAME.so (where none has, the one
  // that is built in), or by the absolute path of its file. Never from the current folder. Loading
  // again gives the same object. Errors: not found (with the folders and the names there are),
  // writable by others, no whole shared object, crashing or ending the process while loading, of
  // another ABI, incomplete: each names plugin and reason. The pointer is good as long as the host.
  Result<const Plugin*> load(std::string_view name_or_path);

  // Whether load() would find one; it may still refuse it.
  bool knows(std::string_view name_or_path) const;

  // Whether a plugin that is a file was loaded: those are called by one thread at a time.
  bool has_modules() const;
  // The opener's, if a plugin was loaded by it.
  std::optional<std::string> isolation_note() const;

  // All plugins of all folders and those that are built in, loaded; of two of one name the first.
  Listing list();

 private:
  std::optional<std::filesystem::path> in_folders(std::string_view name) const;
  Result<std::filesystem::path> find(std::string_view name) const;
  Result<const Plugin*> load_built_in(std::string_view name);
  std::vector<std::string> names() const;
  Trust trust_of(const std::filesystem::path& file) const;

  std::vector<Folder> folders_;
  std::shared_ptr<const Opener> opener_;
  std::map<std::filesystem::path, std::unique_ptr<Plugin>> loaded_;  // by real path, or name
};

}  // namespace memmap::plugin
