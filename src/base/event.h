// What the simulated kernel did, said or failed at. Not errors of ours: part of the result.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/range.h"

namespace memmap {

enum class Severity {
  debug,    // done by rule; the kernel prints nothing or a KERN_DEBUG line
  info,     // the kernel says so (pr_info)
  warning,  // the kernel warns, or the outcome is likely not what the user wanted
  panic,    // the kernel stops here
};

// A rule of the kernel's that the simulation follows: where it stands, and the versions in which it
// was read.
struct Rule {
  std::string_view function{};
  std::string_view file{};
  std::string_view read{};
};

// `e820__print_table(), arch/x86/kernel/e820.c`
inline std::string to_string(const Rule& rule) {
  std::string out = std::string(rule.function) + "()";
  if (!rule.file.empty()) out += ", " + std::string(rule.file);
  return out;
}

// One line of the boot's story. `text` is the kernel's own wording where it prints any (without its
// time stamp), so that it can be searched for in a log; else ours, in the same tone.
struct Event {
  Severity severity = Severity::info;
  std::string step{};  // the kernel function at work: `trim_bios_range`
  std::string rule{};  // function, file and version that this follows: `e820__range_update(),
                       // arch/x86/kernel/e820.c, v6.12`
  std::string text{};
  std::optional<PhysRange> range{};
  std::string by{};  // the plugin whose doing it is, and its reason: `trim_bios: ...`; or empty
};

using Events = std::vector<Event>;

// Who is told of events, as they happen.
class EventSink {
 public:
  virtual void tell(Event event) = 0;

 protected:
  ~EventSink() = default;
};

// Keeps them, in their order.
class EventList final : public EventSink {
 public:
  void tell(Event event) override { events.push_back(std::move(event)); }

  Events events{};
};

}  // namespace memmap
