// The story of a boot: what was told, who has which byte, where it ended. Steps and stages tell
// here and nowhere else.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/result.h"
#include "boot/observer.h"
#include "boot/owners.h"
#include "memblock/call.h"
#include "memblock/memblock.h"
#include "memblock/region.h"

namespace memmap::boot {

struct Step;

// The lists at a moment, as memblock_dump_all() prints them.
struct MemblockDump {
  std::uint64_t memory_size = 0;  // as the kernel counts
  std::uint64_t reserved_size = 0;
  memblock::Regions memory{};
  memblock::Regions reserved{};
};

// What memblock=debug would have logged: a call or a dump.
struct MemblockLine {
  memblock::Call call{};
  std::optional<MemblockDump> dump{};  // then `call` says nothing
  std::string_view step{};             // the kernel function at work
  std::size_t events = 0;              // how many events were told before it
};

struct MemblockLog {
  std::vector<MemblockLine> early{};  // before parse_early_param() is done: no kernel logs these
  std::vector<MemblockLine> lines{};  // from then on
  // What is no literal of the callers in both.
  std::shared_ptr<const std::deque<std::string>> names{};
};

// Listens to a boot's memblock. A panic ends the story: what is told after it is not heard, and
// memblock is halted, so that the state stays as the kernel left it.
class Story final : public EventSink {
 public:
  // `memblock` must outlive it; `observer` too, if there is one.
  Story(memblock::Memblock& memblock, Observer* observer);
  ~Story() { end(); }
  Story(const Story&) = delete;
  Story& operator=(const Story&) = delete;

  void begin(const Step& step) { step_ = &step; }
  // Listens to memblock no more.
  void end();
  // The kernel function at work; empty before the first step.
  std::string_view step() const;

  // An event of the step at work.
  void tell(Severity severity, const Rule& rule, std::string text,
            std::optional<PhysRange> range = {});
  // An event whose step is told; where it is empty, the one at work is.
  void tell(Event event) override;
  void tell(const Events& events);
  // Something plugged in is at fault: the boot ends here, and its outcome tells nothing.
  void fail(Errors faults) { faults_ = std::move(faults); }

  bool panicked() const { return panicked_; }
  bool failed() const { return !faults_.empty(); }
  bool over() const { return panicked_ || failed(); }  // no further step runs

  // From now on each call of memblock is kept.
  void keep_memblock() { keeps_memblock_ = true; }
  // From now on memblock=debug logs: dumps too are kept, where calls are.
  void log_memblock() { logs_memblock_ = true; }
  void dump_memblock();  // kernel: memblock_dump_all()

  // `struct pages of node 1`; lives as long as the memblock log.
  memblock::Purpose of_node(const memblock::Owner& owner, int nid);
  // `name` itself, which lives as long as the memblock log.
  std::string_view keep_name(std::string name);

  const Events& events() const { return events_; }
  const Errors& faults() const { return faults_; }
  const Owners& owners() const { return owners_; }
  // Whether someone hears each call of memblock, so that rows of them are not to be taken in one.
  bool hears_each_call() const { return keeps_memblock_ || observer_ != nullptr; }
  // How many calls of memblock were heard, kept or not.
  std::size_t calls() const { return calls_; }
  // How many events were told and lines of memblock kept: orders what is neither among them.
  std::size_t told() const {
    return events_.size() + early_memblock_.size() + memblock_log_.size();
  }

  // Each is gone from here afterwards.
  Events take_events() { return std::move(events_); }
  Errors take_faults() { return std::move(faults_); }
  MemblockLog take_memblock_log() {
    return {std::move(early_memblock_), std::move(memblock_log_), names_};
  }

 private:
  void take(const memblock::Call& call);

  memblock::Memblock& memblock_;
  Observer* observer_;
  const Step* step_ = nullptr;
  Events events_{};
  Errors faults_{};
  std::size_t calls_ = 0;
  bool panicked_ = false;
  bool keeps_memblock_ = false;
  bool logs_memblock_ = false;
  std::vector<MemblockLine> early_memblock_{};
  std::vector<MemblockLine> memblock_log_{};
  std::shared_ptr<std::deque<std::string>> names_ = std::make_shared<std::deque<std::string>>();
  Owners owners_{};
};

}  // namespace memmap::boot
