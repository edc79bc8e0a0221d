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

}  // namespace

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
  std::vector<Fitting> fitting;
  std::vector<Line> others;  // behind the last that fits
  Faults faults;
  Lines lines(text);
  const auto refuse = [&](const Line& line) {
    faults.add(error_at(
        file, line, trimmed(line.text),
        "stands within the table and has not its columns (lines that begin with # are left out)"));
  };
  while (const auto line = lines.next()) {
    const std::string_view front = trimmed(line->text);
    if (front.empty() || front[0] == '#') continue;
    std::vector<Cell> cells = cells_of(line->text);
    if (!fits(cells, columns)) {
      // A heading is no damaged entry; a line with an address may be one.
      if (!fitting.empty() || std::ranges::count_if(cells, is_address) > 1) others.push_back(*line);
      continue;
    }
    for (const Line& other : others) refuse(other);
    others.clear();
    fitting.push_back({*line, std::move(cells)});
  }
  for (const Line& other : others) {
    const auto cells = cells_of(other.text);
    if (std::ranges::any_of(cells, is_address)) refuse(other);
  }
  if (fitting.empty()) {
    return Error{
        .message = fmt::format("no line has the {} columns that --columns names", columns.size()),
        .origin = {.file = file}};
  }
  TableText table{.strict = true};
  table.rows.resize(fitting.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Column& column = columns[i];
    if (column.kind == Kind::skipped) continue;
    std::vector<Cell> cells;
    for (const Fitting& f : fitting) cells.push_back(f.cells[i]);
    if (column.kind == Kind::type) table.names = column.names;
    const auto base = column.kind == Kind::type ? Radix::told : radix_of(cells, column.radix);
    if (!base) {
      const Fitting& f = fitting.front();
      faults.add(error_at(
          file, f.line, f.cells[i].text,
          "nothing tells whether this column is decimal or hexadecimal: write /dec or /hex behind "
          "its name in --columns"));
      continue;
    }
    for (std::size_t k = 0; k < fitting.size(); ++k) {
      TableRow& row = table.rows[k];
      row.line = fitting[k].line;
      row.place = trimmed(row.line.text);
      const Cell& cell = cells[k];
      if (column.kind == Kind::type) {
        if (cell.is_word) {
          row.word = cell.text;
        } else {
          row.number = cell.decimal ? cell.decimal : cell.hex;
        }
        continue;
      }
      const auto value = number_of(cell, *base);
      if (!value || *value > ~std::uint64_t{0} / column.unit) {
        faults.add(error_at(file, row.line, cell.text,
                            "is no address of 64 bits in this column's base and unit"));
        continue;
      }
      (column.kind == Kind::start ? row.start : row.second) = *value * column.unit;
      if (column.kind == Kind::second) row.bound = column.bound;
    }
  }
  if (!faults.none()) return faults.take();
  return table;
}

}  // namespace memmap::input
