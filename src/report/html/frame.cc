#include "report/html/frame.h"

#include <fmt/format.h>

#include "report/html/assets.h"
#include "report/html/markup.h"
#include "report/html/sha256.h"
#include "report/map/palette.h"

namespace memmap::report {
namespace {

// Without what stands from `begin` to `end`, both included; where there is none, as it is.
void cut(std::string& text, std::string_view begin, std::string_view end) {
  const std::size_t from = text.find(begin);
  const std::size_t to = from == text.npos ? text.npos : text.find(end, from);
  if (to != text.npos) text.erase(from, to + end.size() - from);
}

// The page's style and the map's, which follows the reader's choice of a theme too.
std::string style() {
  return fmt::format(
      "{}\n{}\n:root[data-theme=\"light\"] {{\n{}\n}}\n"
      ":root[data-theme=\"dark\"] {{\n{}\n}}\n",
      page_css(), map_style(Theme::automatic), map_style(Theme::light), map_style(Theme::dark));
}

std::string policy(std::string_view css, bool scripts) {
  return fmt::format(
      "default-src 'none'; style-src '{}'; script-src '{}'; img-src data:; base-uri 'none'; "
      "form-action 'none'",
      csp_hash(css), scripts ? csp_hash(page_js()) : "none");
}

}  // namespace

std::string map_in_page(std::string svg, bool first) {
  svg.erase(0, svg.find("<svg"));
  cut(svg, "<style", "</style>");
  if (!first) cut(svg, "<defs", "</defs>");
  return svg;
}

std::string whole_page(const PageFrame& frame) {
  const std::string css = style();
  Html html;
  html.raw("<!DOCTYPE html>\n").open("html", "lang=\"en\"").raw("\n").open("head").raw("\n");
  html.raw("<meta charset=\"utf-8\">\n");
  html.raw(fmt::format("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n",
                       policy(css, !frame.data.empty())));
  html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
  html.raw("<meta name=\"generator\" content=\"memmap " MEMMAP_VERSION "\">\n");
  html.open("title").text(frame.title).close("title");
  html.raw("<style>").raw(css).raw("</style>\n").close("head").open("body").raw("\n");
  html.raw(frame.body);
  html.raw("<footer><p>Made by memmap " MEMMAP_VERSION
           ", which simulates the early boot of Linux; nothing here was loaded from "
           "anywhere.</p></footer>\n");
  if (!frame.data.empty()) {
    html.raw("<script type=\"application/json\" id=\"data\">").raw(frame.data);
    html.raw("</script>\n<script>").raw(page_js()).raw("</script>\n");
  }
  html.close("body").raw("</html>\n");
  return std::move(html).take();
}

}  // namespace memmap::report
