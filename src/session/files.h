// Files that a policy or a matrix names: beside its own file, one by one or by a pattern.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace memmap::session {

// `path`, which is relative to the folder of `file`, as the process finds it. Standard input (`-`) has no folder and
// stays what it is.
std::string path_beside(const std::string& file, const std::string& path);

// Whether a kernel that is named so is a file, and not one of those that are known by name: it has a `/`, or ends as a
// profile does.
bool is_kernel_file(std::string_view name);

// Whether it may stand for several: it has `*`, `?` or `[`.
bool is_pattern(std::string_view text);

// The files and folders that a pattern stands for, as glob(7) has it, sorted by their bytes.
std::vector<std::string> files_like(const std::string& pattern);

}  // namespace memmap::session
