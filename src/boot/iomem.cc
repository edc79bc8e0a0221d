#include "boot/iomem.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace memmap::boot {
namespace {

// The first that ends above `base`.
std::vector<Resource>::iterator first_above(std::vector<Resource>& list, PhysAddr base) {
  return std::ranges::upper_bound(list, base, {}, [](const Resource& r) { return r.range.end(); });
}

}  // namespace

// kernel: __insert_resource()
std::optional<PhysRange> IoMem::try_insert(PhysRange range, std::string& name) {
  if (!all_.contains(range)) return all_;
  std::vector<Resource>* list = &resources_;
  auto first = first_above(*list, range.base());
  while (first != list->end() && first->range.contains(range) && first->range != range) {
    list = &first->children;
    first = first_above(*list, range.base());
  }
  auto last = first;
  for (; last != list->end() && last->range.base() < range.end(); ++last) {
    if (!range.contains(last->range)) return last->range;
  }
  Resource made{range, std::move(name), {}};
  made.children.assign(std::make_move_iterator(first), std::make_move_iterator(last));
  list->insert(list->erase(first, last), std::move(made));
  return std::nullopt;
}

bool IoMem::insert(PhysRange range, std::string name) {
  return !range.empty() && !try_insert(range, name).has_value();
}

void IoMem::insert_expanded(PhysRange range, std::string name) {
  if (range.empty()) return;
  while (const auto conflict = try_insert(range, name)) {
    if (*conflict == all_) return;
    range = PhysRange::make(std::min(raw(range.base()), raw(conflict->base())),
                            std::max(raw(range.end()), raw(conflict->end())));
  }
}

void IoMem::merge_in(std::vector<Resource>& made) {
  const auto old = static_cast<std::ptrdiff_t>(resources_.size());
  resources_.insert(resources_.end(), std::make_move_iterator(made.begin()),
                    std::make_move_iterator(made.end()));
  std::ranges::inplace_merge(resources_, resources_.begin() + old, {},
                             [](const Resource& r) { return r.range.base(); });
  made.clear();
}

void IoMem::insert_all_expanded(std::vector<Resource> made) {
  std::vector<Resource> alone;  // that overlap nothing, not put in yet
  for (Resource& r : made) {
    if (r.range.empty()) continue;
    const auto next = first_above(resources_, r.range.base());
    const bool overlaps = next != resources_.end() && next->range.base() < r.range.end();
    const bool ascends = alone.empty() || alone.back().range.end() <= r.range.base();
    if (all_.contains(r.range) && !overlaps && ascends) {
      alone.push_back(std::move(r));
    } else {
      merge_in(alone);
      insert_expanded(r.range, std::move(r.name));
    }
  }
  merge_in(alone);
}

void IoMem::reserve_with_split(PhysRange range, const std::string& name) {
  std::uint64_t at = raw(range.base());
  const std::uint64_t end = std::min(raw(range.end()), raw(all_.end()));
  while (at < end) {
    const auto next = first_above(resources_, PhysAddr{at});
    const std::uint64_t taken = next == resources_.end() ? end : raw(next->range.base());
    const std::uint64_t behind = next == resources_.end() ? end : raw(next->range.end());
    if (at < taken) insert(PhysRange::make(at, std::min(taken, end)), name);
    at = behind;
  }
}

}  // namespace memmap::boot
