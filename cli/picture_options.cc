#include "picture_options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/suggest.h"
#include "report/diagram/render.h"
#include "session/source.h"

namespace memmap::cli {
namespace {

using report::PictureFormat;

constexpr std::array<std::pair<std::string_view, PictureFormat>, 3> kDrawn{
    {{"svg", PictureFormat::svg}, {"png", PictureFormat::png}, {"pdf", PictureFormat::pdf}}};
constexpr std::string_view kDot = "dot";

std::vector<std::string_view> diagram_names() {
  std::vector<std::string_view> out;
  for (const report::Diagram& d : report::diagrams()) out.push_back(d.name);
  return out;
}

Error no_such(std::string_view option, std::string_view given,
              const std::vector<std::string_view>& known) {
  return {fmt::format("{} is one of {}, not `{}`{}", option, fmt::join(known, ", "), given,
                      did_you_mean(given, known)),
          {"memmap"}};
}

bool goes_to_terminal(const Arguments& arguments) {
  return destination_of(arguments).path == "-" && ::isatty(STDOUT_FILENO) == 1;
}

}  // namespace

bool is_picture(std::string_view format) {
  return format == kDot ||
         std::ranges::any_of(kDrawn, [&](const auto& d) { return d.first == format; });
}

Result<PictureOptions> picture_options(const Arguments& arguments, std::string_view format) {
  Errors errors;
  PictureOptions out;
  if (!is_picture(format)) {
    for (const std::string_view option : {"--diagram", "--theme", "--title", "--full"}) {
      if (arguments.has(option))
        errors.push_back(
            session::no_effect(option, fmt::format("--format {}", format), "it is no picture"));
    }
    if (!errors.empty()) return errors;
    return out;
  }
  const std::string name = arguments.get("--diagram").value_or("map");
  out.diagram = report::diagram_named(name);
  if (out.diagram == nullptr) errors.push_back(no_such("--diagram", name, diagram_names()));
  if (const auto theme = arguments.get("--theme")) {
    const auto known = report::theme_names();
    if (const auto named = report::theme_named(*theme)) {
      out.look.theme = *named;
    } else {
      errors.push_back(no_such("--theme", *theme, {known.begin(), known.end()}));
    }
  }
  if ((format == "png" || format == "pdf") && goes_to_terminal(arguments)) {
    errors.push_back({fmt::format("--format {} is not for a terminal; name a file with -o", format),
                      {"memmap"}});
  }
  out.look.title = arguments.get("--title").value_or("");
  out.look.full = arguments.has("--full");
  if (!errors.empty()) return errors;
  return out;
}

Result<std::string> draw_picture(const boot::Outcome& outcome, const kernel::Profile& kernel,
                                 const PictureOptions& options, std::string_view format) {
  const std::string dot = report::to_dot(*options.diagram, outcome, kernel, options.look);
  const auto drawn = std::ranges::find(kDrawn, format, [](const auto& d) { return d.first; });
  if (drawn == kDrawn.end()) return dot;
  const report::SvgHead head{
      .dark = options.look.theme == report::GraphTheme::automatic,
      .title =
          options.look.title.empty() ? std::string(options.diagram->shows) : options.look.title,
      .description = fmt::format("{}, kernel {}: {}", outcome.subject.source,
                                 outcome.subject.kernel, options.diagram->shows)};
  return report::render(dot, drawn->second, head);
}

}  // namespace memmap::cli
