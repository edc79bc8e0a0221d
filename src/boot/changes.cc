#include "boot/changes.h"

#include <algorithm>
#include <utility>

#include "boot/steps.h"
#include "kernel/differences.h"
#include "kernel/distribution.h"

namespace memmap::boot {
namespace {

struct Kernel {
  const kernel::Profile& profile;
  kernel::Version version = profile.version;
  kernel::Behaviour behaviour = kernel::behaviour_of(profile);

  bool has(const Step& s) const { return s.is_of(version, behaviour); }
  // It calls `s` within another step.
  bool has_within(const Step& s) const {
    return !s.moves_into.empty() && !has(s) && std::ranges::any_of(steps(), [&](const Step& o) {
      return o.function == s.moves_into && has(o);
    });
  }
};

// The functions that moved into `into` between the two kernels.
std::vector<std::string_view> moved(const Step& into, const Kernel& a, const Kernel& b) {
  std::vector<std::string_view> out;
  for (const Step& s : steps()) {
    const bool moves = (a.has(s) && b.has_within(s)) || (b.has(s) && a.has_within(s));
    if (moves && s.moves_into == into.function) out.push_back(s.function);
  }
  return out;
}

// Whose builds have it otherwise than their version; empty: both have it as their version does.
std::string_view taken_over(const kernel::Difference& d, const Kernel& a, const Kernel& b) {
  for (const Kernel* k : {&a, &b}) {
    if (k->behaviour.*d.member != d.holds(k->version)) {
      return kernel::distribution_of(k->profile)->id;
    }
  }
  return {};
}

}  // namespace

std::vector<Change> changes(const kernel::Profile& first, const kernel::Profile& second) {
  const bool in_order = first.version <= second.version;
  const Kernel old_one{in_order ? first : second};
  const Kernel new_one{in_order ? second : first};
  const kernel::Version older = old_one.version;
  const kernel::Version newer = new_one.version;
  std::vector<Change> out;
  const auto add = [&](bool in_older, bool in_newer, const kernel::Threshold& since,
                       const kernel::Threshold& until, Change change) {
    if (in_older == in_newer) return;
    change.begins = in_order ? in_newer : in_older;
    if (!change.distribution.empty()) {
      change.at = since.empty() ? until : since;
      out.push_back(std::move(change));
      return;
    }
    // The one that the newer kernel has reached and the older has not. Where there is none it is
    // the other way round: a stable release took the change over, a later one of mainline lacks it.
    change.at = in_newer ? since : until;
    change.not_yet_in_newer = !change.at.reached(newer) || change.at.reached(older);
    if (change.not_yet_in_newer) change.at = in_newer ? until : since;
    out.push_back(std::move(change));
  };
  for (const kernel::Difference& d : kernel::differences()) {
    add(old_one.behaviour.*d.member, new_one.behaviour.*d.member, d.since, d.until,
        {.distribution = taken_over(d, old_one, new_one),
         .difference = d.name,
         .function = d.function,
         .file = d.file,
         .what = d.what});
  }
  for (const Step& s : steps()) {
    // One that names a difference is told by that; one that moved, by the step that it moved into.
    if (s.since.names_difference() || s.until.names_difference()) continue;
    if (old_one.has_within(s) || new_one.has_within(s)) continue;
    add(old_one.has(s), new_one.has(s), s.since.versions(), s.until.versions(),
        {.phase = s.phase,
         .function = s.function,
         .file = s.file,
         .takes_in = moved(s, old_one, new_one)});
  }
  return out;
}

}  // namespace memmap::boot
