#include "input/table/guess.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "input/table/candidates.h"
#include "input/table/columns.h"
#include "input/table/types.h"

namespace memmap::input {
namespace {

constexpr std::string_view kAdvice =
    "write the table as lines `start,end,type`, such as `0x100000,0x80000000,ram`, and give "
    "--columns "
    "start,end,type (`end` is the first byte behind; `last` and `size` are others), or give "
    "--columns for the "
    "table as it is";

std::vector<Cell> column(const CandidateTable& table, std::size_t i) {
  std::vector<Cell> out;
  for (const CandidateLine& row : table.rows) out.push_back(row.cells[i]);
  return out;
}

// The columns that may be the type's.
std::vector<std::size_t> type_columns(const CandidateTable& table) {
  std::vector<std::size_t> words;
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < table.meanings.size(); ++i) {
    const auto cells = column(table, i);
    if (table.meanings[i] == Meaning::type) return {i};
    if (cells.front().is_word) {
      const auto known = [](const Cell& c) {
        return type_of_word(TypeNames::e820, c.text).has_value();
      };
      if (std::ranges::all_of(cells, known)) words.push_back(i);
      continue;
    }
    constexpr std::uint64_t kSmall = 20;
    const auto small = [](const Cell& c) {
      return c.decimal && *c.decimal >= 1 && *c.decimal <= kSmall;
    };
    const bool some_ram = std::ranges::any_of(cells, [](const Cell& c) { return c.decimal == 1u; });
    if (table.meanings[i] == Meaning::none && some_ram && std::ranges::all_of(cells, small))
      numbers.push_back(i);
  }
  return words.empty() ? numbers : words;
}

struct Reading {
  std::size_t start = 0;
  std::size_t second = 0;
  Bound bound = Bound::end;
  Radix radix = Radix::hex;
  std::size_t touches = 0;
  bool operator==(const Reading&) const = default;
};

// The entries under a reading; empty: it is none.
std::vector<TableRow> rows_of(const CandidateTable& table, const Reading& r) {
  std::vector<TableRow> out;
  for (const CandidateLine& c : table.rows) {
    const auto start = number_of(c.cells[r.start], r.radix);
    const auto second = number_of(c.cells[r.second], r.radix);
    if (!start || !second) return {};
    TableRow row{.line = c.line,
                 .place = trimmed(c.line.text),
                 .start = *start,
                 .second = *second,
                 .bound = r.bound};
    if (!size_of(row)) return {};
    out.push_back(row);
  }
  return out;
}

// Sorted, without overlap, and with bounds as machines have them: ends of even addresses, last bytes of
// odd ones.
bool is_possible(const std::vector<TableRow>& rows, bool sizes_told, Reading& r) {
  constexpr std::uint64_t kStep = 16;
  if (rows.empty()) return false;
  const auto full = [](const TableRow& row) { return row.second % kStep == kStep - 1; };
  const auto even = [](const TableRow& row) { return row.second % kStep == 0; };
  if (r.bound == Bound::last ? std::ranges::all_of(rows, even) : std::ranges::all_of(rows, full))
    return false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint64_t size = *size_of(rows[i]);
    if (size == 0 && !sizes_told) return false;
    if (i + 1 == rows.size()) break;
    const std::uint64_t gap = rows[i + 1].start - rows[i].start;
    if (rows[i + 1].start < rows[i].start || gap < size) return false;
    r.touches += gap == size;
  }
  return true;
}

std::vector<Bound> bounds_of(const CandidateTable& table, std::size_t second) {
  const Cell& cell = table.rows.front().cells[second];
  switch (table.meanings[second]) {
    case Meaning::size:
      return {Bound::size};
    case Meaning::last:
      return {Bound::last};
    case Meaning::end:
      return {Bound::end, Bound::last};
    default:
      break;
  }
  if (!cell.ranged) return {Bound::end, Bound::last, Bound::size};
  if (cell.closed == ')' && table.rows.front().line.text.find('[') != std::string_view::npos)
    return {Bound::end};
  return {Bound::end, Bound::last};
}

// Which pairs of columns may be the bounds.
std::vector<std::pair<std::size_t, std::size_t>> pairs_of(const CandidateTable& table,
                                                          std::size_t type) {
  std::vector<std::pair<std::size_t, std::size_t>> all;
  std::vector<std::pair<std::size_t, std::size_t>> named;
  std::vector<std::pair<std::size_t, std::size_t>> ranged;
  const std::vector<Cell>& first = table.rows.front().cells;
  const auto second = [](Meaning m) {
    return m == Meaning::end || m == Meaning::last || m == Meaning::size;
  };
  for (std::size_t i = 0; i < first.size(); ++i) {
    for (std::size_t k = 0; k < first.size(); ++k) {
      if (i == k || i == type || k == type || first[i].is_word || first[k].is_word) continue;
      const Meaning a = table.meanings[i];
      const Meaning b = table.meanings[k];
      if (a == Meaning::other || b == Meaning::other || a == Meaning::pages || b == Meaning::pages)
        continue;
      if (a == Meaning::start && second(b)) named.emplace_back(i, k);
      if (k == i + 1 && first[k].ranged) ranged.emplace_back(i, k);
      if (!second(a) && b != Meaning::start) all.emplace_back(i, k);
    }
  }
  if (!named.empty()) return named;
  return ranged.empty() ? all : ranged;
}

std::vector<Reading> readings_of(const CandidateTable& table, std::size_t type) {
  std::vector<Reading> out;
  for (const auto& [start, second] : pairs_of(table, type)) {
    for (const Bound bound : bounds_of(table, second)) {
      for (const Radix radix : {Radix::hex, Radix::decimal}) {
        // Both bases are tried only where nothing tells.
        std::vector<Cell> cells = column(table, start);
        const std::vector<Cell> more = column(table, second);
        cells.insert(cells.end(), more.begin(), more.end());
        const auto told = radix_of(cells, Radix::told);
        if (told && *told != radix) continue;
        Reading r{start, second, bound, radix};
        const bool sizes_told = table.meanings[second] == Meaning::size;
        if (is_possible(rows_of(table, r), sizes_told, r)) out.push_back(r);
      }
    }
  }
  return out;
}

std::string columns_of(const Reading& r, std::size_t type, std::size_t cells) {
  std::string out;
  std::size_t last = std::max({r.start, r.second, type});
  for (std::size_t i = 0; i < cells && i <= last; ++i) {
    out += out.empty() ? "" : ",";
    out += i == r.start ? "start" : i == r.second ? column_of(r.bound) : i == type ? "type" : "-";
  }
  return out;
}

Error refuse(const std::string& file, const CandidateLine& at, std::string message) {
  return error_at(file, at.line, trimmed(at.line.text), std::move(message));
}

// Of several readings the one in which entries touch, where it is the only one.
std::optional<Reading> certain(const std::vector<Reading>& readings) {
  if (readings.size() == 1) return readings.front();
  std::optional<Reading> out;
  for (const Reading& r : readings) {
    if (r.touches == 0) continue;
    if (out) return std::nullopt;
    out = r;
  }
  return out;
}

// The line that came closest where no form has two numbers in a line.
Error no_table(const std::string& file, const std::optional<CandidateLine>& closest) {
  if (closest) {
    return refuse(
        file, *closest,
        fmt::format("is in no known format; this line comes closest, and lacks a second number: an "
                    "entry needs a start, an end and a type; {}",
                    kAdvice));
  }
  return {
      .message = fmt::format("is in no known format, and no line holds an address; {}", kAdvice),
      .origin = {.file = file}};
}

// The first line of a table that several readings fit, or none.
Error uncertain(const std::string& file, const CandidateTable& table,
                const std::vector<Reading>& readings, std::size_t type) {
  const CandidateLine& first = table.rows.front();
  std::string choices;
  for (const Reading& r : readings) {
    const std::string one = columns_of(r, type, first.cells.size());
    if (choices.find(one + "`") == std::string::npos)
      choices += fmt::format("{}`{}`", choices.empty() ? "" : ", ", one);
  }
  if (choices.empty()) {
    return refuse(
        file, first,
        fmt::format(
            "a table begins here, but in no reading of it are its entries in order and apart; {}",
            kAdvice));
  }
  return refuse(
      file, first,
      fmt::format(
          "a table begins here, and it is not certain which of its columns is what: give "
          "--columns {} (`end`: the first byte behind, `last`: the last byte, `size`: how many)",
          choices));
}

TableText table_of(const CandidateTable& table, const Reading& reading, std::size_t type) {
  TableText out{.rows = rows_of(table, reading), .strict = true};
  for (std::size_t i = 0; i < out.rows.size(); ++i) {
    const Cell& cell = table.rows[i].cells[type];
    if (cell.is_word) {
      out.rows[i].word = cell.text;
    } else {
      out.rows[i].number = cell.decimal ? cell.decimal : cell.hex;
    }
  }
  return out;
}

}  // namespace

Guess guess_table(std::string_view text, const std::string& file) {
  const FoundTable found = find_table(text);
  const CandidateTable& table = found.table;
  if (table.rows.empty()) return {.refusal = no_table(file, found.closest)};
  const CandidateLine& first = table.rows.front();
  if (found.odd) {
    return {.refusal = refuse(
                file, *found.odd,
                fmt::format("stands in the table that begins in line {}, and has another form; {}",
                            first.line.number, kAdvice))};
  }
  const std::vector<std::size_t> types = type_columns(table);
  if (types.size() != 1) {
    return {
        .refusal = refuse(
            file, first,
            fmt::format(
                "is in no known format; this line comes closest, and {}; {}",
                types.empty()
                    ? "lacks a type that is known (ram, reserved, acpi, nvs, ..., or its number)"
                    : "has more than one column that may be the type",
                kAdvice))};
  }
  const std::size_t type = types.front();
  const std::vector<Reading> readings = readings_of(table, type);
  const auto chosen = certain(readings);
  if (table.rows.size() < 2 || !chosen) return {.refusal = uncertain(file, table, readings, type)};
  Guess out{.columns = columns_of(*chosen, type, first.cells.size())};
  TableText read = table_of(table, *chosen, type);
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  if (std::ranges::all_of(read.rows, [](const TableRow& row) { return row.start < kMiB; })) {
    out.refusal = refuse(
        file, first,
        fmt::format("a table begins here, and nothing of it lies above 1 MiB: give --columns {} if "
                    "its numbers are bytes (behind a name, /pages, /KiB or /MiB says what else)",
                    out.columns));
    return out;
  }
  out.table = std::move(read);
  return out;
}

}  // namespace memmap::input
