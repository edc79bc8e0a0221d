#include "input/table/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "input/table/columns.h"
#include "input/table/guess.h"
#include "input/table/no_maps.h"
#include "input/table/printers.h"
#include "input/text/faults.h"

namespace memmap::input {
namespace {

// Firmware prints its table within the first lines, loaders too.
constexpr std::size_t kLookedAt = 256 * 1024;

bool same_rows(const TableText& a, const TableText& b) {
  return std::ranges::equal(a.rows, b.rows, [](const TableRow& x, const TableRow& y) {
    return x.start == y.start && x.second == y.second && x.number == y.number && x.word == y.word;
  });
}

// Bytes are counted in sixteens at least, so an end is even and a last byte is odd: a table that has it the
// other way is of another printer, with lines of the same form.
std::optional<Error> contradiction(const TableText& table, const Source& source) {
  constexpr std::uint64_t kStep = 16;
  const bool last = table.rows.front().bound == Bound::last;
  const bool odd = std::ranges::all_of(table.rows, [&](const TableRow& row) {
    return row.second % kStep == (last ? 0 : kStep - 1);
  });
  if (!odd) return std::nullopt;
  return error_at(
      source.name, table.rows.front().line, table.rows.front().place,
      fmt::format(
          "looks like a line of {} table, but then the second number would be `{}`, and it is "
          "not in any line: say with --columns what it is (start,end,type; start,last,type; ...)",
          table.whose, column_of(table.rows.front().bound)));
}

Result<Machine> read_printed(const PrintedTables& found, const Source& source,
                             const ReadOptions& options) {
  Faults faults;
  for (const Line& line : found.damaged) {
    faults.add(
        error_at(source.name, line, trimmed(line.text),
                 fmt::format("looks like a line of {} table and is none: expected `{}`",
                             found.printer->whose,
                             found.printer->shape.substr(0, found.printer->shape.find('|')))));
  }
  if (!faults.none()) return faults.take();
  const std::size_t count = found.tables.size();
  std::size_t index = count - 1;
  if (options.boot) {
    if (*options.boot == 0 || *options.boot > count) {
      return Error{.message = fmt::format("there is no table {}: {} of {} {} there, counted from 1",
                                          *options.boot, count, found.printer->whose,
                                          count == 1 ? "is" : "are"),
                   .origin = {.file = source.name}};
    }
    index = *options.boot - 1;
  }
  const TableText& table = found.tables[index];
  if (const auto wrong = contradiction(table, source)) return *wrong;
  auto machine = machine_of_table(table, source.name);
  if (!machine) return machine;
  std::string note =
      fmt::format("read as {} table, from line {} on: the second number of a line is ", table.whose,
                  table.rows.front().line.number);
  switch (table.rows.front().bound) {
    case Bound::end:
      note += "the first byte behind the entry";
      break;
    case Bound::last:
      note += "the entry's last byte";
      break;
    case Bound::size:
      note += "the entry's length";
      break;
  }
  const bool differ =
      std::ranges::any_of(found.tables, [&](const TableText& t) { return !same_rows(t, table); });
  if (differ) {
    note += fmt::format("; it is table {} of {}, which are not the same (choose with --boot N)",
                        index + 1, count);
  }
  machine->notes.insert(machine->notes.begin(), note);
  return machine;
}

Error no_other_table(const Source& source) {
  return Error{.message = "--boot has no effect on a table of no known printer: there is one",
               .origin = {.file = source.name}};
}

Result<Machine> read_by_columns(const Source& source, const std::string& text) {
  const auto columns = parse_columns(text);
  if (!columns) return columns.errors();
  const auto table = table_by_columns(source.bytes, source.name, *columns);
  if (!table) return table.errors();
  return machine_of_table(*table, source.name);
}

}  // namespace

Recognition recognise_table(const Source& source) {
  const PrintedTables found =
      find_printed_tables(std::string_view(source.bytes).substr(0, kLookedAt));
  if (found.printer == nullptr)
    return {0, "no line of a table that firmware or a boot loader prints"};
  const std::string reason = fmt::format("a line of {} table", found.printer->whose);
  return {found.rows > 1 ? 75 : 50, reason};
}

Result<Machine> read_table(const Source& source, const ReadOptions& options) {
  if (options.columns && options.boot) return no_other_table(source);
  if (options.columns) return read_by_columns(source, *options.columns);
  const PrintedTables found = find_printed_tables(source.bytes);
  if (found.printer != nullptr) return read_printed(found, source, options);
  if (options.boot) return no_other_table(source);
  if (auto known = known_as_no_map(source)) return *std::move(known);
  const Guess guess = guess_table(source.bytes, source.name);
  if (!guess.table) return guess.refusal;
  auto machine = machine_of_table(*guess.table, source.name);
  if (!machine) return machine;
  machine->notes.insert(
      machine->notes.begin(),
      fmt::format("read as a table with --columns {}: no other reading is possible",
                  guess.columns));
  return machine;
}

}  // namespace memmap::input
