#include "input/table/candidates.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace memmap::input {
namespace {

constexpr std::size_t kLongestLine = 512;
constexpr std::size_t kLookedAt = std::size_t{1} << 20;
constexpr std::size_t kMostCells = 12;

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
void add_odd_ones(FoundTable& found, const std::vector<CandidateLine>& others) {
  CandidateTable& table = found.table;
  const std::size_t first = table.rows.front().line.number;
  const std::size_t last = table.rows.back().line.number;
  const std::vector<Cell> row = table.rows.front().cells;
  for (const CandidateLine& other : others) {
    if (other.line.number + 1 < first || other.line.number > last + 1) continue;
    if (form_of(other.cells) == form_of(row)) continue;
    CandidateLine fitting = other;
    if (fit_end(row, fitting.cells)) {
      table.rows.push_back(std::move(fitting));
    } else if (!found.odd && std::ranges::count_if(other.cells, is_address) > 1) {
      found.odd = other;
    }
  }
  std::ranges::stable_sort(table.rows, {}, [](const CandidateLine& c) { return c.line.number; });
}

}  // namespace

FoundTable find_table(std::string_view text) {
  std::map<std::string, CandidateTable> forms;
  std::map<std::string, std::vector<Meaning>> titles;
  std::vector<CandidateLine> all;
  FoundTable found;
  std::vector<Meaning> title;
  Lines lines(text.substr(0, kLookedAt));
  while (const auto line = lines.next()) {
    if (line->text.size() > kLongestLine) continue;
    CandidateLine candidate{*line, cells_of(line->text)};
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
    CandidateTable& table = forms[form];
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

}  // namespace memmap::input
