#include "account/step_changes.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "boot/boot.h"

namespace memmap::account {
namespace {

auto key(const E820Entry& e) { return std::tuple(raw(e.addr), e.size, raw(e.type)); }
auto key(const memblock::Region& r) {
  return std::tuple(raw(r.range.base()), r.range.size(), r.flags, r.nid);
}

// From `before` to `now`, both sorted.
template <class Row>
ListChange<Row> change(const std::vector<Row>& before, const std::vector<Row>& now) {
  const auto less = [](const Row& a, const Row& b) { return key(a) < key(b); };
  ListChange<Row> out;
  std::ranges::set_difference(before, now, std::back_inserter(out.gone), less);
  std::ranges::set_difference(now, before, std::back_inserter(out.come), less);
  return out;
}

template <class Row>
ListChange<Row> take(std::vector<Row>& last, std::vector<Row> now) {
  ListChange<Row> out = change(last, now);
  last = std::move(now);
  return out;
}

// Sorted, without what an edit has emptied.
std::vector<E820Entry> entries_of(const e820::Table& table) {
  std::vector<E820Entry> out;
  std::ranges::copy_if(table.entries(), std::back_inserter(out),
                       [](const E820Entry& e) { return e.size != 0; });
  std::ranges::sort(out, [](const E820Entry& a, const E820Entry& b) { return key(a) < key(b); });
  return out;
}

}  // namespace

void StepRecorder::begin(const boot::Boot& boot) { boot_ = &boot; }

void StepRecorder::after_step(const boot::Step& step) {
  const boot::State& state = boot_->state;
  StepChange out{
      .step = &step, .events = std::exchange(events_, 0), .calls = std::exchange(calls_, 0)};
  if (state.e820.table.changes() != table_changes_) {
    table_changes_ = state.e820.table.changes();
    out.e820 = take(e820_, entries_of(state.e820.table));
  }
  if (!state.handed_over) {
    out.memory = take(memory_, state.memblock.memory().regions());
    out.reserved = take(reserved_, state.memblock.reserved().regions());
  }
  steps_.push_back(std::move(out));
}

}  // namespace memmap::account
