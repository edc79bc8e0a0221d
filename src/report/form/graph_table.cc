#include "report/form/graph_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/form/xml_text.h"

namespace memmap::report {

std::string markup_text(std::string_view text) {
  std::string out;
  for (const char c : xml_escaped(text)) {
    // Before an N or a G, Graphviz would take it for a name's place.
    if (c == '\\') {
      out += "&#92;";
    } else {
      out += c;
    }
  }
  // Graphviz draws nothing for a blank alone, and drops the cell's height with it.
  return out.find_first_not_of(' ') == std::string::npos ? "&#160;" : out;
}

namespace {

std::string font(Face face, Theme theme, std::string text) {
  constexpr std::string_view kWords = "<FONT FACE=\"sans-serif\" POINT-SIZE=\"{}\"{}>{}</FONT>";
  const auto coloured = [&](Ink ink) { return fmt::format(" COLOR=\"{}\"", colour(ink, theme)); };
  switch (face) {
    case Face::value:
      return text;
    case Face::words:
      return fmt::format(kWords, 9, "", text);
    case Face::strong:
      return fmt::format(kWords, 10, "", "<B>" + text + "</B>");
    case Face::faint:
      return fmt::format(kWords, 9, coloured(Ink::faint), "<I>" + text + "</I>");
    case Face::title:
      return fmt::format(kWords, 16, "", "<B>" + text + "</B>");
  }
  return text;
}

std::string markup(const GraphCell& cell, Theme theme);

// Points of a row that is narrower than its cell; Graphviz would stretch or centre what is in it.
constexpr unsigned kInnerRoom = 300;

std::string filler(unsigned width) {
  return fmt::format("<TD BORDER=\"0\" WIDTH=\"{}\"></TD>", width);
}

std::string content(const GraphCell& cell, Theme theme) {
  if (cell.bar != 0) {
    return fmt::format(
        "<TABLE ALIGN=\"LEFT\" BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" "
        "CELLPADDING=\"0\"><TR><TD "
        "FIXEDSIZE=\"TRUE\" WIDTH=\"{}\" HEIGHT=\"8\" BGCOLOR=\"{}\" "
        "COLOR=\"{}\"></TD>{}</TR></TABLE>",
        cell.bar, colour(cell.fill, theme), colour(Ink::line, theme),
        filler(kLongestBar + 1 - std::min(cell.bar, kLongestBar)));
  }
  if (!cell.inner.empty()) {
    std::string out = fmt::format(
        "<TABLE ALIGN=\"LEFT\" BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"4\" CELLPADDING=\"2\" "
        "COLOR=\"{}\"><TR>",
        colour(Ink::line, theme));
    for (const GraphCell& inner : cell.inner) out += markup(inner, theme);
    return out + filler(kInnerRoom) + "</TR></TABLE>";
  }
  std::string out;
  const std::string_view end = cell.right ? "<BR ALIGN=\"RIGHT\"/>" : "<BR ALIGN=\"LEFT\"/>";
  // A single line needs no end; with one it would be set apart from the cell's side.
  for (const std::string& line : cell.text)
    out.append(font(cell.face, theme, markup_text(line))).append(cell.text.size() > 1 ? end : "");
  return out;
}

std::string markup(const GraphCell& cell, Theme theme) {
  std::string out = fmt::format("<TD ALIGN=\"{}\"", cell.right ? "RIGHT" : "LEFT");
  const Ink fill = cell.bar != 0 ? Ink::paper : cell.fill;
  if (fill != Ink::paper) out += fmt::format(" BGCOLOR=\"{}\"", colour(fill, theme));
  if (!cell.border) out += " BORDER=\"0\"";
  if (cell.columns > 1) out += fmt::format(" COLSPAN=\"{}\"", cell.columns);
  if (cell.rows > 1) out += fmt::format(" ROWSPAN=\"{}\"", cell.rows);
  if (!cell.port.empty()) out += fmt::format(" PORT=\"{}\"", markup_text(cell.port));
  return out + ">" + content(cell, theme) + "</TD>";
}

}  // namespace

std::string markup(const GraphTable& table, Theme theme) {
  std::string out = fmt::format(
      "<TABLE BORDER=\"0\" CELLBORDER=\"{}\" CELLSPACING=\"0\" CELLPADDING=\"{}\" "
      "COLOR=\"{}\"{}>\n",
      table.framed ? 1 : 0, table.framed ? 3 : 2, colour(Ink::line, theme),
      table.framed ? fmt::format(" BGCOLOR=\"{}\"", colour(Ink::paper, theme)) : "");
  for (const auto& row : table.rows) {
    out += "<TR>";
    for (const GraphCell& cell : row) out += markup(cell, theme);
    out += "</TR>\n";
  }
  return out + "</TABLE>";
}

}  // namespace memmap::report
