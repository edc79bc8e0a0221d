#include "report/html/page.h"

#include <fmt/format.h>

#include "report/html/assets.h"
#include "report/html/sections.h"
#include "report/html/sha256.h"
#include "report/map/map.h"

namespace memmap::report {
namespace {

// Without what stands from `begin` to `end`, both included; where there is none, as it is.
void cut(std::string& text, std::string_view begin, std::string_view end) {
  const std::size_t from = text.find(begin);
  const std::size_t to = from == text.npos ? text.npos : text.find(end, from);
  if (to != text.npos) text.erase(from, to + end.size() - from);
}

// The map without its style sheet, which the page's policy wants in the page's own.
std::string map_of(const boot::Outcome& outcome, const MapOptions& options) {
  std::string svg = to_map_svg(outcome, options);
  svg.erase(0, svg.find("<svg"));
  cut(svg, "<style", "</style>");
  return svg;
}

// A second map, which has the patterns of the first.
std::string second_map(const boot::Outcome& outcome, const MapOptions& options) {
  std::string svg = map_of(outcome, options);
  cut(svg, "<defs", "</defs>");
  return svg;
}

// The page's style and the map's, which follows the reader's choice of a theme too.
std::string style() {
  return fmt::format(
      "{}\n{}\n:root[data-theme=\"light\"] {{\n{}\n}}\n"
      ":root[data-theme=\"dark\"] {{\n{}\n}}\n",
      page_css(), map_style(Theme::automatic), map_style(Theme::light), map_style(Theme::dark));
}

constexpr std::pair<std::string_view, std::string_view> kSections[] = {
    {"map", "Map"},
    {"where", "Where the RAM went"},
    {"steps", "Step by step"},
    {"e820", "E820"},
    {"memory", "Memory"},
    {"reserved", "Reserved"},
    {"zones", "Zones"},
    {"free", "Free blocks"},
    {"tables", "Page tables"},
    {"fixmap", "Fixmap"},
    {"log", "Log"},
    {"checks", "Checks"},
    {"events", "Events"}};

// Links to those sections that are there.
void write_navigation(Html& html, std::string_view body) {
  html.open("nav", "aria-label=\"Sections\"").open("ul");
  for (const auto& [id, title] : kSections) {
    if (body.find(fmt::format("<section id=\"{}\"", id)) == body.npos) continue;
    html.raw(fmt::format("<li><a href=\"#{}\">", id)).text(title).raw("</a></li>\n");
  }
  html.close("ul").close("nav");
}

std::string body_of(const PageSubject& s, const MapOptions& map, const boot::Outcome* against) {
  Html html;
  html.section("map", "Map to scale", "what each stage of the boot has where");
  html.raw(
      "<div id=\"map-box\" class=\"scroll\" tabindex=\"0\" role=\"region\" "
      "aria-label=\"Map\">\n");
  html.raw(map_of(s.outcome, map)).raw("</div>\n").close("section");
  if (against != nullptr) {
    write_html_beside(html, s, *against);
    html.open("details").element("summary", "The other's map").open("div", "class=\"scroll map\"");
    html.raw(second_map(*against, map)).close("div").close("details").close("section");
  }
  write_html_ledger(html, s.ledger);
  write_html_steps(html, s);
  write_html_ranges(html, s);
  write_html_pages(html, s.outcome);
  write_html_told(html, s.outcome);
  return std::move(html).take();
}

}  // namespace

std::string to_html(const boot::Outcome& outcome, const std::vector<account::StepChange>& steps,
                    const MapOptions& map, const boot::Outcome* against) {
  const std::vector<account::Piece> pieces = account::memory_use(outcome);
  const account::Ledger ledger = account::ledger(outcome, pieces);
  const PageSubject subject{outcome, pieces, ledger, steps};
  const std::string body = body_of(subject, map, against);
  const std::string css = style();
  Html html;
  html.raw("<!DOCTYPE html>\n").open("html", "lang=\"en\"").raw("\n").open("head").raw("\n");
  html.raw("<meta charset=\"utf-8\">\n");
  html.raw(fmt::format(
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; "
      "script-src '{}'; img-src data:; base-uri 'none'; form-action 'none'\">\n",
      csp_hash(css), csp_hash(page_js())));
  html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
  html.raw("<meta name=\"generator\" content=\"memmap " MEMMAP_VERSION "\">\n");
  html.open("title").text(outcome.subject.source + ": memory map by memmap").close("title");
  html.raw("<style>").raw(css).raw("</style>\n").close("head").open("body").raw("\n");
  html.raw("<a class=\"skip\" href=\"#main\">To the report</a>\n");
  html.raw("<div id=\"bar\" hidden=\"hidden\"></div>\n");
  write_html_head(html, subject);
  write_navigation(html, body);
  html.open("main", "id=\"main\"").raw("\n").raw(body).close("main");
  html.raw(
      "<aside id=\"story\" hidden=\"hidden\" aria-live=\"polite\" aria-label=\"Story of an "
      "address\">"
      "</aside>\n");
  html.raw("<footer><p>Made by memmap " MEMMAP_VERSION
           ", which simulates the early boot of Linux; nothing here was loaded from "
           "anywhere.</p></footer>\n");
  html.raw("<script type=\"application/json\" id=\"data\">").raw(page_data(subject));
  html.raw("</script>\n<script>").raw(page_js()).raw("</script>\n");
  html.close("body").raw("</html>\n");
  return std::move(html).take();
}

}  // namespace memmap::report
