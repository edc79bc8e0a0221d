#include "answer/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "answer/picture.h"
#include "base/number.h"
#include "report/diff/page.h"
#include "report/diff/picture.h"
#include "report/json/result.h"
#include "session/source.h"

namespace memmap::answer {
namespace {

constexpr std::array<std::string_view, 4> kFormats{"text", "json", "svg", "html"};

}  // namespace

std::span<const std::string_view> diff_formats() { return kFormats; }

Result<diff::Tolerance> tolerance_of(const Arguments& arguments) {
  diff::Tolerance out;
  const auto ignored = arguments.all("--ignore");
  out.ignore.assign(ignored.begin(), ignored.end());
  if (const auto text = arguments.get("--tolerance")) {
    const auto bytes = parse_u64(*text);
    if (!bytes) return Error{bytes.errors().front().message, {"--tolerance"}};
    out.bytes = *bytes;
  }
  return out;
}

std::vector<std::string> idle_of(const report::DiffAnswer& answer,
                                 const diff::Tolerance& tolerance) {
  std::vector<std::string> out;
  std::ranges::copy_if(tolerance.ignore, std::back_inserter(out), [&](const std::string& pattern) {
    return std::ranges::all_of(answer.newer, [&](const report::DiffSide& s) {
      return std::ranges::find(s.diff.idle, pattern) != s.diff.idle.end();
    });
  });
  return out;
}

Result<report::MapOptions> diff_look(const Arguments& arguments, std::string_view format) {
  Errors errors;
  for (const std::string_view option : {"--scale", "--theme", "--title"}) {
    const bool has_effect = format == "svg" || (format == "html" && option == "--scale");
    if (arguments.has(option) && !has_effect) {
      errors.push_back(
          session::no_effect(option, fmt::format("--format {}", format),
                             format == "html" ? "the page has its own" : "it draws no map"));
    }
  }
  if (!errors.empty()) return errors;
  return map_options(arguments);
}

Result<diff::View> view_of(const std::string& name, const boot::Outcome& outcome) {
  return diff::read_view(name, report::to_json(outcome), input::Whose::own);
}

std::string write_diff(const report::DiffAnswer& answer, std::string_view format,
                       const report::TextStyle& style, const report::MapOptions& look) {
  if (format == "json") return report::diff_to_json(answer);
  if (format == "svg") return report::diff_to_svg(answer.older, answer.newer.front(), look);
  if (format == "html") return report::diff_to_html(answer, look);
  return report::diff_to_text(answer, style);
}

}  // namespace memmap::answer
