#include "plugin/load/trust.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace memmap::plugin {
namespace {

namespace fs = std::filesystem;

enum class Kind { file, folder, folder_above };

// Whose word counts here: root's, the user's, and that of whoever owns the program, who could replace it.
bool is_trusted(uid_t owner) {
  struct stat program {};
  return owner == 0 || owner == ::geteuid() ||
         (::stat("/proc/self/exe", &program) == 0 && owner == program.st_uid);
}

// How others may write to `path`: `group`, `world` or nothing.
std::string_view writers(const struct stat& st, Kind kind) {
  // In a sticky folder (/tmp) others can add files, but neither rename nor remove ours.
  if (kind == Kind::folder_above && (st.st_mode & S_ISVTX) != 0) return std::string_view();
  if ((st.st_mode & S_IWOTH) != 0) return std::string_view("world");
  if ((st.st_mode & S_IWGRP) != 0 && kind != Kind::folder_above) return std::string_view("group");
  return std::string_view();
}

Status check(const fs::path& path, Kind kind) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) {
    return Error{.message = fmt::format("`{}`: {}", path.string(), std::strerror(errno))};
  }
  const std::string_view what = kind == Kind::file ? "file" : "folder";
  if (const std::string_view who = writers(st, kind); !who.empty()) {
    return Error{.message = fmt::format("{} `{}` is {}-writable, so anyone could replace the "
                                        "plugin; take that right away (chmod go-w) or move it",
                                        what, path.string(), who)};
  }
  if (kind != Kind::folder_above && !is_trusted(st.st_uid)) {
    return Error{.message = fmt::format("{} `{}` belongs to another user (uid {}), who could "
                                        "replace the plugin; copy it to where only you write",
                                        what, path.string(), st.st_uid)};
  }
  return Done{};
}

}  // namespace

Status check_not_writable_by_others(const fs::path& file) {
  std::error_code ec;
  const fs::path real = fs::canonical(file, ec);
  if (ec) return Error{.message = fmt::format("`{}`: {}", file.string(), ec.message())};
  if (Status s = check(real, Kind::file); !s) return s;
  const fs::path folder = real.parent_path();
  if (Status s = check(folder, Kind::folder); !s) return s;
  for (fs::path p = folder; p != p.root_path();) {
    p = p.parent_path();
    if (Status s = check(p, Kind::folder_above); !s) return s;
  }
  return Done{};
}

Result<std::vector<Folder>> search_folders(const std::vector<fs::path>& named,
                                           std::string_view path_list) {
  std::vector<Folder> folders;
  Errors errors;
  std::error_code ec;
  for (const fs::path& p : named) {
    const fs::path absolute = fs::absolute(p, ec);
    if (p.empty() || ec || !fs::is_directory(absolute, ec)) {
      errors.push_back({.message = fmt::format("--plugin-dir `{}` is no folder", p.string())});
    } else {
      folders.push_back({.path = absolute, .trust = Trust::foreign});
    }
  }
  while (!path_list.empty()) {
    const std::size_t colon = std::min(path_list.find(':'), path_list.size());
    const fs::path p = path_list.substr(0, colon);
    path_list.remove_prefix(std::min(colon + 1, path_list.size()));
    if (p.empty()) continue;
    if (p.is_absolute()) {
      folders.push_back({.path = p, .trust = Trust::foreign});
    } else {
      errors.push_back(
          {.message = fmt::format("MEMMAP_PLUGIN_PATH: `{}` is not an absolute path", p.string())});
    }
  }
  const fs::path program = fs::read_symlink("/proc/self/exe", ec);
  if (!ec) {
    const fs::path beside = program.parent_path();
    folders.push_back({.path = beside / "plugins", .trust = Trust::own});
    folders.push_back(
        {.path = (beside / ".." / MEMMAP_LIBDIR / "memmap" / "plugins").lexically_normal(),
         .trust = Trust::own});
  }
  if (!errors.empty()) return errors;
  return folders;
}

}  // namespace memmap::plugin
