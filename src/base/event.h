// What the simulated kernel did, said or failed at: part of the result, no error of ours.
#pragma once

#include <array>
#include <memory>
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

// A rule of the kernel's that the simulation follows: the function that it stands in. Constants, as
// in boot/rules.h.
struct Rule {
  std::string_view function{};
  std::string_view file{};
};

// A rule as an event keeps it: hundreds of thousands of events may follow one. Programs compare the function. Empty: none is
// followed.
struct FollowedRule {
  FollowedRule() = default;
  // A constant, which is not copied.
  // NOLINTNEXTLINE(google-explicit-constructor): an event is told of a rule
  FollowedRule(const Rule& rule) : function(rule.function), file(rule.file) {}

  // What a plugin says, which its events share.
  FollowedRule(std::string function_text, std::string file_text) {
    const auto own = std::make_shared<const std::array<std::string, 2>>(
        std::array{std::move(function_text), std::move(file_text)});
    function = (*own)[0];
    file = (*own)[1];
    own_ = own;
  }

  bool empty() const { return function.empty() && file.empty(); }
  friend bool operator==(const FollowedRule& a, const FollowedRule& b) {
    return a.function == b.function && a.file == b.file;
  }

  std::string_view function{};  // `e820__print_table`; empty: `file` is all that a plugin says
  std::string_view file{};      // `arch/x86/kernel/e820.c`; empty: a plugin names none

 private:
  std::shared_ptr<const std::array<std::string, 2>> own_{};
};

// `e820__print_table(), arch/x86/kernel/e820.c`
inline std::string to_string(const FollowedRule& rule) {
  std::string out(rule.function);
  if (!out.empty()) out += rule.file.empty() ? "()" : "(), ";
  return out.append(rule.file);
}

// One line of the boot's story.
struct Event {
  Severity severity = Severity::info;
  // The kernel function at work: `trim_bios_range`.
  std::string step{};
  FollowedRule rule{};
  // The kernel's own words where it prints any, without the time stamp, so that a log can be
  // searched for them; else ours, in the same tone.
  std::string text{};
  // The memory that it is about; nullopt: none in particular.
  std::optional<PhysRange> range{};
  // The plugin that decided it, and why: `trim_bios: ...`; empty: no plugin did.
  std::string by{};
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
