#include "input/table/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "input/text/faults.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

using Kind = Column::Kind;

constexpr std::string_view kNames =
    "the columns are `start`, one of `end` (the first byte behind), `last` (the last byte) and "
    "`size`, "
    "`type` (`efi-type`, `limine-type`, `kexec-type`), and `-` for any other; behind a name "
    "`/hex`, `/dec`, "
    "`/KiB`, `/MiB`, `/GiB` or `/pages`";

struct Name {
  std::string_view word;
  Column column;
};
constexpr Name kColumnNames[] = {
    {"-", {}},
    {"start", {.kind = Kind::start}},
    {"end", {.kind = Kind::second, .bound = Bound::end}},
    {"last", {.kind = Kind::second, .bound = Bound::last}},
    {"size", {.kind = Kind::second, .bound = Bound::size}},
    {"length", {.kind = Kind::second, .bound = Bound::size}},
    {"type", {.kind = Kind::type}},
    {"efi-type", {.kind = Kind::type, .names = TypeNames::efi}},
    {"limine-type", {.kind = Kind::type, .names = TypeNames::limine}},
    {"kexec-type", {.kind = Kind::type, .names = TypeNames::kexec}},
};

Error refused(std::string message) {
  return {.message = std::move(message), .origin = {.file = "--columns"}};
}

bool set_unit(std::string_view unit, Column& column) {
  if (unit == "hex" || unit == "dec") {
    column.radix = unit == "hex" ? Radix::hex : Radix::decimal;
    return true;
  }
  constexpr std::uint64_t kKiB = 1024;
  if (unit == "KiB") column.unit = kKiB;
  if (unit == "MiB") column.unit = kKiB * kKiB;
  if (unit == "GiB") column.unit = kKiB * kKiB * kKiB;
  if (column.unit != 1) column.radix = Radix::decimal;
  if (unit == "pages") column.unit = 4 * kKiB;
  return column.unit != 1;
}

// The cells of one line that are its columns.
struct Fitting {
  Line line{};
  std::vector<Cell> cells{};
};

bool fits(const std::vector<Cell>& cells, const Columns& columns) {
  if (cells.size() < columns.size()) return false;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool number = columns[i].kind == Kind::start || columns[i].kind == Kind::second;
    if (number && cells[i].is_word) return false;
  }
  return true;
}

bool is_address(const Cell& cell) {
  constexpr std::size_t kLong = 5;
  return !cell.is_word && cell.text.size() >= kLong;
}

// Reads a table whose columns are known.
class ByColumns {
 public:
  ByColumns(const std::string& file, const Columns& columns) : file_(file), columns_(columns) {}

  Result<TableText> read(std::string_view text) {
    find_lines(text);
    if (fitting_.empty()) {
      return Error{.message = fmt::format("no line has the {} columns that --columns names",
                                          columns_.size()),
                   .origin = {.file = file_}};
    }
    for (const Fitting& f : fitting_)
      table_.rows.push_back({.line = f.line, .place = trimmed(f.line.text)});
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].kind == Kind::type) read_types(i);
      if (columns_[i].kind == Kind::start || columns_[i].kind == Kind::second) read_numbers(i);
    }
    if (!faults_.none()) return faults_.take();
    return std::move(table_);
  }

 private:
  // Headings above and words below are no damaged entries; a line with an address may be one.
  void find_lines(std::string_view text) {
    std::vector<Line> others;  // behind the last line that fits
    Lines lines(text);
    while (const auto line = lines.next()) {
      const std::string_view front = trimmed(line->text);
      if (front.empty() || front[0] == '#') continue;
      std::vector<Cell> cells = cells_of(line->text);
      if (fits(cells, columns_)) {
        for (const Line& other : others) refuse(other);
        others.clear();
        fitting_.push_back({*line, std::move(cells)});
      } else if (!fitting_.empty() || std::ranges::count_if(cells, is_address) > 1) {
        others.push_back(*line);
      }
    }
    for (const Line& other : others) {
      if (std::ranges::any_of(cells_of(other.text), is_address)) refuse(other);
    }
  }

  void refuse(const Line& line) {
    faults_.add(error_at(file_, line, trimmed(line.text),
                         "stands within the table and has not its columns (lines that begin with # "
                         "are left out)"));
  }

  void read_types(std::size_t column) {
    table_.names = columns_[column].names;
    for (std::size_t i = 0; i < fitting_.size(); ++i) {
      const Cell& cell = fitting_[i].cells[column];
      if (cell.is_word) {
        table_.rows[i].word = cell.text;
      } else {
        table_.rows[i].number = cell.decimal ? cell.decimal : cell.hex;
      }
    }
  }

  void read_numbers(std::size_t index) {
    const Column& column = columns_[index];
    std::vector<Cell> cells;
    for (const Fitting& f : fitting_) cells.push_back(f.cells[index]);
    const auto radix = radix_of(cells, column.radix);
    if (!radix) {
      faults_.add(
          error_at(file_, fitting_.front().line, cells.front().text,
                   "nothing tells whether this column is decimal or hexadecimal: write /dec "
                   "or /hex behind its name in --columns"));
      return;
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
      TableRow& row = table_.rows[i];
      const auto value = number_of(cells[i], *radix);
      if (!value || *value > ~std::uint64_t{0} / column.unit) {
        faults_.add(error_at(file_, row.line, cells[i].text,
                             "is no address of 64 bits in this column's base and unit"));
        continue;
      }
      (column.kind == Kind::start ? row.start : row.second) = *value * column.unit;
      if (column.kind == Kind::second) row.bound = column.bound;
    }
  }

  const std::string& file_;
  const Columns& columns_;
  std::vector<Fitting> fitting_{};
  TableText table_{.strict = true};
  Faults faults_;
};

}  // namespace

std::vector<std::string_view> column_names() {
  std::vector<std::string_view> out;
  for (const Name& name : kColumnNames) out.push_back(name.word);
  return out;
}

Result<Columns> parse_columns(std::string_view text) {
  Columns out;
  Errors errors;
  int starts = 0;
  int seconds = 0;
  int types = 0;
  for (bool more = true; more;) {
    std::string_view item = trim(take_until(text, ","));
    more = eat(text, ",");
    const std::string_view word = take_until(item, "/");
    const auto* const name = std::ranges::find(kColumnNames, word, &Name::word);
    if (name == std::end(kColumnNames)) {
      errors.push_back(refused(fmt::format("`{}` is no column: {}", word, kNames)));
      continue;
    }
    Column column = name->column;
    if (eat(item, "/") && !set_unit(item, column))
      errors.push_back(refused(fmt::format("`/{}` is no unit: {}", item, kNames)));
    starts += column.kind == Kind::start;
    seconds += column.kind == Kind::second;
    types += column.kind == Kind::type;
    out.push_back(column);
  }
  if (errors.empty() && (starts != 1 || seconds != 1 || types != 1)) {
    errors.push_back(
        refused(fmt::format("expected one `start`, one of `end`, `last` and `size`, one `type`, "
                            "such as start,last,type; {}",
                            kNames)));
  }
  if (!errors.empty()) return errors;
  return out;
}

Result<TableText> table_by_columns(std::string_view text, const std::string& file,
                                   const Columns& columns) {
  return ByColumns(file, columns).read(text);
}

}  // namespace memmap::input
