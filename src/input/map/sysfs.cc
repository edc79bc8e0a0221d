#include "input/map/sysfs.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/number.h"
#include "input/text/faults.h"

namespace memmap::input {
namespace {

namespace fs = std::filesystem;

// An attribute of sysfs is a page at most.
constexpr std::size_t kMaxFileBytes = 4096;

std::optional<EntryFile> read_entry_file(const FileTree& tree, const std::string& path,
                                         Faults& faults) {
  if (!tree.has(path)) return std::nullopt;
  auto content = tree.read(path);
  if (!content) {
    faults.add(content.errors());
    return EntryFile{.name = tree.shown(path)};
  }
  content->resize(std::min(content->size(), kMaxFileBytes));
  return EntryFile{.name = tree.shown(path), .content = std::move(*content)};
}

EntryFolders read_folders(const FileTree& tree, const std::string& folder, Faults& faults) {
  EntryFolders out;
  const auto names = tree.list(folder);
  if (!names) {
    faults.add(names.errors());
    return out;
  }
  for (const std::string& name : *names) {
    if (name.starts_with('.')) continue;
    const std::string path = folder.empty() ? name : folder + "/" + name;
    const auto number = parse_count(name);
    if (!number || name.starts_with("0x")) {
      faults.add(Error{.message = "is no entry: the folder holds only 0, 1, 2 ...",
                       .origin = {.file = tree.shown(path)}});
      continue;
    }
    out.emplace(*number, EntryFiles{.name = tree.shown(path),
                                    .start = read_entry_file(tree, path + "/start", faults),
                                    .end = read_entry_file(tree, path + "/end", faults),
                                    .type = read_entry_file(tree, path + "/type", faults)});
  }
  return out;
}

}  // namespace

Recognition recognise_sysfs(const Source& source) {
  std::error_code ignored;
  for (const char* file : {"start", "end", "type"}) {
    if (fs::exists(source.folder / "0" / file, ignored)) return {100, "a folder with 0/start"};
  }
  if (fs::exists(source.folder / "memmap" / "0", ignored)) {
    return {10, "no 0/start in it, but in its folder `memmap`: name that"};
  }
  return {0, "no 0/start in it"};
}

Result<SysfsMap> read_memmap_folder(const FileTree& tree, const std::string& folder) {
  Faults faults;
  const EntryFolders folders = read_folders(tree, folder, faults);
  auto map = map_of_folders(tree.shown(folder), folders);
  if (faults.none()) return map;
  // A file that could not be read is not also told to have bad content.
  Errors errors = faults.take();
  const std::size_t unread = errors.size();
  for (const Error& e : map ? Errors{} : map.errors()) {
    const auto end = errors.begin() + static_cast<std::ptrdiff_t>(unread);
    const bool known = std::any_of(errors.begin(), end, [&](const Error& other) {
      return other.origin.file == e.origin.file;
    });
    if (!known) errors.push_back(e);
  }
  return errors;
}

Result<Machine> read_sysfs(const Source& source, const ReadOptions&) {
  auto map = read_memmap_folder(DiskTree(source.folder), "");
  if (!map) return map.errors();
  return machine_of(*std::move(map));
}

}  // namespace memmap::input
