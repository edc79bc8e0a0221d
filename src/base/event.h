// What the simulated kernel did, said or failed at: part of the result, no error of ours.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/range.h"

namespace memmap {

enum class Severity {
  debug,    // done by rule; the kernel prints nothing or a KERN_DEBUG line
  info,     // the kernel says so (pr_info)
  warning,  // the kernel warns, or the outcome is likely not what the user wanted
  panic,    // the kernel stops here
};

// One line of the boot's story.
struct Event {
  Severity severity = Severity::info;
  // The kernel function at work: `trim_bios_range`.
  std::string step{};
  // The rule that was followed: `e820__range_update(), arch/x86/kernel/e820.c, v6.12`.
  std::string rule{};
  // The kernel's own words where it prints any, without the time stamp, so that a log can be
  // searched for them; else ours, in the same tone.
  std::string text{};
  // The memory that it is about; nullopt: none in particular.
  std::optional<PhysRange> range{};
  // The plugin that decided it, and why: `trim_bios: ...`; empty: no plugin did.
  std::string by{};
};

using Events = std::vector<Event>;

}  // namespace memmap
