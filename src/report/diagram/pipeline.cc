// The steps of the boot, and what each changed.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "boot/steps.h"
#include "report/diagram/drawing.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

using Side = Digraph::End::Side;

constexpr std::size_t kRows = 18;  // of a column

struct Work {
  std::string step{};
  std::uint64_t added = 0, removed = 0, reserved = 0, freed = 0;  // bytes, as asked for
  std::size_t calls = 0, said = 0, warned = 0;
  bool panicked = false;
};

// In the order in which they were told; a step that told nothing is none of them.
class Works {
 public:
  explicit Works(const boot::Outcome& outcome) : outcome_(outcome) {
    for (const auto* log : {&outcome.memblock_log.early, &outcome.memblock_log.lines}) {
      for (const boot::MemblockLine& line : *log) {
        events_to(std::min(line.events, outcome.events.size()));
        if (!line.dump) call(line);
      }
    }
    events_to(outcome.events.size());
  }
  std::vector<Work> take() && { return std::move(works_); }

 private:
  Work& of(std::string_view step) {
    if (works_.empty() || works_.back().step != step) works_.push_back({.step = std::string(step)});
    return works_.back();
  }
  void events_to(std::size_t end) {
    for (; next_ < end; ++next_) {
      const Event& e = outcome_.events[next_];
      if (e.severity == Severity::debug) continue;
      Work& work = of(e.step);
      ++work.said;
      work.warned += e.severity == Severity::warning;
      work.panicked |= e.severity == Severity::panic;
    }
  }
  void call(const boot::MemblockLine& line) {
    Work& work = of(line.step);
    ++work.calls;
    const std::uint64_t bytes = line.call.range.size();
    switch (line.call.kind) {
      case memblock::CallKind::add:
        work.added += bytes;
        break;
      case memblock::CallKind::remove:
        work.removed += bytes;
        break;
      case memblock::CallKind::reserve:
        work.reserved += bytes;
        break;
      case memblock::CallKind::free:
        work.freed += bytes;
        break;
      case memblock::CallKind::alloc:
        --work.calls;
        break;
    }
  }

  const boot::Outcome& outcome_;
  std::size_t next_ = 0;
  std::vector<Work> works_{};
};

// Who calls the step; what is no step of the table is done by the one before it.
std::string_view phase_of(std::string_view step, std::string_view before) {
  const auto steps = boot::steps();
  const auto found = std::ranges::find(steps, step, &boot::Step::function);
  return found == steps.end() ? before : found->phase;
}

void add_change(GraphCell& cell, std::string_view what, std::uint64_t bytes) {
  if (bytes != 0) cell.text.push_back(fmt::format("{} {}", what, human_size(bytes)));
}

std::vector<GraphCell> row_of(const Work& work, std::size_t number) {
  GraphCell step = value_cell(work.step.empty() ? "before the first step" : work.step + "()",
                              work.panicked || work.warned > 0 ? Ink::alarm : Ink::paper);
  GraphCell changes{.fill = work.reserved + work.freed != 0 ? Ink::reserved
                            : work.added != 0               ? Ink::ram
                                                            : Ink::paper,
                    .face = Face::words};
  add_change(changes, "memory +", work.added);
  add_change(changes, "memory −", work.removed);
  add_change(changes, "reserved +", work.reserved);
  add_change(changes, "reserved −", work.freed);
  std::string said = work.said == 0 ? "" : counted(work.said, "message");
  if (work.warned > 0) said = counted(work.warned, "warning");
  if (work.panicked) said = "panic";
  if (changes.text.empty()) changes.text.push_back("");
  GraphCell first = number_cell(fmt::format("{}", number));
  first.port = fmt::format("step_{}", number);
  GraphCell last = words_cell(std::move(said));
  last.port = fmt::format("after_{}", number);
  return {std::move(first), std::move(step), std::move(changes), std::move(last)};
}

}  // namespace

std::string draw_pipeline(const Drawing& drawing) {
  Digraph graph(heading(drawing, "The steps of the boot, and what each changed",
                        {{Ink::ram, "memory is added"},
                         {Ink::reserved, "reserved or freed"},
                         {Ink::alarm, "a warning or a panic"}},
                        "steps that changed nothing of memblock and said nothing are left out"),
                drawing.look.theme);
  const std::vector<Work> works = Works(drawing.outcome).take();
  // Columns of about the same height.
  const std::size_t columns = (works.size() + kRows - 1) / kRows;
  const std::size_t rows = columns == 0 ? 0 : (works.size() + columns - 1) / columns;
  Digraph::End last{};
  std::string_view phase;
  for (std::size_t i = 0; i < works.size();) {
    GraphTable table;
    const std::size_t from = i;
    for (; i < works.size() && i - from < rows; ++i) {
      const std::string_view next = phase_of(works[i].step, phase);
      if (i == from || next != phase) {
        table.row({head_cell(next.empty() ? "start" : fmt::format("{}()", next), 4, Ink::table)});
        if (i == from) table.rows.back().front().port = "head";
      }
      phase = next;
      table.row(row_of(works[i], i + 1));
    }
    const Digraph::Node node =
        graph.add_node(Digraph::kNoCluster, "from_" + works[from].step, table);
    if (last.node >= 0) {  // columns begin at the same height
      graph.add_edge({last.node, "head", Side::right}, {node, "head", Side::left},
                     Digraph::Line::follows);
    }
    if (last.node >= 0) graph.add_edge(last, {node, fmt::format("step_{}", from + 1), Side::left});
    last = {node, fmt::format("after_{}", i), Side::right};
  }
  return graph.to_dot();
}

}  // namespace memmap::report
