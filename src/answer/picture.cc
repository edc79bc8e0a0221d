#include "answer/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/suggest.h"
#include "report/diagram/render.h"
#include "session/source.h"

namespace memmap::answer {
namespace {

using report::PictureFormat;

constexpr std::array<std::pair<std::string_view, PictureFormat>, 3> kDrawn{
    {{"svg", PictureFormat::svg}, {"png", PictureFormat::png}, {"pdf", PictureFormat::pdf}}};
constexpr std::array<std::pair<std::string_view, report::Scale>, 3> kScales{
    {{"log", report::Scale::log},
     {"linear", report::Scale::linear},
     {"equal", report::Scale::equal}}};
constexpr std::string_view kDot = "dot";
constexpr std::string_view kHtml = "html";
constexpr std::string_view kMap = "map";

Error no_such(std::string_view option, std::string_view given,
              const std::vector<std::string_view>& known) {
  return {fmt::format("{} is one of {}, not `{}`{}", option, fmt::join(known, ", "), given,
                      did_you_mean(given, known)),
          {"memmap"}};
}

const report::Diagram* read_diagram(std::string_view name, Errors& errors) {
  const report::Diagram* const out = report::diagram_named(name);
  if (out != nullptr) return out;
  std::vector<std::string_view> known;
  for (const report::Diagram& d : report::diagrams()) known.push_back(d.name);
  errors.push_back(no_such("--diagram", name, known));
  return nullptr;
}

report::Theme read_theme(const Arguments& arguments, Errors& errors) {
  const auto theme = arguments.get("--theme");
  if (!theme) return report::Theme::automatic;
  if (const auto named = report::theme_named(*theme)) return *named;
  const auto known = report::theme_names();
  errors.push_back(no_such("--theme", *theme, {known.begin(), known.end()}));
  return report::Theme::automatic;
}

report::MapOptions read_map(const Arguments& arguments, Errors& errors) {
  report::MapOptions out{.theme = read_theme(arguments, errors),
                         .title = arguments.get("--title").value_or("")};
  if (const auto scale = arguments.get("--scale")) {
    const auto* const named =
        std::ranges::find(kScales, *scale, [](const auto& s) { return s.first; });
    if (named == kScales.end()) {
      errors.push_back(no_such("--scale", *scale, scale_names()));
    } else {
      out.scale = named->second;
    }
  }
  return out;
}

}  // namespace

std::vector<std::string_view> scale_names() {
  std::vector<std::string_view> out;
  for (const auto& scale : kScales) out.push_back(scale.first);
  return out;
}

Result<report::MapOptions> map_options(const Arguments& arguments) {
  Errors errors;
  auto out = read_map(arguments, errors);
  if (!errors.empty()) return errors;
  return out;
}

Result<PictureOptions> picture_options(const Arguments& arguments, std::string_view format) {
  Errors errors;
  PictureOptions out;
  const std::string asked = fmt::format("--format {}", format);
  const bool is_picture = format == kDot || std::ranges::any_of(kDrawn, [&](const auto& d) {
                            return d.first == format;
                          });
  if (!is_picture) {
    session::add_no_effect(arguments, {"--diagram", "--theme", "--title", "--full"}, asked,
                           format == kHtml ? "the page has its own" : "it is no picture", errors);
    if (format != kHtml)
      session::add_no_effect(arguments, {"--scale"}, asked, "it draws no map", errors);
    out.map = read_map(arguments, errors);
  } else {
    const std::string name = arguments.get("--diagram").value_or(std::string(kMap));
    out.to_scale = format == "svg" && name == kMap;
    out.map = read_map(arguments, errors);
    out.look = {.theme = out.map.theme, .title = out.map.title, .full = arguments.has("--full")};
    if (out.to_scale) {
      session::add_no_effect(
          arguments, {"--full"}, "--diagram map in svg",
          "a map to scale has everything already, or counts it where it is too small to draw",
          errors);
    } else {
      out.diagram = read_diagram(name, errors);
      session::add_no_effect(arguments, {"--scale"}, fmt::format("{} --diagram {}", asked, name),
                             "the map to scale is --format svg", errors);
    }
  }
  if (!errors.empty()) return errors;
  return out;
}

Result<std::string> draw_picture(const boot::Outcome& outcome, const kernel::Profile& kernel,
                                 const PictureOptions& options, std::string_view format) {
  if (options.to_scale) return report::to_map_svg(outcome, options.map);
  const std::string dot = report::to_dot(*options.diagram, outcome, kernel, options.look);
  const auto* const drawn =
      std::ranges::find(kDrawn, format, [](const auto& d) { return d.first; });
  if (drawn == kDrawn.end()) return dot;
  const report::SvgHead head{
      .dark = options.look.theme == report::Theme::automatic,
      .title =
          options.look.title.empty() ? std::string(options.diagram->shows) : options.look.title,
      .description = fmt::format("{}, kernel {}: {}", outcome.subject.source,
                                 outcome.subject.kernel, options.diagram->shows)};
  return report::render(dot, drawn->second, head);
}

}  // namespace memmap::answer
