// Which folders and files a plugin may come from. A plugin runs with all of the user's rights, so
// nobody else may be able to put one there.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace memmap::plugin {

enum class Trust {
  own,      // came with the tool: loaded without a trial
  foreign,  // the user named it: tried in a child first
};

struct Folder {
  std::filesystem::path path{};  // absolute
  Trust trust = Trust::foreign;
};

// Where plugins are looked for, in order: `named` (--plugin-dir, must be absolute or it is made so
// from the current folder, which the user thereby named), the absolute folders of `path_list`
// (MEMMAP_PLUGIN_PATH: separated by `:`), then the tool's own: `plugins` beside the executable and
// the installation's. Errors: an element of `path_list` that is not absolute.
Result<std::vector<Folder>> search_folders(const std::vector<std::filesystem::path>& named,
                                           std::string_view path_list);

// Refuses what the group or others may write: the file, its folder, and any folder above that is
// not sticky. Links are followed first.
Status check_not_writable_by_others(const std::filesystem::path& file);

}  // namespace memmap::plugin
