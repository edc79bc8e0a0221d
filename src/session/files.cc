#include "session/files.h"

#include <glob.h>

#include <algorithm>
#include <filesystem>

namespace memmap::session {

namespace fs = std::filesystem;

std::string path_beside(const std::string& file, const std::string& path) {
  if (file == "-" || path == "-") return path;
  return (fs::path(file).parent_path() / path).string();
}

bool is_kernel_file(std::string_view name) {
  return name.find('/') != name.npos || name.ends_with(".yaml");
}

bool is_pattern(std::string_view text) { return text.find_first_of("*?[") != text.npos; }

std::vector<std::string> files_like(const std::string& pattern) {
  std::vector<std::string> out;
  ::glob_t found{};
  if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0)
    out.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  std::ranges::sort(out);
  return out;
}

}  // namespace memmap::session
