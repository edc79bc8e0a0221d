// Two boots side by side.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

#include "base/sort_runs.h"
#include "report/answers/fate_words.h"
#include "report/form/units.h"
#include "report/html/cells.h"
#include "report/html/sections.h"

namespace memmap::report {
namespace {

using account::Ledger;
using account::Stage;
using Kind = HtmlColumnKind;

// What each of the two has of one row of the ledger.
struct Both {
  std::uint64_t here = 0;
  std::uint64_t there = 0;
};

std::string difference(Both b) {
  if (b.here == b.there) return "";
  return b.there > b.here ? "+" + human_size(b.there - b.here) : "−" + human_size(b.here - b.there);
}

HtmlRow row_of(std::string name, Both b, std::string_view style) {
  return {{std::move(name), style},
          {human_size(b.here)},
          {human_size(b.there)},
          {difference(b), b.here == b.there ? "" : "changed"}};
}

std::vector<HtmlRow> ledger_rows(const Ledger& here, const Ledger& there) {
  std::map<std::pair<Stage, std::string>, Both> rows;
  for (const account::LedgerRow& r : here.rows) rows[{r.stage, r.what}].here += r.bytes;
  for (const account::LedgerRow& r : there.rows) rows[{r.stage, r.what}].there += r.bytes;
  std::vector<HtmlRow> out{
      row_of("RAM in the firmware's map", {here.firmware_ram, there.firmware_ram}, "sum"),
      row_of("memblock's memory", {here.memory, there.memory}, "sum"),
      row_of("MemTotal", {here.mem_total.value_or(0), there.mem_total.value_or(0)}, "sum")};
  // What differs first, the largest difference on top.
  std::vector<std::pair<std::string, Both>> sorted;
  for (const auto& [key, both] : rows)
    sorted.emplace_back((key.first == Stage::added ? "+ " : "− ") + key.second, both);
  std::ranges::stable_sort(sorted, std::greater{}, [](const auto& r) {
    return std::max(r.second.here, r.second.there) - std::min(r.second.here, r.second.there);
  });
  for (const auto& [name, both] : sorted) out.push_back(row_of(name, both, {}));
  return out;
}

// A range, and what becomes of it in each of the two.
struct Fork {
  PhysRange range{};
  std::string here{};
  std::string there{};
};

// A boot's answers from bottom to top; above all, there is nothing.
class Answers {
 public:
  Answers(const boot::Outcome& outcome, const std::vector<account::Piece>& pieces,
          const Ledger& ledger)
      : outcome_(outcome), ledger_(ledger), cells_(cells_of(outcome, pieces, ledger)) {}

  const std::vector<FateCell>& cells() const { return cells_; }
  // `at` does not fall from one call to the next.
  std::string at(std::uint64_t at) {
    while (next_ < cells_.size() && raw(cells_[next_].range.end()) <= at) ++next_;
    return next_ == cells_.size() ? answer_of(outcome_, ledger_, {})
                                  : answer_of(outcome_, ledger_, cells_[next_].fate);
  }

 private:
  const boot::Outcome& outcome_;
  const Ledger& ledger_;
  std::vector<FateCell> cells_;
  std::size_t next_ = 0;
};

std::vector<Fork> forks_of(Answers here, Answers there) {
  std::vector<std::uint64_t> edges;
  for (const Answers* a : {&here, &there}) {
    for (const FateCell& c : a->cells()) {
      edges.push_back(raw(c.range.base()));
      edges.push_back(raw(c.range.end()));
    }
  }
  sort_runs_once(edges);
  std::vector<Fork> out;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    Fork fork{PhysRange::make(edges[i], edges[i + 1]), here.at(edges[i]), there.at(edges[i])};
    if (fork.here == fork.there) continue;
    if (!out.empty() && out.back().range.end() == fork.range.base() &&
        std::tie(out.back().here, out.back().there) == std::tie(fork.here, fork.there)) {
      out.back().range = PhysRange::make(raw(out.back().range.base()), edges[i + 1]);
    } else {
      out.push_back(std::move(fork));
    }
  }
  return out;
}

}  // namespace

void write_html_beside(Html& html, const PageSubject& s, const boot::Outcome& other) {
  const std::vector<account::Piece> pieces = account::memory_use(other);
  const Ledger ledger = account::ledger(other, pieces);
  const std::vector<Fork> forks =
      forks_of(Answers(s.outcome, s.pieces, s.ledger), Answers(other, pieces, ledger));
  html.section("beside", "Beside another", other.subject.source);
  html.element("p", fmt::format("There: {}, command line {}.", other.subject.kernel,
                                other.subject.command_line.empty() ? "(empty)"
                                                                   : other.subject.command_line));
  html.table({.id = "beside",
              .caption = "Where the RAM went, here and there; what differs most on top",
              .columns = {{"what"},
                          {"here", Kind::number},
                          {"there", Kind::number},
                          {"difference", Kind::number}},
              .rows = ledger_rows(s.ledger, ledger)});
  HtmlTable table{.id = "forks",
                  .caption = forks.empty() ? "Every byte has the same fate in both"
                                           : "Ranges that have another fate there",
                  .columns = {{"range", Kind::range}, {"size", Kind::number}, {"here"}, {"there"}},
                  .all = forks.size()};
  for (std::size_t i = 0; i < std::min(forks.size(), kHtmlRows); ++i) {
    const Fork& f = forks[i];
    table.rows.push_back({{span(f.range)}, {human_size(f.range.size())}, {f.here}, {f.there}});
  }
  html.table(table);
}

}  // namespace memmap::report
