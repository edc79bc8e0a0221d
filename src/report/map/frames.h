// A boot step by step: a map after each step, all of them along one axis, a moving picture and a page
// that plays them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "account/frames.h"
#include "base/result.h"
#include "boot/outcome.h"
#include "report/map/map.h"

namespace memmap::report {

struct FramesOptions {
  MapOptions map{};
  // Kernel functions of steps: the first and the last that are shown; empty: the boot's. Of several
  // steps of one function, the first is where it begins and the last where it ends.
  std::string from{};
  std::string to{};
  bool all = false;  // steps that change nothing, too
};

// Files of a folder, by name: `001-e820__memory_setup.svg` and so on, `animation.svg`, `index.html`.
// What a step changed is outlined and told in words. Errors: the boot has no such step; `to` is
// before `from`; there is nothing to show.
using Files = std::vector<std::pair<std::string, std::string>>;
Result<Files> frames_of(const boot::Outcome& outcome, const std::vector<account::Frame>& frames,
                        const FramesOptions& options);

}  // namespace memmap::report
