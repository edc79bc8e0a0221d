#include "report/form/page.h"

#include <fmt/color.h>
#include <fmt/format.h>

#include <algorithm>

namespace memmap::report {
namespace {

fmt::text_style style_of(Paint paint) {
  using fmt::terminal_color;
  switch (paint) {
    case Paint::plain:
      return {};
    case Paint::strong:
      return fmt::emphasis::bold;
    case Paint::faint:
      return fmt::fg(terminal_color::bright_black);
    case Paint::red:
      return fmt::fg(terminal_color::red);
    case Paint::green:
      return fmt::fg(terminal_color::green);
    case Paint::yellow:
      return fmt::fg(terminal_color::yellow);
    case Paint::blue:
      return fmt::fg(terminal_color::blue);
    case Paint::magenta:
      return fmt::fg(terminal_color::magenta);
    case Paint::cyan:
      return fmt::fg(terminal_color::cyan);
    case Paint::alert:
      return fmt::emphasis::bold | fmt::fg(terminal_color::bright_red);
  }
  return {};
}

void drop_empty_columns(std::vector<Column>& columns, std::vector<Row>& rows) {
  for (std::size_t i = columns.size(); i-- > 0;) {
    const auto has_text = [&](const Row& row) { return i < row.size() && !row[i].text.empty(); };
    if (std::any_of(rows.begin(), rows.end(), has_text)) continue;
    const auto at = static_cast<std::ptrdiff_t>(i);
    columns.erase(columns.begin() + at);
    for (Row& row : rows) {
      if (i < row.size()) row.erase(row.begin() + at);
    }
  }
}

// Of a word that is longer than a line of `room` columns: the bytes that go on it, to a comma or else as many as fit.
std::size_t break_of(std::string_view word, std::size_t room) {
  std::size_t bytes = 0;
  std::size_t after_comma = 0;
  for (std::size_t columns = 0; columns < room; ++columns) {
    bytes += std::max<std::size_t>(1, utf8_length(word.substr(bytes)));
    if (word[bytes - 1] == ',') after_comma = bytes;
  }
  return after_comma > 0 ? after_comma : bytes;
}

}  // namespace

std::string Page::painted(std::string_view text, Paint paint) const {
  if (!style_.colour || paint == Paint::plain || text.empty()) return std::string(text);
  return fmt::format(style_of(paint), "{}", text);
}

void Page::blank() { out_ += '\n'; }

void Page::heading(std::string_view title, std::string_view aside) {
  blank();
  std::size_t used = text_width(title) + 1;
  out_ += painted(title, Paint::strong) + ' ';
  if (!aside.empty()) {
    out_ += painted(fmt::format("({})", aside), Paint::faint) + ' ';
    used += text_width(aside) + 3;
  }
  std::string rule;
  for (; used < style_.width; ++used) rule += glyph("─", "-");
  out_ += painted(rule, Paint::faint) + '\n';
}

void Page::line(std::string_view text, Paint paint) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  out_ += painted(text, paint) + '\n';
}

void Page::paragraph(std::string_view lead, std::string_view text, Paint paint) {
  const std::size_t indent = text_width(lead);
  const std::size_t room = style_.width > indent + 20 ? style_.width - indent : 20;
  std::string current;
  std::size_t columns = 0;  // of `current`
  bool first = true;
  const auto flush = [&] {
    out_ +=
        (first ? painted(lead, paint) : std::string(indent, ' ')) + painted(current, paint) + '\n';
    first = false;
    current.clear();
    columns = 0;
  };
  while (!text.empty()) {
    const std::size_t blank_at = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, blank_at);
    text.remove_prefix(std::min(blank_at + 1, text.size()));
    if (word.empty()) continue;
    std::size_t width = text_width(word);
    if (!current.empty() && columns + 1 + width > room) flush();
    for (; width > room; width = text_width(word)) {
      const std::size_t bytes = break_of(word, room);
      current = word.substr(0, bytes);
      word.remove_prefix(bytes);
      flush();
    }
    if (!current.empty()) {
      current += ' ';
      ++columns;
    }
    current += word;
    columns += width;
  }
  if (!current.empty() || first) flush();
}

void Page::table(std::vector<Column> columns, std::vector<Row> rows) {
  drop_empty_columns(columns, rows);
  if (columns.empty()) return;
  std::vector<std::size_t> widths;
  bool titled = false;
  for (const Column& c : columns) {
    widths.push_back(text_width(c.title));
    titled = titled || !c.title.empty();
  }
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < std::min(row.size(), columns.size()); ++i) {
      widths[i] = std::max(widths[i], text_width(row[i].text));
    }
  }
  std::size_t before_last = 2;
  for (std::size_t i = 0; i + 1 < columns.size(); ++i) before_last += widths[i] + 2;
  if (columns.back().align == Align::left) {
    const std::size_t room = style_.width > before_last + 8 ? style_.width - before_last : 8;
    widths.back() = std::min(widths.back(), room);
  }
  const auto print = [&](const Row& row) {
    std::string text = " ";
    std::size_t owed = 1;  // blanks that only matter if something follows
    for (std::size_t i = 0; i < std::min(row.size(), columns.size()); ++i) {
      const std::string shown = cut(row[i].text, widths[i], charset());
      const std::size_t pad = widths[i] - text_width(shown);
      const bool right = columns[i].align == Align::right;
      if (right) owed += pad;
      if (!shown.empty()) {
        text.append(owed, ' ');
        owed = 0;
        text += painted(shown, row[i].paint);
      }
      owed += (right ? 0 : pad) + 2;
    }
    line(text);
  };
  if (titled) {
    Row head;
    for (const Column& c : columns) head.push_back({c.title, Paint::faint});
    print(head);
  }
  for (const Row& row : rows) print(row);
}

}  // namespace memmap::report
