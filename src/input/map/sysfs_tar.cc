#include "input/map/sysfs_tar.h"

#include <fmt/format.h>

#include <map>

#include "base/limits.h"
#include "base/number.h"
#include "input/map/sysfs_entries.h"
#include "input/open/archive.h"
#include "input/text/faults.h"

namespace memmap::input {
namespace {

// A map of thousands of entries, with whatever else was packed along.
TarLimits limits() {
  return {.members = limit_of(Limit::tar_members),
          .member_bytes = limit_of(Limit::tar_member_size)};
}

struct Place {
  std::string_view folder;  // of the map: `./sys/firmware/memmap`; may be empty
  std::uint64_t number;
  std::string_view file;  // start, end, type
};

// Takes `PREFIX/N/FILE` apart; nullopt: another member.
std::optional<Place> place_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view file = path.substr(slash + 1);
  if (file != "start" && file != "end" && file != "type") return std::nullopt;
  const std::string_view entry = path.substr(0, slash);
  const std::size_t before = entry.rfind('/');
  const std::string_view name = before == std::string_view::npos ? entry : entry.substr(before + 1);
  const auto number = parse_count(name);
  if (!number || name.starts_with("0x") || name.starts_with("0X")) return std::nullopt;
  const std::string_view folder = before == std::string_view::npos ? "" : entry.substr(0, before);
  return Place{folder, *number, file};
}

using Maps = std::map<std::string, EntryFolders, std::less<>>;

Maps collect(const std::string& name, const std::vector<Member>& members, Faults& faults) {
  Maps maps;
  for (const Member& member : members) {
    const auto place = place_of(member.path);
    if (!place) continue;
    const std::string shown = name + ":" + member.path;
    EntryFiles& files = maps[std::string(place->folder)][place->number];
    files.name = shown.substr(0, shown.rfind('/'));
    std::optional<EntryFile>& file = place->file == "start" ? files.start
                                     : place->file == "end" ? files.end
                                                            : files.type;
    if (file) {
      faults.add(Error{.message = "is in the tar twice",
                       .origin = {.file = shown, .offset = member.offset}});
    }
    file = EntryFile{.name = shown, .content = member.bytes};
  }
  return maps;
}

}  // namespace

Recognition recognise_sysfs_tar(const Source& source) {
  if (!is_tar(source.bytes)) return {0, "not a tar"};
  // Member names stand in the clear at the front of 512-byte blocks.
  for (std::size_t at = 0; at + 512 <= source.bytes.size(); at += 512) {
    const std::string_view name = std::string_view(source.bytes).substr(at, 100);
    if (place_of(name.substr(0, name.find('\0'))))
      return {100, "a tar with N/start, N/end, N/type"};
  }
  return {10, "a tar without N/start, N/end, N/type"};
}

Result<Machine> read_sysfs_tar(const Source& source, const ReadOptions&) {
  if (!is_tar(source.bytes)) {
    return Error{.message = "is not a tar", .origin = {.file = source.name}};
  }
  const auto members = tar_members(source.name, source.bytes, limits());
  if (!members) return members.errors();
  Faults faults;
  const Maps maps = collect(source.name, *members, faults);
  if (!faults.none()) return faults.take();
  if (maps.size() > 1) {
    std::string folders;
    for (const auto& [folder, entries] : maps) {
      folders += fmt::format("{}`{}`", folders.empty() ? "" : ", ", folder);
    }
    return Error{.message = fmt::format("the tar holds {} maps, in {}; pack one of them alone",
                                        maps.size(), folders),
                 .origin = {.file = source.name}};
  }
  auto map = map_of_folders(source.name, maps.empty() ? EntryFolders{} : maps.begin()->second);
  if (!map) return map.errors();
  return machine_of(*std::move(map));
}

}  // namespace memmap::input
