#include <fmt/format.h>

#include <iterator>

#include "base/printable.h"
#include "report/answers/replay.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

using Out = std::back_insert_iterator<std::string>;

void write_tally(Out out, std::string_view what, const replay::Tally& t) {
  fmt::format_to(out, "  {:<14}{:>9}{:>10}{:>13}{:>9}\n", what, t.checked, "-", t.not_checked,
                 t.adopted);
}

void write_applied(Out out, std::string_view what, std::size_t count) {
  fmt::format_to(out, "  {:<14}{:>9}{:>10}{:>13}{:>9}\n", what, "-", count, "-", "-");
}

void write_regions(Out out, std::string_view name, const memblock::Regions& regions) {
  for (const memblock::Region& r : regions) {
    const std::string node = r.nid == memblock::kAnyNode ? "" : fmt::format(" on node {}", r.nid);
    fmt::format_to(out, "      {:<9}[{:#018x}-{:#018x}]{} flags: {:#x}\n", name,
                   raw(r.range.base()), raw(r.range.end()) - 1, node, r.flags);
  }
}

void write_side(Out out, std::string_view who, const replay::Side& side) {
  fmt::format_to(out, "    {}:\n", who);
  if (side.memory.empty() && side.reserved.empty()) fmt::format_to(out, "      no regions\n");
  write_regions(out, "memory", side.memory);
  write_regions(out, "reserved", side.reserved);
}

void write_mismatch(Out out, const ReplaySubject& subject, const replay::Mismatch& m) {
  fmt::format_to(out, "\n{}:{}: {}\n    {}\n", subject.log, m.line, m.what, m.text);
  const auto shows = [](const replay::Side& s) { return !s.memory.empty() || !s.reserved.empty(); };
  if (!shows(m.kernel) && !shows(m.memmap)) return;
  write_side(out, "the kernel's state", m.kernel);
  write_side(out, "memmap's state", m.memmap);
}

}  // namespace

std::string replay_to_text(const ReplaySubject& subject, const replay::Report& found) {
  std::string text;
  const Out out(text);
  fmt::format_to(out, "Replay of {}: {}\n\n", subject.log,
                 found.mismatch_count == 1 ? std::string("1 mismatch")
                                           : fmt::format("{} mismatches", found.mismatch_count));
  fmt::format_to(out, "  kernel        {}\n", subject.kernel);
  fmt::format_to(out, "  command line  {}\n\n",
                 subject.command_line.empty() ? "not known" : subject.command_line);

  fmt::format_to(out, "  {:<14}{:>9}{:>10}{:>13}{:>9}\n", "calls", "checked", "applied",
                 "not checked", "adopted");
  write_tally(out, "allocations", found.allocations);
  write_tally(out, "array growths", found.growths);
  write_applied(out, "adds", found.adds);
  write_applied(out, "removes", found.removes);
  write_applied(out, "reserves", found.reserves);
  write_applied(out, "frees", found.frees);
  const replay::Tally& a = found.allocations;
  const std::size_t all = a.checked + a.not_checked + a.adopted;
  fmt::format_to(out, "\n  {} of all allocations checked\n", percent(a.checked, all));
  fmt::format_to(out, "  {} compared\n", counted(found.dumps, "dump"));
  fmt::format_to(out, "  adopted from dumps: {} from before the log, nodes of {}, flags of {}\n",
                 counted(found.regions_before, "region"), counted(found.nodes, "region"),
                 counted(found.flags, "region"));
  if (found.skipped != 0) {
    fmt::format_to(out, "  {} before the first dump passed over\n", counted(found.skipped, "call"));
  }
  if (subject.lines_of_no_list != 0) {
    fmt::format_to(out, "  {} that touch neither list\n",
                   counted(subject.lines_of_no_list, "line"));
  }
  for (const std::string& line : found.derived) fmt::format_to(out, "  {}\n", line);
  for (const std::string& note : subject.notes) fmt::format_to(out, "  note: {}\n", note);

  for (const replay::Mismatch& m : found.mismatches) write_mismatch(out, subject, m);
  if (found.mismatch_count > found.mismatches.size()) {
    fmt::format_to(out, "\n... and {} more\n", found.mismatch_count - found.mismatches.size());
  }
  // What came from the log or the command line may hold anything.
  return printable_lines(text, Charset::unicode);
}

}  // namespace memmap::report
