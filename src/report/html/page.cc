#include "report/html/page.h"

#include <fmt/format.h>

#include "report/html/assets.h"
#include "report/html/sections.h"
#include "report/html/sha256.h"
#include "report/map/map.h"

namespace memmap::report {
namespace {

// The map without its style sheet, which the page's policy wants in the page's own.
std::string map_of(const boot::Outcome& outcome) {
  std::string svg = to_map_svg(outcome, {});
  svg.erase(0, svg.find("<svg"));
  const std::size_t begin = svg.find("<style");
  constexpr std::string_view kEnd = "</style>";
  const std::size_t end = svg.find(kEnd, begin);
  if (begin != svg.npos && end != svg.npos) svg.erase(begin, end + kEnd.size() - begin);
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

std::string body_of(const PageSubject& s) {
  Html html;
  html.section("map", "Map to scale", "what each stage of the boot has where");
  html.raw(
      "<div id=\"map-box\" class=\"scroll\" tabindex=\"0\" role=\"region\" "
      "aria-label=\"Map\">\n");
  html.raw(map_of(s.outcome)).raw("</div>\n").close("section");
  write_html_ledger(html, s.ledger);
  write_html_steps(html, s);
  write_html_ranges(html, s);
  write_html_pages(html, s.outcome);
  write_html_told(html, s.outcome);
  return std::move(html).take();
}

}  // namespace

std::string to_html(const boot::Outcome& outcome, const std::vector<account::StepChange>& steps) {
  const std::vector<account::Piece> pieces = account::memory_use(outcome);
  const account::Ledger ledger = account::ledger(outcome, pieces);
  const PageSubject subject{outcome, pieces, ledger, steps};
  const std::string body = body_of(subject);
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
