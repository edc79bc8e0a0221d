// The state of one replay, for replay.cc and compare.cc alone.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "memblock/memblock.h"
#include "replay/log.h"
#include "replay/phases.h"
#include "replay/replay.h"

namespace memmap::replay {

// Performs what the log tells (replay.cc) and compares it (compare.cc). The log must outlive it.
class Replayer {
 public:
  Replayer(const Log& log, const Settings& settings)
      : entries_(log.entries),
        phases_(phases_of(log.entries, settings.fakes_nodes && !log.slit)),
        memblock_(behaviour_of(log, settings), options(log, settings)) {
    memblock_.set_observer([this](const memblock::Call& call) {
      if (call.kind == memblock::CallKind::reserve &&
          call.caller.function == "memblock_double_array") {
        grown_.push_back(call.range);
      }
    });
    memblock_.set_event_sink([this](Event event) {
      if (event.severity == Severity::panic) panic_ = std::move(event.text);
    });
    memblock_.allow_resize();
    begin(log);
  }

  Report run() &&;

 private:
  static memblock::Options options(const Log& log, const Settings& settings);
  // As set, but the log's own lines tell whether reservations have nodes and flags.
  static kernel::Behaviour behaviour_of(const Log& log, const Settings& settings);
  void begin(const Log& log);
  void enter(std::size_t index);
  void perform(const Entry& entry, const LoggedCall& call);
  void allocate(const Entry& entry, const LoggedCall& call);
  std::optional<PhysRange> compute(const LoggedCall& call);
  bool can_compute(const LoggedCall& call) const;
  void compare_growths(const Entry& entry);
  void take_growth(const std::vector<PhysRange>& arrays, std::optional<LoggedGrowth> told);
  void compare(const Entry& entry, const LoggedDump& dump);
  void take_lists(const LoggedDump& dump);
  void adopt_from(const LoggedDump& dump);
  void forget_nodes();
  void mark_mirrored();

  memblock::Regions memory() const { return memblock_.memory().regions(); }
  memblock::Regions reserved() const { return memblock_.reserved().regions(); }
  void set_memory(const memblock::Regions& regions, std::uint64_t bytes);
  void set_reserved(const memblock::Regions& regions, std::uint64_t bytes);
  int max_numnodes() const { return memblock_.behaviour().max_numnodes; }
  Side side(std::span<const PhysRange> points) const;
  // Counts a mismatch and returns it to be filled; nullptr: enough of them are shown.
  Mismatch* mismatch(const Entry& entry, std::string what);

  std::span<const Entry> entries_;
  Phases phases_;
  memblock::Memblock memblock_;
  Report report_{};
  std::size_t at_ = 0;              // the next entry
  std::vector<PhysRange> grown_{};  // arrays that the entry at work has made
  std::string panic_{};
  bool nodes_known_ = false;
  unsigned taken_growths_ = 0;  // growths of the kernel's arrays that memmap's own did not make
};

}  // namespace memmap::replay
