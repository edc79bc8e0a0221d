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

constexpr std::size_t kIndent = 2;         // of a table's rows
constexpr std::size_t kFurtherIndent = 6;  // of what of a row has no room in its first line
constexpr std::size_t kLeastCut = 8;       // a last column is cut to no less

// How the columns of a table keep to the page's width.
struct Fit {
  std::size_t gap = 2;              // blanks between columns
  std::vector<bool> starts_line{};  // by column: it begins a further line of its row
};

std::size_t row_width(const std::vector<std::size_t>& widths, std::size_t gap) {
  std::size_t out = kIndent;
  for (const std::size_t w : widths) out += w + gap;
  return out - gap;
}

// Cuts a last column that is aligned left. Where that is not enough, and the page is narrow, brings
// columns nearer to each other, else lets rows have several lines.
Fit fit_of(const std::vector<Column>& columns, std::vector<std::size_t>& widths,
           const TextStyle& style) {
  const std::size_t page_width = style.width;
  Fit fit{.starts_line = std::vector<bool>(columns.size(), false)};
  const bool cuts = columns.back().align == Align::left;
  std::size_t& last = widths.back();
  for (; fit.gap != 0; --fit.gap) {
    const std::size_t all = row_width(widths, fit.gap);
    if (all <= page_width) return fit;
    if (cuts && all - last + kLeastCut <= page_width) {
      last = page_width - (all - last);
      return fit;
    }
    if (!style.is_narrow) {
      if (cuts) last = std::min(last, kLeastCut);
      return fit;
    }
  }
  fit.gap = 2;
  std::size_t used = kIndent;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (i != 0 && used + widths[i] > page_width) {
      fit.starts_line[i] = true;
      used = kFurtherIndent;
    }
    widths[i] = std::min(widths[i], page_width - used);
    used += widths[i] + fit.gap;
  }
  return fit;
}

}  // namespace

std::string Page::painted(std::string_view text, Paint paint) const {
  if (!style_.colour || paint == Paint::plain || text.empty()) return std::string(text);
  return fmt::format(style_of(paint), "{}", text);
}

void Page::put(std::string_view text, Paint paint) {
  if (!style_.colour || paint == Paint::plain) {
    out_ += text;
  } else {
    out_ += painted(text, paint);
  }
}

void Page::blank() { out_ += '\n'; }

void Page::heading(std::string_view title, std::string_view aside) {
  blank();
  std::size_t used = text_width(title);
  out_ += painted(title, Paint::strong);
  const bool fits = used + text_width(aside) + 3 <= style_.width;
  if (!aside.empty() && fits) {
    out_ += ' ' + painted(fmt::format("({})", aside), Paint::faint);
    used += text_width(aside) + 3;
  }
  std::string rule;
  for (++used; used < style_.width; ++used) rule += glyph("─", "-");
  if (!rule.empty()) out_ += ' ' + painted(rule, Paint::faint);
  out_ += '\n';
  if (!aside.empty() && !fits) paragraph("  ", fmt::format("({})", aside), Paint::faint);
}

void Page::line(std::string_view text, Paint paint) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  put(text, paint);
  out_ += '\n';
}

void Page::paragraph(std::string_view lead, std::string_view text, Paint paint) {
  const std::size_t indent = text_width(lead);
  const std::size_t room = style_.width > indent + 20 ? style_.width - indent : 20;
  const bool wraps = text.size() > room && text_width(text) > room;
  if (!wraps && !text.empty() && text.front() != ' ' && text.back() != ' ' &&
      text.find("  ") == text.npos) {
    put(lead, paint);
    put(text, paint);
    out_ += '\n';
    return;
  }
  std::string current;
  std::size_t columns = 0;  // of `current`
  bool first = true;
  const auto flush = [&] {
    if (first) {
      put(lead, paint);
    } else {
      out_.append(indent, ' ');
    }
    put(current, paint);
    out_ += '\n';
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
  const Fit fit = fit_of(columns, widths, style_);
  const auto print = [&](const Row& row) {
    std::string text = " ";
    std::size_t owed = 1;  // blanks that only matter if something follows
    bool has_text = false;
    bool is_further = false;
    for (std::size_t i = 0; i < std::min(row.size(), columns.size()); ++i) {
      if (fit.starts_line[i]) {
        if (has_text) line(text);
        text = " ";
        owed = kFurtherIndent - 1;
        is_further = true;
        has_text = false;
      }
      const std::string shown = cut(row[i].text, widths[i], charset());
      const std::size_t pad = widths[i] - text_width(shown);
      const bool right = columns[i].align == Align::right;
      if (right) owed += pad;
      if (!shown.empty()) {
        text.append(owed, ' ');
        owed = 0;
        text += painted(shown, row[i].paint);
        has_text = true;
      }
      owed += (right ? 0 : pad) + fit.gap;
    }
    if (has_text || !is_further) line(text);
  };
  if (titled) {
    Row head;
    for (const Column& c : columns) head.push_back({c.title, Paint::faint});
    print(head);
  }
  for (const Row& row : rows) print(row);
}

}  // namespace memmap::report
