#include "input/table/guess.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "input/table/cells.h"
#include "input/table/columns.h"
#include "input/table/types.h"

namespace memmap::input {
namespace {

constexpr std::size_t kLongestLine = 512;
constexpr std::size_t kLookedAt = std::size_t{1} << 20;
constexpr std::size_t kMostCells = 12;
constexpr std::string_view kAdvice =
    "write the table as lines `start,end,type`, such as `0x100000,0x80000000,ram`, and give "
    "--columns "
    "start,end,type (`end` is the first byte behind; `last` and `size` are others), or give "
    "--columns for the "
    "table as it is";

struct Candidate {
  Line line{};
  std::vector<Cell> cells{};
};

// Lines of one form, and the titles above the first.
struct Table {
  std::vector<Candidate> rows{};
  std::vector<Meaning> meanings{};  // of each cell: its label, else its title
};

std::string form_of(const std::vector<Cell>& cells) {
  std::string form;
  for (const Cell& cell : cells) {
    form += cell.is_word ? 'w' : 'n';
    form += static_cast<char>('a' + static_cast<int>(cell.label));
  }
  return form;
}

std::size_t numbers_in(const std::vector<Cell>& cells) {
  return static_cast<std::size_t>(std::ranges::count(cells, false, &Cell::is_word));
}

// Words of a line, each with what it means as a title: `Base Address` is one, and so is `# Pages`.
std::vector<Meaning> titles_of(std::string_view line) {
  std::vector<Meaning> out;
  std::size_t at = 0;
  while ((at = line.find_first_not_of(" \t,;|", at)) != std::string_view::npos) {
    std::size_t end = line.find_first_of(" \t,;|", at);
    if (end == std::string_view::npos) end = line.size();
    std::string_view word = line.substr(at, end - at);
    at = end;
    if (word == "#" || word == "Physical" || word == "Base") {
      // The word behind says more.
      const std::size_t next = line.find_first_not_of(' ', end);
      if (next == end + 1) continue;
    }
    out.push_back(meaning_of(word));
  }
  return out;
}

struct Found {
  Table table{};
  std::optional<Candidate> closest{};  // the first line with the most numbers, at least one
  std::optional<Candidate> odd{};      // within the table, of another form
};

// Whether the line's last cells are those of a row of the table: `memory  0x0-0x9fbff available` above
// `0x9fc00-0x9ffff reserved`. What stands before them is dropped.
bool fit_end(const std::vector<Cell>& row, std::vector<Cell>& cells) {
  if (cells.size() <= row.size()) return false;
  std::vector<Cell> end(cells.end() - static_cast<std::ptrdiff_t>(row.size()), cells.end());
  if (form_of(end) != form_of(row)) return false;
  cells = std::move(end);
  return true;
}

bool is_address(const Cell& cell) {
  constexpr std::size_t kLong = 5;
  return !cell.is_word && cell.text.size() >= kLong;
}

// Lines of other forms that stand between the table's, or right beside them, and have two addresses.
void add_odd_ones(Found& found, const std::vector<Candidate>& others) {
  Table& table = found.table;
  const std::size_t first = table.rows.front().line.number;
  const std::size_t last = table.rows.back().line.number;
  const std::vector<Cell> row = table.rows.front().cells;
  for (const Candidate& other : others) {
    if (other.line.number + 1 < first || other.line.number > last + 1) continue;
    if (form_of(other.cells) == form_of(row)) continue;
    Candidate fitting = other;
    if (fit_end(row, fitting.cells)) {
      table.rows.push_back(std::move(fitting));
    } else if (!found.odd && std::ranges::count_if(other.cells, is_address) > 1) {
      found.odd = other;
    }
  }
  std::ranges::stable_sort(table.rows, {}, [](const Candidate& c) { return c.line.number; });
}

Found find_table(std::string_view text) {
  std::map<std::string, Table> forms;
  std::map<std::string, std::vector<Meaning>> titles;
  std::vector<Candidate> all;
  Found found;
  std::vector<Meaning> title;
  Lines lines(text.substr(0, kLookedAt));
  while (const auto line = lines.next()) {
    if (line->text.size() > kLongestLine) continue;
    Candidate candidate{*line, cells_of(line->text)};
    const std::size_t numbers = numbers_in(candidate.cells);
    if (numbers == 0) {
      auto now = titles_of(line->text);
      if (std::ranges::any_of(now, [](Meaning m) { return m != Meaning::none; }))
        title = std::move(now);
      continue;
    }
    if (!found.closest || numbers_in(found.closest->cells) < std::min<std::size_t>(numbers, 2))
      found.closest = candidate;
    if (numbers < 2 || candidate.cells.size() > kMostCells) continue;
    all.push_back(candidate);
    const std::string form = form_of(candidate.cells);
    Table& table = forms[form];
    if (table.rows.empty() && title.size() == candidate.cells.size()) titles[form] = title;
    table.rows.push_back(std::move(candidate));
  }
  std::string chosen;
  for (auto& [form, table] : forms) {
    if (table.rows.size() <= found.table.rows.size()) continue;
    found.table = std::move(table);
    chosen = form;
  }
  if (found.table.rows.empty()) return found;
  const std::vector<Cell>& first = found.table.rows.front().cells;
  const auto named = titles.find(chosen);
  for (std::size_t i = 0; i < first.size(); ++i) {
    const bool labelled = first[i].label != Meaning::none || named == titles.end();
    found.table.meanings.push_back(labelled ? first[i].label : named->second[i]);
  }
  add_odd_ones(found, all);
  return found;
}

std::vector<Cell> column(const Table& table, std::size_t i) {
  std::vector<Cell> out;
  for (const Candidate& row : table.rows) out.push_back(row.cells[i]);
  return out;
}

// The columns that may be the type's.
std::vector<std::size_t> type_columns(const Table& table) {
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
std::vector<TableRow> rows_of(const Table& table, const Reading& r) {
  std::vector<TableRow> out;
  for (const Candidate& c : table.rows) {
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

std::vector<Bound> bounds_of(const Table& table, std::size_t second) {
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
std::vector<std::pair<std::size_t, std::size_t>> pairs_of(const Table& table, std::size_t type) {
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

std::vector<Reading> readings_of(const Table& table, std::size_t type) {
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

Error refuse(const std::string& file, const Candidate& at, std::string message) {
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

}  // namespace

Guess guess_table(std::string_view text, const std::string& file) {
  Guess out;
  const Found found = find_table(text);
  const Table& table = found.table;
  if (table.rows.empty()) {
    if (found.closest) {
      out.refusal =
          refuse(file, *found.closest,
                 fmt::format("is in no known format; this line comes closest, and lacks a "
                             "second number: an entry needs a start, an end and a type; {}",
                             kAdvice));
    } else {
      out.refusal = {.message = fmt::format(
                         "is in no known format, and no line holds an address; {}", kAdvice),
                     .origin = {.file = file}};
    }
    return out;
  }
  const Candidate& first = table.rows.front();
  if (found.odd) {
    out.refusal =
        refuse(file, *found.odd,
               fmt::format("stands in the table that begins in line {}, and has another form; {}",
                           first.line.number, kAdvice));
    return out;
  }
  const std::vector<std::size_t> types = type_columns(table);
  if (types.size() != 1) {
    out.refusal =
        refuse(file, first,
               fmt::format(
                   "is in no known format; this line comes closest, and {}; {}",
                   types.empty()
                       ? "lacks a type that is known (ram, reserved, acpi, nvs, ..., or its number)"
                       : "has more than one column that may be the type",
                   kAdvice));
    return out;
  }
  const std::vector<Reading> readings = readings_of(table, types.front());
  const auto chosen = certain(readings);
  if (table.rows.size() < 2 || !chosen) {
    std::string choices;
    for (const Reading& r : readings) {
      const std::string one = columns_of(r, types.front(), first.cells.size());
      if (choices.find(one + "`") == std::string::npos)
        choices += fmt::format("{}`{}`", choices.empty() ? "" : ", ", one);
    }
    out.refusal = refuse(
        file, first,
        choices.empty()
            ? fmt::format("a table begins here, but in no reading of it are its entries in order "
                          "and apart; {}",
                          kAdvice)
            : fmt::format(
                  "a table begins here, and it is not certain which of its columns is what: give "
                  "--columns {} (`end`: the first byte behind, `last`: the last byte, `size`: how "
                  "many)",
                  choices));
    return out;
  }
  TableText result{.rows = rows_of(table, *chosen), .strict = true};
  std::uint64_t reach = 0;
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    TableRow& row = result.rows[i];
    const Cell& type = table.rows[i].cells[types.front()];
    if (type.is_word) {
      row.word = type.text;
    } else {
      row.number = type.decimal ? type.decimal : type.hex;
    }
    reach = std::max(reach, row.start);
  }
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  out.columns = columns_of(*chosen, types.front(), first.cells.size());
  if (reach < kMiB) {
    out.refusal = refuse(
        file, first,
        fmt::format("a table begins here, and nothing of it lies above 1 MiB: give --columns {} if "
                    "its numbers are bytes (behind a name, /pages, /KiB or /MiB says what else)",
                    out.columns));
    return out;
  }
  out.table = std::move(result);
  return out;
}

}  // namespace memmap::input
