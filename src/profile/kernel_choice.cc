#include "profile/kernel_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include "base/suggest.h"
#include "input/open/archive.h"
#include "input/open/source.h"
#include "kernel/version.h"
#include "profile/built_in.h"
#include "profile/kernel_files.h"
#include "profile/kernel_profile.h"

namespace memmap::kernel {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kSuffix = ".yaml";
constexpr std::string_view kGeneral = "-amd64";
constexpr std::string_view kGeneric = "generic-";  // `generic-5.4`: of no kernel in particular

Result<Profile> read(const std::string& path) {
  auto source = input::open_source(path);
  if (!source) return source.errors();
  return read_kernel_profile(*source);
}

// What can be had by name: a folder's profiles; of a folder without any, those that are built in.
struct Known {
  std::string folder{};  // empty: built in
  std::vector<std::string> names{};
};

Known known_in(const std::string& folder) {
  Known out{.folder = folder};
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == kSuffix) out.names.push_back(entry.path().stem().string());
  }
  if (out.names.empty()) {
    out.folder.clear();
    for (const BuiltInProfile& own : built_in_profiles()) out.names.emplace_back(own.name);
  }
  std::ranges::sort(out.names);
  return out;
}

// One of `known`.
Result<Profile> read_known(const std::string& name, const Known& known) {
  if (!known.folder.empty()) return read(fmt::format("{}/{}{}", known.folder, name, kSuffix));
  const auto& own = *std::ranges::find(built_in_profiles(), name, &BuiltInProfile::name);
  return read_kernel_profile({.name = fmt::format("{}{}", name, kSuffix),  // for messages
                              .bytes = std::string(own.text)});
}

// `6.1.0-55-cloud-amd64` is one of Debian's special ones, `6.1.0-55-amd64` the general one.
bool is_general(std::string_view name) {
  if (name.starts_with(kGeneric)) return true;
  return name.ends_with(kGeneral) && !name.ends_with("-cloud-amd64") &&
         !name.ends_with("-rt-amd64");
}

std::optional<Version> version_of(std::string_view name) {
  if (name.starts_with(kGeneric)) name.remove_prefix(kGeneric.size());
  return parse_version(name);
}

// How many releases came before: 3.19 was followed by 4.0, 4.20 by 5.0, 5.19 by 6.0.
unsigned rank(Version v) {
  constexpr unsigned kFirst[] = {0, 0, 0, 40, 60, 81};  // of 3.0, 4.0, 5.0, after 2.6.39
  constexpr unsigned kPerMajor = 20;
  if (v.major < 3) return std::min(v.patch, 39u);
  if (v.major < std::size(kFirst)) return kFirst[v.major] + v.minor;
  return kFirst[5] + (v.major - 5) * kPerMajor + v.minor;
}

// Series that are kept up for years: what a machine that does not tell is likeliest to run.
// https://www.kernel.org/category/releases.html
constexpr Version kLongTerm[] = {{4, 19, 0}, {5, 4, 0}, {5, 10, 0}, {5, 15, 0},
                                 {6, 1, 0},  {6, 6, 0}, {6, 12, 0}, {6, 18, 0}};

bool is_long_term(Version v) {
  return std::ranges::any_of(kLongTerm,
                             [&](Version l) { return l.major == v.major && l.minor == v.minor; });
}

// The general kernels, those of the nearest version first; the older of two.
std::vector<std::string> by_nearness(const std::vector<std::string>& names, Version version) {
  const unsigned wanted = rank(version);
  const auto distance = [&](const std::string& name) {
    const unsigned own = rank(*version_of(name));
    return own > wanted ? own - wanted : wanted - own;
  };
  std::vector<std::string> out;
  for (const std::string& name : names) {
    if (is_general(name) && version_of(name)) out.push_back(name);
  }
  std::ranges::stable_sort(out, {}, [&](const std::string& name) {
    return std::pair(distance(name), rank(*version_of(name)));
  });
  return out;
}

// The newest general kernel of a long-term series; of any, where there is none.
std::optional<std::string> usual(const std::vector<std::string>& names) {
  const auto newest_first = by_nearness(names, Version{9999, 0, 0});
  if (newest_first.empty()) return std::nullopt;
  const auto it = std::ranges::find_if(
      newest_first, [](const std::string& name) { return is_long_term(*version_of(name)); });
  return it == newest_first.end() ? newest_first.front() : *it;
}

Error no_such_kernel(const std::string& wanted, const std::vector<std::string>& names) {
  const std::vector<std::string_view> known(names.begin(), names.end());
  return {fmt::format("no kernel profile of that name; there are {}{}", fmt::join(names, ", "),
                      did_you_mean(wanted, known)),
          {wanted}};
}

Error no_profile(const std::string& folder) {
  return {"no kernel profile was found there; name one with --kernel", {folder}};
}

// A file that starts as images and packages do. One that cannot be read is told of as a profile.
bool is_image(const std::string& path) {
  std::string beginning(input::kPackageBeginning, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  return is_kernel_image(
      std::string_view(beginning).substr(0, static_cast<std::size_t>(file.gcount())));
}

Result<KernelChoice> from_image(const std::string& path) {
  const auto facts = read_kernel_files({.image = path});
  if (!facts) return facts.errors();
  auto made = make_profile(*facts);
  if (!made) return made.errors();
  return KernelChoice{std::move(made->profile), fmt::format("{}", fmt::join(made->notes, "; "))};
}

Result<KernelChoice> named(const std::string& wanted, const Known& all) {
  const bool known = std::ranges::binary_search(all.names, wanted);
  std::error_code error;
  const bool folder_of_one =
      wanted.find('/') != std::string::npos && fs::is_directory(wanted, error);
  if (!known && (folder_of_one || is_image(wanted))) return from_image(wanted);
  if (!known && !wanted.ends_with(kSuffix) && wanted.find('/') == std::string::npos) {
    return no_such_kernel(wanted, all.names);
  }
  auto profile = known ? read_known(wanted, all) : read(wanted);
  if (!profile) return profile.errors();
  return KernelChoice{std::move(*profile), {}};
}

// Whose rules a version gets: kernel/differences.cc knows of these series.
std::string_view rules_of(const Version& v) {
  constexpr Version kOldest{2, 6, 0};
  constexpr unsigned kNewestMajor = 7;
  if (v < kOldest) return ", nor the rules of its version: those of 2.6, the oldest that is known";
  if (v.major > kNewestMajor)
    return ", nor the rules of its version: those of 7.x, the newest that is known";
  return ": its version's rules";
}

}  // namespace

std::vector<std::string> kernel_names(const std::string& folder) { return known_in(folder).names; }

Result<KernelChoice> choose_kernel(const std::optional<std::string>& wanted,
                                   const std::optional<std::string>& release,
                                   const std::string& folder) {
  const Known known = known_in(folder);
  if (wanted) return named(*wanted, known);

  const auto version = release ? parse_version(*release) : std::nullopt;
  if (release && std::ranges::binary_search(known.names, *release)) {
    auto choice = named(*release, known);
    if (choice) choice->note = kKernelThatRan;
    return choice;
  }
  if (!version) {
    const auto name = usual(known.names);
    if (!name) return no_profile(folder);
    auto choice = named(*name, known);
    if (!choice) return choice;
    choice->note =
        fmt::format("the machine does not say which kernel it ran; {} is assumed", *name);
    return choice;
  }
  const auto nearest = by_nearness(known.names, *version);
  if (nearest.empty()) return no_profile(folder);
  auto choice = named(nearest.front(), known);
  if (!choice) return choice;
  choice->profile.version = *version;
  choice->profile.stands_for = *release;
  choice->note = fmt::format("no profile of {} is known{}, with the sizes of {}", *release,
                             rules_of(*version), nearest.front());
  if (!choice->profile.verified) choice->note += ", which were not verified against a real boot";
  if (nearest.size() == 1) return choice;
  auto next = read_known(nearest[1], known);
  if (!next) return next.errors();
  choice->next = std::move(*next);
  return choice;
}

Result<std::vector<std::string>> overlay_config_file(const std::string& path, Profile& profile) {
  const auto source = input::open_source(path);
  if (!source) return source.errors();
  return overlay_config_source(*source, profile);
}

Result<std::vector<std::string>> overlay_config_source(const input::Source& source,
                                                       Profile& profile) {
  if (source.is_folder()) return Error{"is a folder, a .config is expected", {source.name}};
  const auto config = read_config(source.name, source.bytes);
  if (!config) return config.errors();
  return overlay_config(*config, profile);
}

}  // namespace memmap::kernel
