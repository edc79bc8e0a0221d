#include "report/map/change_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

#include "report/form/units.h"

namespace memmap::report {
namespace {

using account::Difference;

// Differences that are told in one line.
struct Told {
  const Difference* first = nullptr;
  std::uint64_t bytes = 0;
  std::size_t ranges = 0;
};

std::string line_of(std::string_view column, const Told& told) {
  const Difference& d = *told.first;
  std::string what = d.before.empty()  ? "+ " + d.after
                     : d.after.empty() ? "- " + d.before
                                       : fmt::format("{} becomes {}", d.before, d.after);
  what += fmt::format(
      ", {} {} {}", human_size(told.bytes),
      told.ranges == 1 ? "at" : fmt::format("in {}, the first at", counted(told.ranges, "range")),
      span(d.range));
  if (!d.by.empty()) what += fmt::format(", asked for by {}()", d.by);
  return fmt::format("{}: {}", column, what);
}

}  // namespace

std::vector<std::string> change_words(const account::Frame& frame) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < frame.changes.size(); ++i) {
    std::map<std::tuple<std::string_view, std::string_view, std::string_view>, Told> told;
    for (const Difference& d : frame.changes[i]) {
      Told& t = told[{d.before, d.after, d.by}];
      if (t.first == nullptr) t.first = &d;
      t.bytes += d.range.size();
      ++t.ranges;
    }
    std::vector<Told> lines;
    for (const auto& [key, t] : told) lines.push_back(t);
    std::ranges::stable_sort(lines, std::greater<>(), &Told::bytes);
    const auto& words = account::words_of(static_cast<account::ColumnId>(i));
    for (const Told& t : lines) out.push_back(line_of(words.title, t));
  }
  return out;
}

std::string step_words(const account::Frame& frame) {
  std::string out = fmt::format("{}()", frame.function);
  if (!frame.phase.empty() && frame.phase != frame.function)
    out = fmt::format("{}() calls {}", frame.phase, out);
  return frame.file.empty() ? out : fmt::format("{}, {}", out, frame.file);
}

}  // namespace memmap::report
