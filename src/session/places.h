// Where the program finds what comes with it: beside it in a build, below its prefix when installed.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plugin/load/host.h"
#include "plugin/load/trust.h"

namespace memmap::session {

// The same for all requests of a process.
struct Places {
  std::string kernels{};  // the folder of kernel profiles
  std::vector<plugin::Folder> plugins{};
  // Who loads plugins that are files; nullptr: they are loaded into this process.
  std::shared_ptr<const plugin::Opener> opener{};

  plugin::PluginHost host() const { return plugin::PluginHost(plugins, opener); }
};

// `named` and `path_list` as plugin::search_folders() takes them, whose errors it has.
Result<Places> find_places(std::span<const std::string> named, std::string_view path_list);

// The same for a library, of whatever program: its own plugins lie in `plugins` or `memmap/plugins` beside its
// file, and its kernels are those that are built in.
Result<Places> places_of_library(std::span<const std::string> named);

// `kernels`, `skeletons`, ...: of the installation, or of the source that this is a build of. Where
// neither has it, the place in the installation, for messages. Never below the current folder.
std::string share_folder(std::string_view name);
// The same for a program that is the file `executable`; empty: where it lies is not known.
std::string share_folder_of(const std::filesystem::path& executable, std::string_view name);

}  // namespace memmap::session
