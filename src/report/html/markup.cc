#include "report/html/markup.h"

#include <fmt/format.h>

#include "report/form/units.h"
#include "report/form/xml_text.h"

namespace memmap::report {

Html& Html::open(std::string_view tag, std::string_view attributes) {
  out_ += fmt::format("<{}{}{}>", tag, attributes.empty() ? "" : " ", attributes);
  return *this;
}

Html& Html::close(std::string_view tag) {
  out_ += fmt::format("</{}>\n", tag);
  return *this;
}

Html& Html::text(std::string_view text) {
  out_ += xml_escaped(text);
  return *this;
}

Html& Html::raw(std::string_view markup) {
  out_ += markup;
  return *this;
}

Html& Html::element(std::string_view tag, std::string_view text, std::string_view attributes) {
  return open(tag, attributes).text(text).close(tag);
}

Html& Html::section(std::string_view id, std::string_view heading, std::string_view aside) {
  open("section", fmt::format("id=\"{}\" aria-labelledby=\"{}-title\"", id, id));
  open("h2", fmt::format("id=\"{}-title\"", id)).text(heading);
  if (!aside.empty()) raw(" <small>").text(aside).raw("</small>");
  return close("h2");
}

void Html::cell(const HtmlCell& cell, HtmlColumnKind kind, std::string_view tag) {
  std::string style(cell.style);
  const auto add = [&](std::string_view name) {
    style.append(style.empty() ? "" : " ").append(name);
  };
  if (kind == HtmlColumnKind::number) add("n");
  if (kind == HtmlColumnKind::range) add("r");
  out_ += fmt::format("<{}{}", tag, tag == "th" ? " scope=\"row\"" : "");
  if (!style.empty()) out_ += fmt::format(" class=\"{}\"", style);
  out_ += '>';
  if (cell.share >= 0) {
    out_ += fmt::format(
        "<svg class=\"bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" "
        "aria-hidden=\"true\">"
        "<rect width=\"{:.2f}\" height=\"8\"/></svg>",
        cell.share * 100);
  }
  text(cell.text);
  out_ += fmt::format("</{}>", tag);
}

Html& Html::table(const HtmlTable& table) {
  open("div", "class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" +
                  xml_escaped(table.caption) + "\"");
  open("table", fmt::format("id=\"t-{}\"", table.id));
  element("caption", table.caption);
  raw("<thead><tr>");
  for (const HtmlColumn& column : table.columns) {
    raw(fmt::format("<th scope=\"col\"{}>",
                    column.kind == HtmlColumnKind::number ? " class=\"n\"" : ""));
    text(column.title).raw("</th>");
  }
  raw("</tr></thead>\n<tbody>\n");
  for (const HtmlRow& row : table.rows) {
    raw("<tr>");
    for (std::size_t i = 0; i < row.size(); ++i)
      cell(row[i], table.columns[i].kind, i == 0 ? "th" : "td");
    raw("</tr>\n");
  }
  raw("</tbody>").close("table").close("div");
  if (table.all > table.rows.size()) {
    open("p", fmt::format("class=\"more\" id=\"more-{}\"", table.id));
    text(
        fmt::format("{} of {} rows. With scripts, this page shows and sorts all; `memmap simulate "
                    "--format json` has them too.",
                    grouped(table.rows.size()), grouped(table.all)));
    close("p");
  }
  return *this;
}

}  // namespace memmap::report
