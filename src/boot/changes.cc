#include "boot/changes.h"

#include <algorithm>

#include "boot/steps.h"
#include "kernel/differences.h"

namespace memmap::boot {

std::vector<Change> changes(kernel::Version first, kernel::Version second) {
  const kernel::Version older = std::min(first, second);
  const kernel::Version newer = std::max(first, second);
  std::vector<Change> out;
  const auto add = [&](bool in_older, bool in_newer, const kernel::Threshold& since,
                       const kernel::Threshold& until, Change change) {
    if (in_older == in_newer) return;
    change.begins = second == newer ? in_newer : in_older;
    change.at = in_newer ? since : until;
    out.push_back(change);
  };
  for (const kernel::Difference& d : kernel::differences()) {
    add(d.holds(older), d.holds(newer), d.since, d.until,
        {.difference = d.name, .function = d.function, .file = d.file, .what = d.what});
  }
  const kernel::Behaviour old_one = kernel::behaviour_of(older, 0);
  const kernel::Behaviour new_one = kernel::behaviour_of(newer, 0);
  for (const Step& s : steps()) {
    // One that names a difference is told by that.
    if (s.since.names_difference() || s.until.names_difference()) continue;
    add(s.is_of(older, old_one), s.is_of(newer, new_one), s.since.versions(), s.until.versions(),
        {.phase = s.phase, .function = s.function, .file = s.file});
  }
  return out;
}

}  // namespace memmap::boot
