#include "report/map/marks.h"

#include <algorithm>

namespace memmap::report {

PhysRange Mark::range() const {
  return PhysRange::make(raw(blocks.front().range.base()), raw(blocks.back().range.end()));
}

std::optional<account::Kind> Mark::kind() const {
  for (const account::Block& b : blocks)
    if (b.kind != blocks.front().kind) return std::nullopt;
  return blocks.front().kind;
}

std::vector<Mark> marks_of(const account::Column& column, const Axis& axis) {
  constexpr double kTogether = 4;
  std::vector<Mark> out;
  const std::span<const account::Block> all(column.blocks);
  bool open = false;  // the last mark takes further small blocks
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double top = axis.at(raw(all[i].range.base()));
    const double height = axis.at(raw(all[i].range.end())) - top;
    const std::uint64_t bytes = all[i].range.size();
    if (height >= kLeastMark) {
      out.push_back({all.subspan(i, 1), top, height, bytes});
      open = false;
    } else if (open && top - out.back().top < kTogether) {
      Mark& last = out.back();
      last.blocks = std::span(last.blocks.data(), last.blocks.size() + 1);
      last.height = std::max(last.height, top + height - last.top);
      last.bytes += bytes;
    } else {
      out.push_back({all.subspan(i, 1), top, kLeastMark, bytes});
      open = true;
    }
  }
  return out;
}

}  // namespace memmap::report
