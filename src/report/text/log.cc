// What the log says otherwise, as a part of the head.
#include <fmt/format.h>

#include <algorithm>

#include "report/form/units.h"
#include "report/text/sections.h"

namespace memmap::report {

void write_log(Page& page, const boot::LogComparison& log) {
  constexpr std::size_t kShown = 5;
  const std::size_t known = log.agree + log.differ.size();
  if (known == 0) return;
  std::string text = fmt::format("agrees in {} of {}", log.agree, counted(known, "statement"));
  if (log.unknown != 0)
    text += fmt::format("; {} more follow from what it does not tell", log.unknown);
  page.paragraph("  the log       ", text, log.differ.empty() ? Paint::plain : Paint::yellow);
  const std::size_t shown = std::min(log.differ.size(), kShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const boot::LogDifference& d = log.differ[i];
    const bool same = i != 0 && d.reason == log.differ[i - 1].reason;
    const std::string reason = same ? std::string("the same") : d.reason;
    page.paragraph(fmt::format("    line {}: ", d.line),
                   page.foreign(fmt::format("`{}`; memmap: {} ({})", d.says, d.memmap, reason)));
  }
  if (log.differ.size() > shown)
    page.line(fmt::format("    and {} more: `memmap verify`", log.differ.size() - shown),
              Paint::faint);
}

}  // namespace memmap::report
