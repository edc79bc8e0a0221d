#include "input/sysfs.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/number.h"
#include "input/sysfs_entries.h"

namespace memmap::input {
namespace {

namespace fs = std::filesystem;

// An attribute of sysfs is a page at most.
constexpr std::size_t kMaxFileBytes = 4096;

std::optional<EntryFile> read_entry_file(const fs::path& path, Errors& errors) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return std::nullopt;
  auto content = read_file(path);
  if (!content) {
    errors.insert(errors.end(), content.errors().begin(), content.errors().end());
    return EntryFile{.name = path.string()};
  }
  content->resize(std::min(content->size(), kMaxFileBytes));
  return EntryFile{.name = path.string(), .content = std::move(*content)};
}

EntryFolders read_folders(const fs::path& folder, Errors& errors) {
  EntryFolders out;
  std::error_code failed;
  fs::directory_iterator it(folder, failed);
  for (; !failed && it != fs::directory_iterator(); it.increment(failed)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with('.')) continue;
    const auto number = parse_count(name);
    if (!number || name.starts_with("0x")) {
      errors.push_back(Error{.message = "is no entry: the folder holds only 0, 1, 2 ...",
                             .origin = {.file = it->path().string()}});
      continue;
    }
    const fs::path path = it->path();
    out.emplace(*number, EntryFiles{.name = path.string(),
                                    .start = read_entry_file(path / "start", errors),
                                    .end = read_entry_file(path / "end", errors),
                                    .type = read_entry_file(path / "type", errors)});
  }
  if (failed) {
    errors.push_back(Error{.message = fmt::format("cannot be listed: {}", failed.message()),
                           .origin = {.file = folder.string()}});
  }
  return out;
}

}  // namespace

Recognition recognise_sysfs(const Source& source) {
  if (!source.is_folder()) return {0, "not a folder"};
  std::error_code ignored;
  for (const char* file : {"start", "end", "type"}) {
    if (fs::exists(source.folder / "0" / file, ignored)) return {100, "a folder with 0/start"};
  }
  if (fs::exists(source.folder / "memmap" / "0", ignored)) {
    return {10, "no 0/start in it, but in its folder `memmap`: name that"};
  }
  return {0, "no 0/start in it"};
}

Result<Machine> read_sysfs(const Source& source, const ReadOptions&) {
  Errors errors;
  if (!source.is_folder()) {
    return Error{.message = "is not a folder", .origin = {.file = source.name}};
  }
  const EntryFolders folders = read_folders(source.folder, errors);
  auto map = map_of_folders(source.name, folders);
  if (!errors.empty()) {
    // A file that could not be read is not also told to have bad content.
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
  if (!map) return map.errors();
  Machine machine;
  machine.firmware_map = std::move(map->entries);
  machine.notes = std::move(map->notes);
  return machine;
}

}  // namespace memmap::input
