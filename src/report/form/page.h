// A text report as it is written: headings, paragraphs, tables, paint.
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
  // The first where the style has Unicode.
  std::string_view glyph(std::string_view unicode, std::string_view ascii) const {
    return style_.unicode ? unicode : ascii;
  }
  // `text` in the style's colours; as it is without colour.
  std::string painted(std::string_view text, Paint paint) const;
  // Text that others wrote, as printable() has it.
  std::string foreign(std::string_view text) const { return printable(text, charset()); }

  void blank();
  void heading(std::string_view title, std::string_view aside = {});
  // One line as it is; trailing blanks are dropped.
  void line(std::string_view text, Paint paint = Paint::plain);
  // Words wrapped to the width; the first line starts with `lead`, the others are indented as deep.
  void paragraph(std::string_view lead, std::string_view text, Paint paint = Paint::plain);
  // Columns as wide as they must be, two blanks between; those without a text in any row are left
  // out; a left-aligned last column is cut to the width. No line of titles where all are empty.
  void table(std::vector<Column> columns, std::vector<Row> rows);

  std::string take() && { return std::move(out_); }

 private:
  TextStyle style_;
  std::string out_{};
};

}  // namespace memmap::report
