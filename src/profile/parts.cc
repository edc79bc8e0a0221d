#include "profile/parts.h"

#include <algorithm>
#include <array>

namespace memmap::kernel {
namespace {

struct Row {
  std::string_view name;  // the whole name, or what comes before -RELEASE
  Part part;
};
constexpr Row kRows[] = {
    {"config", Part::config},         {".config", Part::config},
    {"kallsyms", Part::symbols},      {"System.map", Part::symbols},
    {"sections.txt", Part::sections}, {"params.txt", Part::parameters},
    {"vmlinux", Part::image},         {"vmlinuz", Part::image},
    {"bzImage", Part::image},
};

std::string_view without_suffix(std::string_view name) {
  constexpr std::array<std::string_view, 4> kSuffixes{".gz", ".xz", ".zst", ".bz2"};
  for (const std::string_view suffix : kSuffixes) {
    if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  }
  return name;
}

// Takes `folder/` off the front; false: something else stands there.
bool take(std::string_view& path, std::string_view folder) {
  if (!path.starts_with(folder) || !path.substr(folder.size()).starts_with('/')) return false;
  path.remove_prefix(folder.size() + 1);
  return true;
}

// Takes a folder of any name off the front, and tells the name; empty: a file is next.
std::string_view take_folder(std::string_view& path) {
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view folder = path.substr(0, slash);
  path.remove_prefix(slash + 1);
  return folder;
}

}  // namespace

std::optional<PartName> part_named(std::string_view file_name) {
  const std::string_view name = without_suffix(file_name);
  if (name.ends_with(".btf") || name == "btf") return PartName{.part = Part::btf};
  if (name.ends_with(".old") || name.find("-0-rescue-") != std::string_view::npos) {
    return std::nullopt;
  }
  const auto* row = std::ranges::find_if(kRows, [&](const Row& r) {
    return name == r.name || (name.starts_with(r.name) && name[r.name.size()] == '-');
  });
  if (row == std::end(kRows)) return std::nullopt;
  const bool whole = name.size() == row->name.size();
  return PartName{row->part, whole ? std::string_view{} : name.substr(row->name.size() + 1)};
}

std::optional<PartName> part_at(std::string_view path) {
  take(path, "usr");
  std::string_view release;
  if (take(path, "lib/debug")) {
    // Below it the whole tree again, or the file: lib/debug/boot, lib/debug/lib/modules/RELEASE.
    take(path, "usr");
    if (take(path, "lib/modules")) {
      release = take_folder(path);
    } else {
      take(path, "boot");
    }
  } else if (take(path, "lib/modules")) {
    release = take_folder(path);
    take(path, "build");
  } else if (take(path, "src")) {
    constexpr std::string_view kHeaders = "linux-headers-";
    release = take_folder(path);
    if (!release.starts_with(kHeaders)) return std::nullopt;
    release.remove_prefix(kHeaders.size());
  } else if (!take(path, "boot")) {
    return std::nullopt;
  }
  if (path.find('/') != std::string_view::npos) return std::nullopt;
  auto part = part_named(path);
  if (part && part->part != Part::image && part->part != Part::config &&
      part->part != Part::symbols) {
    return std::nullopt;
  }
  if (part && !release.empty()) part->release = release;
  return part;
}

bool is_stub(std::string_view system_map) {
  return system_map.size() < 1024 &&
         system_map.find("The real System.map is in") != std::string_view::npos;
}

}  // namespace memmap::kernel
