#include "skeleton.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/suggest.h"
#include "input/open/source.h"
#include "plugin/load/options.h"

namespace memmap::cli {
namespace {

constexpr std::array<std::string_view, 6> kKinds{"trim",  "numa",   "alloc",
                                                 "check", "source", "report"};

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
  return text;
}

}  // namespace

std::span<const std::string_view> skeleton_kinds() { return kKinds; }

Result<std::vector<std::pair<std::string, std::string>>> skeleton(const std::string& folder,
                                                                  const std::string& name,
                                                                  const std::string& kind) {
  if (!plugin::is_plain_name(name)) {
    return Error{fmt::format("`{}` is no plugin name; expected a-z 0-9 _ (at most 63)", name),
                 {"memmap"}};
  }
  if (std::ranges::find(kKinds, kind) == kKinds.end()) {
    return Error{fmt::format("--kind is one of {}, not `{}`{}", fmt::join(kKinds, ", "), kind,
                             did_you_mean(kind, kKinds)),
                 {"memmap"}};
  }
  // From, to; a kind's own test.cmake says how memmap runs with such a plugin.
  const std::pair<std::string, std::string> kFiles[] = {
      {"CMakeLists.txt", "CMakeLists.txt"},
      {kind + "/plugin.cc", name + ".cc"},
      {kind + "/test.cmake", "test.cmake"},
      {kind + "/README.md", "README.md"},
  };
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [from, to] : kFiles) {
    auto text = input::read_file(folder + "/" + from);
    if (!text) return text.errors();
    out.emplace_back(to, replaced(*std::move(text), "@NAME@", name));
  }
  return out;
}

}  // namespace memmap::cli
