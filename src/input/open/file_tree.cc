#include "input/open/file_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "input/open/source.h"

namespace memmap::input {

namespace fs = std::filesystem;

bool DiskTree::has(const std::string& path) const {
  std::error_code ignored;
  return fs::exists(root_ / path, ignored);
}

Result<std::string> DiskTree::read(const std::string& path) const {
  return read_file(root_ / path);
}

Result<std::vector<std::string>> DiskTree::list(const std::string& folder) const {
  std::vector<std::string> names;
  std::error_code failed;
  const fs::path path = root_ / folder;
  if (!fs::is_directory(path, failed)) return names;
  fs::directory_iterator it(path, failed);
  for (; !failed && it != fs::directory_iterator(); it.increment(failed)) {
    names.push_back(it->path().filename().string());
  }
  if (failed) {
    return Error{.message = fmt::format("cannot be listed: {}", failed.message()),
                 .origin = {.file = path.string()}};
  }
  std::ranges::sort(names);
  return names;
}

std::string DiskTree::shown(const std::string& path) const {
  return (path.empty() ? root_ : root_ / path).string();
}

bool MemoryTree::has(const std::string& path) const {
  const auto next = files_.lower_bound(path);
  if (next != files_.end() && next->first == path) return true;
  const auto inside = files_.lower_bound(path + "/");
  return inside != files_.end() && inside->first.starts_with(path + "/");
}

Result<std::string> MemoryTree::read(const std::string& path) const {
  const auto it = files_.find(path);
  if (it != files_.end()) return it->second;
  return Error{.message = has(path) ? "is a folder, a file is expected" : "is not there",
               .origin = {.file = shown(path)}};
}

Result<std::vector<std::string>> MemoryTree::list(const std::string& folder) const {
  std::vector<std::string> names;
  const std::string lead = folder.empty() ? "" : folder + "/";
  for (auto it = files_.lower_bound(lead); it != files_.end(); ++it) {
    if (!it->first.starts_with(lead)) break;
    const std::string_view rest = std::string_view(it->first).substr(lead.size());
    std::string name(rest.substr(0, rest.find('/')));
    if (names.empty() || names.back() != name) names.push_back(std::move(name));
  }
  std::ranges::sort(names);  // `a-b` comes before `a/b`, `a` before both
  return names;
}

std::string MemoryTree::shown(const std::string& path) const {
  return path.empty() ? name_ : fmt::format("{}:{}", name_, path);
}

}  // namespace memmap::input
