#include "profile/package.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "base/limits.h"
#include "input/open/source.h"
#include "profile/parts.h"

namespace memmap::kernel {
namespace {

// A kernel's package with all its modules has some 10,000 files; with their symbols 8 GiB.
input::PackageLimits limits_of(std::size_t packed) {
  return {.members = limit_of(Limit::package_members),
          .bytes = input::unpacked_room(packed, Limit::package_unpacked),
          .kept_bytes = input::unpacked_room(packed, Limit::kernel_size),
          .packed = packed};
}

// Names of packages before -RELEASE; what each is looked for when a part lacks is in its order.
constexpr std::array<std::string_view, 4> kConfigPackages{"linux-base-", "linux-modules-",
                                                          "linux-image-", "linux-headers-"};
constexpr std::array<std::string_view, 3> kImagePackages{"linux-binary-", "linux-image-",
                                                         "linux-image-unsigned-"};

// Asks for the parts of a kernel, and for nothing more once all are there and others follow.
class Search {
 public:
  input::Visit visit(std::string_view path) {
    const auto part = part_at(path);
    if (!part) return image_ && config_ && symbols_ ? input::Visit::end : input::Visit::skip;
    if (part->part == Part::config) config_ = true;
    if (part->part == Part::symbols) symbols_ = true;
    if (part->part != Part::image) return input::Visit::keep;
    if (std::ranges::find(releases_, part->release) == releases_.end()) {
      releases_.emplace_back(part->release);
    }
    // boot and lib/modules may have the same one.
    return std::exchange(image_, true) ? input::Visit::skip : input::Visit::keep;
  }
  const std::vector<std::string>& releases() const { return releases_; }  // of images

 private:
  bool image_ = false;
  bool config_ = false;
  bool symbols_ = false;
  std::vector<std::string> releases_{};
};

std::string file_name(const std::string& source) {
  return std::filesystem::path(source).filename().string();
}

// The text of a field that has one line: `Package: linux-binary-7.2.12+deb13-amd64`.
std::string_view field(std::string_view control, std::string_view name) {
  const std::string begin = fmt::format("\n{}: ", name);
  std::size_t at = control.starts_with(begin.substr(1)) ? 0 : control.find(begin);
  if (at == std::string_view::npos) return {};
  at = control.find(':', at) + 2;
  return control.substr(at, control.find('\n', at) - at);
}

// The release that a package's name ends in; empty: it is none of a kernel.
std::string_view release_in(std::string_view package) {
  constexpr std::array<std::string_view, 6> kBefore{"linux-image-unsigned-", "linux-binary-",
                                                    "linux-image-",          "linux-base-",
                                                    "linux-modules-",        "linux-headers-"};
  constexpr std::array<std::string_view, 2> kBehind{"-dbgsym", "-dbg"};
  for (const std::string_view before : kBefore) {
    if (!package.starts_with(before)) continue;
    package.remove_prefix(before.size());
    for (const std::string_view behind : kBehind) {
      if (package.ends_with(behind)) package.remove_suffix(behind.size());
    }
    return package;
  }
  return {};
}

// What a Debian package depends on, if that is of the same kernel; else what such packages are
// called.
std::vector<std::string> companions_of(const std::string& source, std::string_view bytes,
                                       bool lacks_image) {
  if (!input::is_deb(bytes)) return {};
  const std::string control = input::deb_control(bytes);
  std::string_view name = field(control, "Package");
  const std::string file = file_name(source);
  if (name.empty()) name = std::string_view(file).substr(0, file.find('_'));
  const std::string release(release_in(name));
  if (release.empty()) return {};
  const std::string_view depends = field(control, "Depends");
  std::vector<std::string> named;
  std::vector<std::string> likely;
  const auto add = [&](std::string_view prefix) {
    const std::string companion = fmt::format("{}{}", prefix, release);
    const std::size_t at = depends.find(companion);
    const std::size_t end = at + companion.size();
    const bool whole = at != std::string_view::npos &&
                       (end == depends.size() || depends[end] == ' ' || depends[end] == ',');
    if (companion != name) (whole ? named : likely).push_back(companion);
  };
  if (lacks_image) {
    for (const std::string_view prefix : kImagePackages) add(prefix);
  } else {
    for (const std::string_view prefix : kConfigPackages) add(prefix);
  }
  return named.empty() ? likely : named;
}

}  // namespace

Result<Package> read_package(const std::string& source, std::string_view bytes) {
  Search search;
  auto members = input::package_members(source, bytes, limits_of(bytes.size()),
                                        [&](std::string_view path) { return search.visit(path); });
  if (!members) return members.errors();
  if (search.releases().size() > 1) {
    return Error{fmt::format("holds kernels of several releases ({}): a package of one is expected",
                             fmt::join(search.releases(), ", ")),
                 {source}};
  }
  Package package;
  for (input::Member& member : *members) {
    const auto part = part_at(member.path);
    if (part->part == Part::symbols && is_stub(member.bytes)) continue;
    // Of an earlier kernel, whose image is gone.
    const bool other = !search.releases().empty() && part->release != search.releases().front();
    if (part->part != Part::image && other) continue;
    auto& place = part->part == Part::image    ? package.image
                  : part->part == Part::config ? package.config
                                               : package.symbols;
    if (!place) place = std::move(member);
  }
  if (!package.image || !package.config) {
    package.companions = companions_of(source, bytes, !package.image);
  }
  return package;
}

}  // namespace memmap::kernel
