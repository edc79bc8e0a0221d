// HTML as it is written: elements, escaped text, tables that sort.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace memmap::report {

// One cell. `share` (0 to 1) draws a bar beside the text; below 0: none.
struct HtmlCell {
  std::string text{};
  std::string_view style{};  // a class of page.css: `ram`, `changed`; empty: none
  double share = -1;
};
using HtmlRow = std::vector<HtmlCell>;

enum class HtmlColumnKind { text, number, range };

struct HtmlColumn {
  std::string_view title{};
  HtmlColumnKind kind = HtmlColumnKind::text;
};

// A table that page.js can sort. Where it has more rows than are shown, page.js shows the rest from the
// page's data, whose table has the same id.
struct HtmlTable {
  std::string_view id{};
  std::string caption{};
  std::vector<HtmlColumn> columns{};
  std::vector<HtmlRow> rows{};  // the first is a row's header
  std::size_t all = 0;          // how many rows there are; 0: as many as are here
};

// How many rows of a table stand in the page.
inline constexpr std::size_t kHtmlRows = 200;

class Html {
 public:
  // `attributes` as they stand in the tag, escaped already: `id="map" class="wide"`.
  Html& open(std::string_view tag, std::string_view attributes = {});
  Html& close(std::string_view tag);
  Html& text(std::string_view text);
  Html& raw(std::string_view markup);
  // <tag attributes>text</tag>
  Html& element(std::string_view tag, std::string_view text, std::string_view attributes = {});
  // A section with its heading; the caller closes it. `aside` is said beside the heading.
  Html& section(std::string_view id, std::string_view heading, std::string_view aside = {});
  Html& table(const HtmlTable& table);

  std::string take() && { return std::move(out_); }

 private:
  void cell(const HtmlCell& cell, HtmlColumnKind kind, std::string_view tag);

  std::string out_{};
};

}  // namespace memmap::report
