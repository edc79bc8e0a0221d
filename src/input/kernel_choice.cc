#include "input/kernel_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/suggest.h"
#include "input/kernel_profile.h"
#include "kernel/version.h"

namespace memmap::input {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kSuffix = ".yaml";
constexpr std::string_view kGeneral = "-amd64";

Result<kernel::Profile> read(const std::string& path) {
  auto source = open_source(path);
  if (!source) return source.errors();
  return read_kernel_profile(*source);
}

// `6.1.0-55-cloud-amd64` is one of Debian's special ones, `6.1.0-55-amd64` the general one.
bool is_general(std::string_view name) {
  return name.ends_with(kGeneral) && !name.ends_with("-cloud-amd64") &&
         !name.ends_with("-rt-amd64");
}

unsigned rank(kernel::Version v) { return v.major * 1000 + v.minor; }

// The general kernel whose version is nearest; the older of two.
std::optional<std::string> nearest(const std::vector<std::string>& names, kernel::Version version) {
  std::optional<std::string> best;
  unsigned best_distance = 0;
  for (const std::string& name : names) {
    const auto candidate = kernel::parse_version(name);
    if (!candidate || !is_general(name)) continue;
    const unsigned a = rank(*candidate);
    const unsigned b = rank(version);
    const unsigned distance = a > b ? a - b : b - a;
    if (!best || distance < best_distance) {
      best = name;
      best_distance = distance;
    }
  }
  return best;
}

Error no_such_kernel(const std::string& wanted, const std::vector<std::string>& names) {
  const std::vector<std::string_view> known(names.begin(), names.end());
  std::string message =
      fmt::format("no kernel profile of that name; there are {}", fmt::join(names, ", "));
  if (const auto near = closest(wanted, known)) message += fmt::format("; did you mean {}?", *near);
  return {message, {wanted}};
}

Result<KernelChoice> named(const std::string& wanted, const std::string& folder) {
  std::string path = wanted;
  if (!wanted.ends_with(kSuffix) && wanted.find('/') == std::string::npos) {
    const auto names = kernel_names(folder);
    if (!std::ranges::binary_search(names, wanted)) return no_such_kernel(wanted, names);
    path = fmt::format("{}/{}{}", folder, wanted, kSuffix);
  }
  auto profile = read(path);
  if (!profile) return profile.errors();
  return KernelChoice{std::move(*profile), {}};
}

}  // namespace

std::vector<std::string> kernel_names(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == kSuffix) names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

Result<KernelChoice> choose_kernel(const std::optional<std::string>& wanted,
                                   const std::optional<std::string>& release,
                                   const std::string& folder) {
  if (wanted) return named(*wanted, folder);

  const std::vector<std::string> names = kernel_names(folder);
  const auto version = release ? kernel::parse_version(*release) : std::nullopt;
  if (release && std::ranges::binary_search(names, *release)) {
    auto choice = named(*release, folder);
    if (choice) choice->note = "the kernel that the machine ran";
    return choice;
  }
  const auto name = nearest(names, version.value_or(kernel::Version{9999, 0, 0}));
  if (!name) return Error{"no kernel profile was found there; name one with --kernel", {folder}};
  auto choice = named(*name, folder);
  if (!choice) return choice;
  if (version) {
    choice->profile.version = *version;
    choice->note = fmt::format(
        "no profile of {} is known: its version's rules, with the sizes of {}", *release, *name);
  } else {
    choice->note =
        fmt::format("the machine does not say which kernel it ran; {} is assumed", *name);
  }
  return choice;
}

}  // namespace memmap::input
