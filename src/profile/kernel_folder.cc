#include "profile/kernel_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "profile/parts.h"

namespace memmap::kernel {
namespace {

namespace fs = std::filesystem;

using Member = std::optional<std::string> KernelFiles::*;

struct PartMember {
  Part part;
  Member member;
};
constexpr PartMember kMembers[] = {
    {Part::image, &KernelFiles::image},       {Part::config, &KernelFiles::config},
    {Part::btf, &KernelFiles::btf},           {Part::symbols, &KernelFiles::symbols},
    {Part::sections, &KernelFiles::sections}, {Part::parameters, &KernelFiles::parameters},
};

struct Found {
  Part part;
  std::string release;
  std::string path;
};

std::string name_of(const std::string& path) { return fs::path(path).filename().string(); }

Result<std::vector<Found>> parts_in(const std::string& folder) {
  std::error_code error;
  std::vector<Found> found;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    std::error_code ignored;
    const auto part = part_named(name);
    if (!part || it->is_directory(ignored)) continue;
    found.push_back({part->part, std::string(part->release), it->path().string()});
  }
  if (error) return Error{fmt::format("cannot be read: {}", error.message()), {folder}};
  std::ranges::sort(found, {}, &Found::path);
  return found;
}

// Of RELEASE in lib/modules, the files in boot beside lib (or usr): `config-RELEASE`, `vmlinuz-RELEASE`.
std::vector<Found> parts_in_boot(const fs::path& modules) {
  std::error_code error;
  const fs::path real = fs::canonical(modules, error);
  const std::string release = real.filename().string();
  fs::path root = real.parent_path();
  if (error || root.filename() != "modules" || root.parent_path().filename() != "lib") return {};
  root = root.parent_path().parent_path();
  if (root.filename() == "usr") root = root.parent_path();
  auto found = parts_in((root / "boot").string());
  if (!found) return {};
  std::erase_if(*found, [&](const Found& f) { return f.release != release; });
  return std::move(*found);
}

// Errors if images of several releases are among `found`; else leaves those files that go with the
// one that is.
Status keep_one_release(const std::string& folder, std::vector<Found>& found) {
  std::vector<std::string> releases;
  for (const Found& f : found) {
    if (f.part == Part::image && std::ranges::find(releases, f.release) == releases.end()) {
      releases.push_back(f.release);
    }
  }
  if (releases.empty()) return Done{};
  if (releases.size() > 1) {
    std::vector<std::string> names;
    for (const Found& f : found) {
      if (f.part == Part::image) names.push_back(name_of(f.path));
    }
    return Error{
        fmt::format("holds several kernels: {}; give the file of one", fmt::join(names, ", ")),
        {folder}};
  }
  std::erase_if(found, [&](const Found& f) {
    return !f.release.empty() && !releases.front().empty() && f.release != releases.front();
  });
  return Done{};
}

bool has_image(const std::vector<Found>& found) {
  return std::ranges::find(found, Part::image, &Found::part) != found.end();
}

}  // namespace

Status find_parts(const std::string& folder, KernelFiles& files) {
  auto found = parts_in(folder);
  if (!found) return found.errors();
  if (!has_image(*found) && !files.image) {
    for (Found& other : parts_in_boot(folder)) {
      if (std::ranges::find(*found, other.part, &Found::part) == found->end()) {
        found->push_back(std::move(other));
      }
    }
  }
  if (found->empty()) {
    return Error{
        "holds no part of a kernel: config, *.btf, kallsyms, System.map, sections.txt, "
        "params.txt, vmlinux or vmlinuz are looked for",
        {folder}};
  }
  if (auto status = keep_one_release(folder, *found); !status) return status;
  Errors errors;
  for (const PartMember& row : kMembers) {
    const Found* first = nullptr;
    for (const Found& f : *found) {
      if (f.part != row.part) continue;
      if (first == nullptr) {
        first = &f;
        continue;
      }
      errors.push_back({.message = fmt::format("{} and {} are parts of one kind; which one holds?",
                                               name_of(first->path), name_of(f.path)),
                        .origin = {folder}});
    }
    if (first != nullptr && !(files.*row.member)) files.*row.member = first->path;
  }
  if (!errors.empty()) return errors;
  return Done{};
}

std::optional<std::string> config_beside(const std::string& image) {
  const fs::path path(image);
  const fs::path folder = path.parent_path();
  const std::string name = name_of(image);
  const auto part = part_named(name);
  if (!part || part->part != Part::image) return std::nullopt;
  const std::string release(part->release);
  std::vector<fs::path> places;
  if (release.empty()) {
    places = {folder / ".config", folder / "config", folder / "build/.config"};
    for (const Found& f : parts_in_boot(folder.empty() ? fs::path(".") : folder)) {
      if (f.part == Part::config) places.emplace_back(f.path);
    }
  } else {
    places = {folder / ("config-" + release)};
    for (const char* lib : {"../usr/lib", "../lib"}) {
      const fs::path modules = folder / lib / "modules" / release;
      places.push_back(modules / "config");
      places.push_back(modules / "build/.config");
    }
  }
  for (const fs::path& place : places) {
    std::error_code error;
    if (fs::is_regular_file(place, error)) return place.string();
  }
  return std::nullopt;
}

std::string last_name(const std::string& folder) {
  std::error_code error;
  const fs::path path = fs::canonical(folder, error);
  return (error ? fs::path(folder) : path).filename().string();
}

}  // namespace memmap::kernel
