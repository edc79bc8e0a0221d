#include "boot/story.h"

#include <fmt/format.h>

#include <algorithm>

#include "boot/steps.h"

namespace memmap::boot {

Story::Story(memblock::Memblock& memblock, Observer* observer)
    : memblock_(memblock), observer_(observer) {
  events_.reserve(128);  // more than most boots tell
  memblock_.set_observer([this](const memblock::Call& call) { take(call); });
  memblock_.set_event_sink([this](Event event) { tell(std::move(event)); });
}

void Story::end() {
  memblock_.set_observer({});
  memblock_.set_event_sink({});
}

std::string_view Story::step() const { return step_ == nullptr ? "" : step_->function; }

void Story::take(const memblock::Call& call) {
  calls_ += call.count;
  if (observer_ != nullptr) observer_->on_call(call);
  if (keeps_memblock_) {
    std::vector<MemblockLine>& log = logs_memblock_ ? memblock_log_ : early_memblock_;
    log.push_back({call, std::nullopt, step(), events_.size()});
  }
  if (call.kind == memblock::CallKind::reserve) owners_.reserve(call.range, call.caller);
  if (call.kind == memblock::CallKind::free) owners_.free(call.range);
}

void Story::tell(Severity severity, const Rule& rule, std::string text,
                 std::optional<PhysRange> range) {
  tell({severity, {}, rule, std::move(text), range});
}

void Story::tell(Event event) {
  if (panicked_) return;
  if (event.step.empty()) event.step = step();
  events_.push_back(std::move(event));
  if (events_.back().severity == Severity::panic) {
    panicked_ = true;
    memblock_.halt();
  }
  if (observer_ != nullptr) observer_->on_event(events_.back());
}

void Story::tell(const Events& events) {
  for (const Event& event : events) tell(event);
}

void Story::dump_memblock() {
  if (!keeps_memblock_ || !logs_memblock_) return;
  memblock_log_.push_back({{},
                           MemblockDump{.memory_size = memblock_.phys_mem_size(),
                                        .reserved_size = memblock_.reserved_size(),
                                        .memory = memblock_.memory().regions(),
                                        .reserved = memblock_.reserved().regions()},
                           step(),
                           events_.size()});
}

memblock::Purpose Story::of_node(const memblock::Owner& owner, int nid) {
  return {owner, keep_name(fmt::format("of node {}", nid))};
}

std::string_view Story::keep_name(std::string name) {
  const auto same = std::ranges::find(*names_, name);
  return same != names_->end() ? *same : names_->emplace_back(std::move(name));
}

}  // namespace memmap::boot
