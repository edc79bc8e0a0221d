#include "plugin/load/host.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "plugin/built_in.h"
#include "plugin/load/elf_check.h"
#include "plugin/load/guard.h"
#include "plugin/load/open.h"
#include "plugin/load/probe.h"
#include "plugin/load/watch.h"

namespace memmap::plugin {
namespace {

namespace fs = std::filesystem;

// Puts the plugin's file before each message.
Errors blame(const fs::path& file, const Errors& errors) {
  Errors out;
  for (const Error& e : errors) {
    out.push_back(Error{.message = fmt::format("plugin `{}`: {}", file.stem().string(), e.message),
                        .origin = {.file = file.string()},
                        .code = e.code});
  }
  return out;
}

Result<Description> open(const fs::path& file) {
  const std::string name = file.stem().string();
  CallGuard guard(name.c_str(), "loading");
  auto description = open_and_describe(file, name);
  guard.returned();
  return description;
}

// What goes wrong with that, found out in a child: what is refused there never enters this process,
// not even its exit handlers run here.
template <class Open>
Status try_in_child(const fs::path& file, Open open_file) {
  return survives([&file, open_file] {
    std::string refused;
    const auto opened = open_file(file);
    if (!opened) {
      for (const Error& e : opened.errors()) refused += e.message + "\n";
    }
    return refused;
  });
}

std::string listed(const std::vector<std::string>& names, std::string_view none) {
  return names.empty() ? std::string(none) : fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::vector<LoadCheck> examine(const fs::path& file) {
  install_guards();
  const std::pair<std::string, std::function<Status()>> kChecks[] = {
      {"is there, and a file",
       [&]() -> Status {
         std::error_code ec;
         if (fs::is_regular_file(file, ec)) return Done{};
         return Error{.message = ec ? ec.message() : "is no regular file"};
       }},
      {"nobody but its owner may write it or its folder",
       [&] { return check_not_writable_by_others(file); }},
      {"is a whole shared object for x86-64", [&] { return check_shared_object(file); }},
      {"loads in a child process and exports `memmap_plugin`",
       [&] { return try_in_child(file, open_library); }},
      {fmt::format("describes itself by plugin ABI {}.{}", MEMMAP_ABI_MAJOR, MEMMAP_ABI_MINOR),
       [&] { return try_in_child(file, open); }},
  };
  std::vector<LoadCheck> out;
  bool going_on = true;
  for (const auto& [what, check] : kChecks) {
    LoadCheck result{.what = what, .reached = going_on, .errors = {}};
    if (going_on) {
      if (const Status s = check(); !s) result.errors = s.errors();
      going_on = result.errors.empty();
    }
    out.push_back(std::move(result));
  }
  return out;
}

// NAME of each NAME.so and of those that are built in, in name order, once.
std::vector<std::string> PluginHost::names() const {
  std::set<std::string> found;
  for (const BuiltIn& own : built_in_plugins()) found.emplace(own.name);
  for (const Folder& folder : folders_) {
    std::error_code ec;
    for (fs::directory_iterator it(folder.path, ec), end; !ec && it != end; it.increment(ec)) {
      const fs::path& p = it->path();
      if (p.extension() == ".so" && is_plain_name(p.stem().string())) {
        found.insert(p.stem().string());
      }
    }
  }
  return {found.begin(), found.end()};
}

// From the first folder that has it.
std::optional<fs::path> PluginHost::in_folders(std::string_view name) const {
  for (const Folder& folder : folders_) {
    std::error_code ec;
    fs::path file = folder.path / (std::string(name) + ".so");
    if (fs::exists(file, ec)) return file;
  }
  return std::nullopt;
}

Result<fs::path> PluginHost::find(std::string_view name) const {
  if (name.find('/') != std::string_view::npos) {
    const fs::path path(name);
    if (path.is_absolute()) return path;
    return Error{.message = fmt::format("plugin `{}`: is a relative path; give its name, with "
                                        "--plugin-dir for its folder, or an absolute path",
                                        name)};
  }
  if (!is_plain_name(name)) {
    return Error{.message =
                     fmt::format("plugin `{}`: is no plugin name; expected a-z 0-9 _ (at most "
                                 "63) or an absolute path",
                                 name.substr(0, 80))};
  }
  if (auto file = in_folders(name)) return *std::move(file);
  std::vector<std::string> searched;
  for (const Folder& folder : folders_) searched.push_back(folder.path.string());
  return Error{.message = fmt::format("plugin `{}`: not found in {}; there are: {}", name,
                                      listed(searched, "any folder"), listed(names(), "none"))};
}

Trust PluginHost::trust_of(const fs::path& file) const {
  for (const Folder& folder : folders_) {
    std::error_code ec;
    if (folder.trust == Trust::own && fs::equivalent(folder.path, file.parent_path(), ec) && !ec) {
      return Trust::own;
    }
  }
  return Trust::foreign;
}

bool PluginHost::knows(std::string_view name_or_path) const {
  return find_built_in(name_or_path) != nullptr || find(name_or_path).ok();
}

Result<const Plugin*> PluginHost::load_built_in(std::string_view name) {
  const auto it = loaded_.find(fs::path(name));
  if (it != loaded_.end()) return it->second.get();
  auto description = describe_plugin(find_built_in(name), name);
  if (!description) return blame(name, description.errors());
  return (loaded_[fs::path(name)] = std::make_unique<Plugin>(*std::move(description))).get();
}

Result<const Plugin*> PluginHost::load(std::string_view name_or_path) {
  if (find_built_in(name_or_path) != nullptr && !in_folders(name_or_path)) {
    return load_built_in(name_or_path);
  }
  auto found = find(name_or_path);
  if (!found) return found.errors();
  std::error_code ec;
  const fs::path file = fs::canonical(*found, ec);
  if (ec) return blame(*found, {Error{.message = ec.message()}});
  if (const auto it = loaded_.find(file); it != loaded_.end()) return it->second.get();

  if (Status s = check_not_writable_by_others(file); !s) return blame(file, s.errors());
  if (Status s = check_shared_object(file); !s) return blame(file, s.errors());
  if (opener_ != nullptr) {
    auto opened = opener_->open(file, file.stem().string());
    if (!opened) return blame(file, opened.errors());
    return (loaded_[file] =
                std::make_unique<Plugin>(std::move(opened->description), std::move(opened->code)))
        .get();
  }
  install_guards();
  if (trust_of(file) == Trust::foreign) {
    if (Status s = try_in_child(file, open); !s) return blame(file, s.errors());
    if (Status s = begin_watch(); !s) return blame(file, s.errors());
  }
  auto description = open(file);
  if (!description) return blame(file, description.errors());
  return (loaded_[file] = std::make_unique<Plugin>(*std::move(description))).get();
}

bool PluginHost::has_modules() const {
  return std::ranges::any_of(
      loaded_, [](const auto& loaded) { return !loaded.second->info().file.empty(); });
}

std::optional<std::string> PluginHost::isolation_note() const {
  return opener_ != nullptr && has_modules() ? opener_->note() : std::nullopt;
}

Listing PluginHost::list() {
  Listing out;
  for (const std::string& name : names()) {
    const auto plugin = load(name);
    if (plugin) {
      out.plugins.push_back((*plugin)->info());
    } else {
      append(out.refused, plugin.errors());
    }
  }
  return out;
}

}  // namespace memmap::plugin
