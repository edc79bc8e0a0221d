#include "account/frames.h"

#include <algorithm>
#include <utility>

#include "boot/boot.h"
#include "boot/steps.h"

namespace memmap::account {
namespace {

bool alike(const Block& a, const Block& b) {
  return a.kind == b.kind && a.label == b.label && a.by == b.by && a.flags == b.flags;
}

void add(std::vector<Difference>& out, PhysRange range, const Block* before, const Block* after) {
  Difference d{range, before != nullptr ? before->label : "", after != nullptr ? after->label : "",
               after != nullptr ? after->by : ""};
  if (!out.empty() && out.back().range.end() == range.base()) {
    Difference& last = out.back();
    if (last.before == d.before && last.after == d.after && last.by == d.by) {
      last.range = PhysRange::make(raw(last.range.base()), raw(range.end()));
      return;
    }
  }
  out.push_back(std::move(d));
}

// The block of a column that holds an address; calls must ascend.
class Walk {
 public:
  explicit Walk(const Column& column) : blocks_(column.blocks) {}

  // And how far it, or the hole, reaches.
  std::pair<const Block*, std::uint64_t> at(std::uint64_t address) {
    while (next_ < blocks_.size() && raw(blocks_[next_].range.end()) <= address) ++next_;
    if (next_ == blocks_.size()) return {nullptr, ~std::uint64_t{0}};
    const Block& block = blocks_[next_];
    if (raw(block.range.base()) > address) return {nullptr, raw(block.range.base())};
    return {&block, raw(block.range.end())};
  }

 private:
  const std::vector<Block>& blocks_;
  std::size_t next_ = 0;
};

}  // namespace

std::vector<Difference> differences(const Column& before, const Column& after) {
  std::vector<Difference> out;
  Walk was(before);
  Walk is(after);
  for (std::uint64_t at = 0; at != ~std::uint64_t{0};) {
    const auto [old_block, old_end] = was.at(at);
    const auto [new_block, new_end] = is.at(at);
    const std::uint64_t end = std::min(old_end, new_end);
    const bool same = old_block != nullptr && new_block != nullptr ? alike(*old_block, *new_block)
                                                                   : old_block == new_block;
    if (!same) add(out, PhysRange::make(at, end), old_block, new_block);
    at = end;
  }
  return out;
}

bool Frame::changed() const {
  return std::ranges::any_of(changes, [](const auto& c) { return !c.empty(); });
}

std::array<bool, kColumns> Recorder::changed_since_last(const boot::State& state) {
  Stamp now{.firmware = state.e820.firmware.changes(),
            .e820 = state.e820.table.changes(),
            .memory = state.memblock.memory().regions(),
            .reserved = state.memblock.reserved().regions(),
            .calls = calls_,
            .mappings = state.page_tables.mappings(),
            .nodes = state.node_states.size(),
            .handed_over = state.handed_over,
            .given_back = state.page_allocator.given_back.size()};
  const bool memory = now.memory != last_.memory;
  const bool nodes = now.nodes != last_.nodes;
  std::array<bool, kColumns> out{};
  const auto set = [&](ColumnId id, bool changed) { out[static_cast<std::size_t>(id)] = changed; };
  set(ColumnId::firmware, now.firmware != last_.firmware);
  set(ColumnId::e820, now.e820 != last_.e820);
  set(ColumnId::memory, memory);
  set(ColumnId::reserved, now.reserved != last_.reserved || now.calls != last_.calls);
  set(ColumnId::direct_map, now.mappings != last_.mappings);
  set(ColumnId::zones, memory || nodes);
  set(ColumnId::free,
      nodes || now.handed_over != last_.handed_over || now.given_back != last_.given_back);
  last_ = std::move(now);
  return out;
}

void Recorder::after_step(const boot::Step& step) {
  const boot::State& state = boot_->state;
  const std::array<bool, kColumns> changed = changed_since_last(state);
  Frame frame{.phase = step.phase, .function = step.function, .file = step.file};
  frame.said = std::exchange(said_, {});
  for (std::size_t i = 0; i < kColumns; ++i) {
    const auto id = static_cast<ColumnId>(i);
    std::shared_ptr<const Column> before = frames_.empty()
                                               ? std::make_shared<const Column>(Column{id, {}})
                                               : frames_.back().columns[i];
    frame.columns[i] = before;
    if (!changed[i]) continue;
    std::vector<boot::Owned> owned;
    if (id == ColumnId::reserved) owned = boot_->story.owners().of(last_.reserved);
    Column now = column_of(id, state, owned, boot::Moment::user_space);
    frame.changes[i] = differences(*before, now);
    if (!frame.changes[i].empty())
      frame.columns[i] = std::make_shared<const Column>(std::move(now));
  }
  frames_.push_back(std::move(frame));
}

void Recorder::on_call(const memblock::Call& call) {
  if (call.kind != memblock::CallKind::alloc) ++calls_;
}

void Recorder::on_event(const Event& event) {
  if (event.severity != Severity::debug) said_.push_back(event.text);
}

}  // namespace memmap::account
