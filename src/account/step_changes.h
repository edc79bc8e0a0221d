// What each step of a boot changed of the kernel's memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "boot/observer.h"
#include "boot/steps.h"
#include "machine/e820_entry.h"
#include "memblock/region.h"

namespace memmap::account {

// Of a list, what is no longer in it, and what was not before; a row that changes is in both. Sorted
// by address.
template <class Row>
struct ListChange {
  std::vector<Row> gone{};
  std::vector<Row> come{};

  bool empty() const { return gone.empty() && come.empty(); }
};

struct StepChange {
  const boot::Step* step = nullptr;
  ListChange<E820Entry> e820{};           // the table that the kernel works with
  ListChange<memblock::Region> memory{};  // memblock's lists, up to the hand-over
  ListChange<memblock::Region> reserved{};
  std::size_t events = 0;  // told in it
  std::size_t calls = 0;   // of memblock, in it

  bool changed() const { return !e820.empty() || !memory.empty() || !reserved.empty(); }
  // Something of it is worth a row.
  bool tells() const { return changed() || events != 0 || calls != 0; }
};

// Keeps a row for each step that ran, in their order. From the first `gone` and `come` on, applied to
// empty lists, they give the lists after each step. Looking takes O(n) a step for n regions.
class StepRecorder final : public boot::Observer {
 public:
  void begin(const boot::Boot& boot) override;
  void after_step(const boot::Step& step) override;
  void on_call(const memblock::Call&) override { ++calls_; }
  void on_event(const Event&) override { ++events_; }
  void at_end() override { boot_ = nullptr; }

  const std::vector<StepChange>& steps() const { return steps_; }

 private:
  const boot::Boot* boot_ = nullptr;
  std::uint64_t table_changes_ = 0;
  std::vector<E820Entry> e820_{};  // as they were after the last step, sorted
  memblock::Regions memory_{};
  memblock::Regions reserved_{};
  std::size_t events_ = 0;
  std::size_t calls_ = 0;
  std::vector<StepChange> steps_{};
};

}  // namespace memmap::account
