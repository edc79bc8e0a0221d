// The beginning of a plugin: a folder that builds against an installed memmap and passes its test.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace memmap::cli {

std::span<const std::string_view> skeleton_kinds();

// The files (relative path, content) of a new plugin, made from those in `folder`
// (share/skeletons): those of all kinds and those of `kind`. Errors: a name that is none, an
// unknown kind, files that are not there.
Result<std::vector<std::pair<std::string, std::string>>> skeleton(const std::string& folder,
                                                                  const std::string& name,
                                                                  const std::string& kind);

}  // namespace memmap::cli
