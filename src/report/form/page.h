// The page on which a text report is written: headings, paragraphs, tables, colours.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/form/style.h"
#include "report/form/utf8.h"

namespace memmap::report {

enum class Paint { plain, strong, faint, red, green, yellow, blue, magenta, cyan, alert };

enum class Align { left, right };

struct Column {
  std::string title{};
  Align align = Align::left;
};

struct Cell {
  std::string text{};  // printable, without paint
  Paint paint = Paint::plain;
};

using Row = std::vector<Cell>;  // as many cells as columns, or fewer

class Page {
 public:
  explicit Page(const TextStyle& style) : style_(style) {}

  const TextStyle& style() const { return style_; }
  Charset charset() const { return style_.unicode ? Charset::unicode : Charset::ascii; }
  // `unicode` in a style with Unicode, else `ascii`.
  std::string_view glyph(std::string_view unicode, std::string_view ascii) const {
    return style_.unicode ? unicode : ascii;
  }
  // `text` with the escapes that colour it; as it is in a style without colour.
  std::string painted(std::string_view text, Paint paint) const;
  // Text that others wrote, made printable().
  std::string foreign(std::string_view text) const { return printable(text, charset()); }

  // An empty line.
  void blank();
  // An empty line, then `title`, `aside` in parentheses, and a rule to the end of the line; an `aside`
  // that has no room there stands below.
  void heading(std::string_view title, std::string_view aside = {});
  // One line of any width; blanks at its end are dropped.
  void line(std::string_view text, Paint paint = Paint::plain);
  // Words wrapped to the style's width. The first line begins with `lead`, the others with as many
  // blanks. A word that is longer than a line is broken, after a comma if it has one.
  void paragraph(std::string_view lead, std::string_view text, Paint paint = Paint::plain);
  // Columns are as wide as their texts, with two blanks between them. Columns without any text are
  // left out, and so is the line of titles if all are empty. To keep to the style's width a
  // left-aligned last column is cut; where that is not enough, in a narrow style there is one blank
  // between columns, or what of a row has no room goes on, indented, in further lines.
  void table(std::vector<Column> columns, std::vector<Row> rows);

  // All that was written.
  std::string take() && { return std::move(out_); }

 private:
  void put(std::string_view text, Paint paint);  // painted, at the end of all that was written

  TextStyle style_;
  std::string out_{};
};

}  // namespace memmap::report
