#include "e820/sanitize.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace memmap::e820 {
namespace {

// A place at which the type of memory may change: an entry starts or ends there.
struct ChangePoint {
  std::uint64_t addr = 0;
  bool ends = false;
  E820Type type{};
};

// Starts come before ends at one address, so that touching entries of a type are never apart.
// kernel: cpcompare()
bool comes_before(const ChangePoint& a, const ChangePoint& b) {
  return a.addr != b.addr ? a.addr < b.addr : a.ends < b.ends;
}

std::vector<ChangePoint> change_points(const E820Entries& entries) {
  std::vector<ChangePoint> out;
  out.reserve(2 * entries.size());
  for (const E820Entry& e : entries) {
    if (e.size == 0) continue;
    out.push_back({raw(e.addr), false, e.type});
    // Behind an entry that it touches.
    if (out.size() > 1 && comes_before(out.back(), out[out.size() - 2]))
      std::swap(out.back(), out[out.size() - 2]);
    out.push_back({e.end(), true, e.type});
  }
  // Most tables are those of the step before, in order, with an entry or two behind them.
  const auto rest = std::ranges::is_sorted_until(out, comes_before);
  std::sort(rest, out.end(), comes_before);
  std::inplace_merge(out.begin(), rest, out.end(), comes_before);
  return out;
}

// kernel: e820_nomerge()
bool stays_apart(E820Type type) {
  return type == E820Type::pram || type == E820Type::soft_reserved;
}

constexpr E820Type kNothing{0};

// How many entries of each type cover the current address.
class Overlap {
 public:
  void start(E820Type type) {
    const auto at = counts_.lower_bound(type);
    if (at != counts_.end() && at->first == type) {
      ++at->second;
    } else if (spare_) {
      spare_.key() = type;
      spare_.mapped() = 1;
      counts_.insert(at, std::move(spare_));
    } else {
      counts_.emplace_hint(at, type, 1);
    }
  }
  void end(E820Type type) {
    const auto it = counts_.find(type);
    if (--it->second == 0) spare_ = counts_.extract(it);
  }
  E820Type highest() const { return counts_.empty() ? kNothing : counts_.rbegin()->first; }

 private:
  std::map<E820Type, std::size_t> counts_{};
  std::map<E820Type, std::size_t>::node_type spare_{};  // taken out last, for the next
};

}  // namespace

Sanitized sanitize(Table& table) {
  const E820Entries& entries = table.entries();
  if (entries.size() < 2) return Sanitized::too_few;
  if (std::ranges::any_of(entries, &E820Entry::wraps)) return Sanitized::wrapping;

  Overlap overlap;
  E820Entries out;
  E820Entry open{PhysAddr{0}, 0, kNothing};  // the piece that began last
  Sanitized outcome = Sanitized::done;
  const std::vector<ChangePoint> points = change_points(entries);
  for (auto point = points.begin(); point != points.end(); ++point) {
    point->ends ? overlap.end(point->type) : overlap.start(point->type);
    const E820Type type = overlap.highest();
    if (type == open.type && !stays_apart(type)) continue;

    if (open.type != kNothing && point->addr != raw(open.addr)) {
      open.size = point->addr - raw(open.addr);
      out.push_back(open);
      if (out.size() >= table.capacity()) {
        const auto starts_more = [](const ChangePoint& p) { return !p.ends && p.type != kNothing; };
        const bool more = type != kNothing || std::any_of(point + 1, points.end(), starts_more);
        outcome = more ? Sanitized::out_of_room : Sanitized::done;
        break;
      }
    }
    open = {PhysAddr{point->addr}, 0, type};
  }
  table.assign(std::move(out));
  return outcome;
}

}  // namespace memmap::e820
