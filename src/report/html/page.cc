#include "report/html/page.h"

#include <fmt/format.h>

#include "report/html/frame.h"
#include "report/html/sections.h"
#include "report/map/map.h"

namespace memmap::report {
namespace {

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
  html.raw(map_in_page(to_map_svg(s.outcome, map), true)).raw("</div>\n").close("section");
  if (against != nullptr) {
    write_html_beside(html, s, *against);
    html.open("details").element("summary", "The other's map").open("div", "class=\"scroll map\"");
    html.raw(map_in_page(to_map_svg(*against, map), false))
        .close("div")
        .close("details")
        .close("section");
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
  Html html;
  html.raw("<a class=\"skip\" href=\"#main\">To the report</a>\n");
  html.raw("<div id=\"bar\" hidden=\"hidden\"></div>\n");
  write_html_head(html, subject);
  write_navigation(html, body);
  html.open("main", "id=\"main\"").raw("\n").raw(body).close("main");
  html.raw(
      "<aside id=\"story\" hidden=\"hidden\" aria-live=\"polite\" aria-label=\"Story of an "
      "address\">"
      "</aside>\n");
  return whole_page({.title = outcome.subject.source + ": memory map by memmap",
                     .body = std::move(html).take(),
                     .data = page_data(subject)});
}

}  // namespace memmap::report
