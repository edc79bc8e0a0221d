#include "diff/diff.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/wildcard.h"

namespace memmap::diff {
namespace {

std::uint64_t distance(std::uint64_t a, std::uint64_t b) { return a < b ? b - a : a - b; }

// What is asked not to look at; remembers what was of use.
class Filter {
 public:
  explicit Filter(const Tolerance& tolerance) : tolerance_(tolerance) {}

  bool ignores(std::string_view name) {
    bool out = false;
    for (const std::string& pattern : tolerance_.ignore) {
      if (!matches(pattern, name)) continue;
      used_.insert(pattern);
      out = true;
    }
    return out;
  }
  bool allows(std::uint64_t bytes) const { return bytes <= tolerance_.bytes; }
  std::vector<std::string> idle() const {
    std::vector<std::string> out;
    for (const std::string& pattern : tolerance_.ignore)
      if (!used_.contains(pattern)) out.push_back(pattern);
    return out;
  }

 private:
  const Tolerance& tolerance_;
  std::set<std::string> used_{};
};

// What of `spans` (ascending) holds `at`, from the span number `first` on, which moves on behind those
// that end at or before it.
const Span* span_at(const std::vector<Span>& spans, std::size_t& first, std::uint64_t at) {
  while (first < spans.size() && raw(spans[first].range.end()) <= at) ++first;
  if (first == spans.size() || raw(spans[first].range.base()) > at) return nullptr;
  return &spans[first];
}

std::vector<Span> ascending(std::vector<Span> spans) {
  std::erase_if(spans, [](const Span& s) { return s.range.empty(); });
  std::ranges::stable_sort(spans, {}, [](const Span& s) { return s.range; });
  return spans;
}

//   old    |==usable==|==reserved==|
//   new    |==usable=====|==reserved==|
//   gives             |==|         |==|     reserved to usable, nothing to reserved
//
std::vector<Change> by_place(const Stage& older, const Stage& newer) {
  const std::vector<Span> was = ascending(older.spans);
  const std::vector<Span> is = ascending(newer.spans);
  std::set<std::uint64_t> bounds;
  for (const auto* spans : {&was, &is}) {
    for (const Span& s : *spans) {
      bounds.insert(raw(s.range.base()));
      bounds.insert(raw(s.range.end()));
    }
  }
  std::vector<Change> out;
  std::size_t old_first = 0;
  std::size_t new_first = 0;
  for (auto at = bounds.begin(); at != bounds.end() && std::next(at) != bounds.end(); ++at) {
    const Span* const a = span_at(was, old_first, *at);
    const Span* const b = span_at(is, new_first, *at);
    const std::string from = a == nullptr ? "" : a->what;
    const std::string to = b == nullptr ? "" : b->what;
    if (from == to) continue;
    const PhysRange range = PhysRange::make(*at, *std::next(at));
    if (!out.empty() && out.back().new_range->end() == range.base() && out.back().from == from &&
        out.back().to == to) {
      out.back().old_range = out.back().new_range =
          PhysRange::make(raw(out.back().new_range->base()), raw(range.end()));
    } else {
      out.push_back(
          {.kind = Kind::turned, .old_range = range, .new_range = range, .from = from, .to = to});
    }
  }
  return out;
}

// Takes out of both what has the same key, the first of the one with the first of the other, and tells of
// each pair. O(n log n).
template <class KeyOf, class Tell>
void pair_up(std::vector<Span>& was, std::vector<Span>& is, KeyOf key, Tell tell) {
  using Key = decltype(key(std::declval<const Span&>()));
  std::map<Key, std::vector<std::size_t>> left;  // of `is`, by key; the first is at the back
  for (std::size_t i = is.size(); i-- > 0;) left[key(is[i])].push_back(i);
  std::vector<bool> paired(is.size());
  std::vector<Span> was_left;
  for (Span& a : was) {
    const auto at = left.find(key(a));
    if (at == left.end() || at->second.empty()) {
      was_left.push_back(std::move(a));
      continue;
    }
    tell(a, is[at->second.back()]);
    paired[at->second.back()] = true;
    at->second.pop_back();
  }
  std::vector<Span> is_left;
  for (std::size_t i = 0; i < is.size(); ++i)
    if (!paired[i]) is_left.push_back(std::move(is[i]));
  was = std::move(was_left);
  is = std::move(is_left);
}

// The pieces of one thing on both sides: those at the same place are the same, then those of the same
// size in their order, then the others in their order.
void match_pieces(std::vector<Span> was, std::vector<Span> is, std::vector<Change>& out) {
  const auto change = [&](Kind kind) {
    return [&out, kind](const Span& a, const Span& b) {
      out.push_back(
          {.kind = kind, .what = b.what, .by = b.by, .old_range = a.range, .new_range = b.range});
    };
  };
  pair_up(
      was, is, [](const Span& s) { return s.range; }, [](const Span&, const Span&) {});
  pair_up(
      was, is, [](const Span& s) { return s.range.size(); }, change(Kind::moved));
  pair_up(
      was, is, [](const Span&) { return 0; }, change(Kind::grew));
  for (const Span& a : was)
    out.push_back({.kind = Kind::vanished, .what = a.what, .by = a.by, .old_range = a.range});
  for (const Span& b : is)
    out.push_back({.kind = Kind::appeared, .what = b.what, .by = b.by, .new_range = b.range});
}

std::vector<Change> by_name(const Stage& older, const Stage& newer) {
  std::map<std::string, std::pair<std::vector<Span>, std::vector<Span>>> things;
  for (const Span& s : ascending(older.spans)) things[s.what].first.push_back(s);
  for (const Span& s : ascending(newer.spans)) things[s.what].second.push_back(s);
  std::vector<Change> out;
  for (auto& [name, pieces] : things)
    match_pieces(std::move(pieces.first), std::move(pieces.second), out);
  std::ranges::stable_sort(
      out, {}, [](const Change& c) { return c.old_range ? *c.old_range : *c.new_range; });
  return out;
}

// How large a change is: what the tolerance is held against.
std::uint64_t extent(const Change& change) {
  switch (change.kind) {
    case Kind::moved:
    case Kind::grew:
      return std::max(distance(raw(change.old_range->base()), raw(change.new_range->base())),
                      distance(change.old_range->size(), change.new_range->size()));
    case Kind::turned:
    case Kind::appeared:
      return change.new_range->size();
    case Kind::vanished:
      return change.old_range->size();
  }
  return 0;
}

void compare_stages(const View& older, const View& newer, Filter& filter, Diff& out) {
  for (std::size_t i = 0; i < older.stages.size() && i < newer.stages.size(); ++i) {
    const Stage& was = older.stages[i];
    const Stage& is = newer.stages[i];
    StageChanges stage{was.key, was.title, {}};
    auto changes = was.compared == Compared::by_place ? by_place(was, is) : by_name(was, is);
    const bool whole = filter.ignores(was.key);
    for (Change& change : changes) {
      const bool named = !change.what.empty() && filter.ignores(change.what);
      if (whole || named || filter.allows(extent(change))) {
        ++out.tolerated;
      } else {
        stage.changes.push_back(std::move(change));
      }
    }
    if (!stage.changes.empty()) out.stages.push_back(std::move(stage));
  }
  // What is the same on both sides is named for good reason too.
  for (const View* view : {&older, &newer})
    for (const Stage& stage : view->stages)
      if (stage.compared == Compared::by_name)
        for (const Span& span : stage.spans) filter.ignores(span.what);
}

std::uint64_t bytes_of(Unit unit, std::uint64_t value) {
  return unit == Unit::pages ? value * 4096 : unit == Unit::kib ? value * 1024 : value;
}

bool tolerated(const FigureChange& change, Filter& filter) {
  if (filter.ignores(change.name)) return true;
  if (change.unit == Unit::count || !change.old_value || !change.new_value) return false;
  return filter.allows(bytes_of(change.unit, distance(*change.old_value, *change.new_value)));
}

void compare_figures(const View& older, const View& newer, Filter& filter, Diff& out) {
  std::vector<FigureChange> all;
  std::map<std::string_view, std::size_t> by_name;
  for (const Figure& f : older.figures) {
    by_name.emplace(f.name, all.size());
    all.push_back({f.name, f.unit, f.value, {}});
  }
  for (const Figure& f : newer.figures) {
    const auto [at, added] = by_name.emplace(f.name, all.size());
    if (added) all.push_back({f.name, f.unit, {}, {}});
    all[at->second].new_value = f.value;
  }
  for (FigureChange& change : all) {
    if (change.old_value == change.new_value) {
      filter.ignores(change.name);
    } else if (tolerated(change, filter)) {
      ++out.tolerated;
    } else {
      out.figures.push_back(std::move(change));
    }
  }
}

// Events of `of` that `other` has not, each as often as it has more of it.
std::vector<Told> beyond(const std::vector<Told>& of, const std::vector<Told>& other) {
  const auto key = [](const Told& t) { return std::tie(t.severity, t.step, t.text); };
  std::multiset<std::tuple<std::string, std::string, std::string>> there;
  for (const Told& t : other) there.insert(key(t));
  std::vector<Told> out;
  for (const Told& t : of) {
    if (const auto at = there.find(key(t)); at != there.end()) {
      there.erase(at);
    } else {
      out.push_back(t);
    }
  }
  return out;
}

}  // namespace

std::string_view Diff::refusal() const {
  if (panicked) return "one of them panics before there is anything to resume";
  if (old_sums.crc32 != new_sums.crc32) return "Hibernate inconsistent memory map detected!";
  if (old_physpages != new_physpages) return "Image mismatch: memory size";
  return {};
}

Diff diff(const View& older, const View& newer, const Tolerance& tolerance) {
  Diff out;
  Filter filter(tolerance);
  compare_stages(older, newer, filter, out);
  compare_figures(older, newer, filter, out);
  if (!filter.ignores("events")) {
    out.only_old = beyond(older.events, newer.events);
    out.only_new = beyond(newer.events, older.events);
  }
  out.idle = filter.idle();
  out.old_sums = resume_sums(older.firmware);
  out.new_sums = resume_sums(newer.firmware);
  out.same_usable = same_usable(older.firmware, newer.firmware);
  out.panicked = older.panicked || newer.panicked;
  out.old_physpages = older.physpages;
  out.new_physpages = newer.physpages;
  return out;
}

}  // namespace memmap::diff
