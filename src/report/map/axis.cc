#include "report/map/axis.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <queue>
#include <string_view>
#include <utility>

namespace memmap::report {
namespace {

using account::Column;
using account::ColumnId;

constexpr std::size_t kMostLinearFolds = 12;

// Edges of blocks, ascending, with how much they tell: bits of a size that they outweigh.
struct Edge {
  std::uint64_t at = 0;
  int weight = 0;
};

// Free blocks follow from all the others, and there are most of them.
constexpr bool rules(ColumnId id) { return id != ColumnId::free; }

constexpr int weight_of(ColumnId id) {
  switch (id) {
    case ColumnId::firmware:
    case ColumnId::e820:
      return 6;
    case ColumnId::memory:
    case ColumnId::zones:
      return 4;
    case ColumnId::direct_map:
      return -6;
    default:
      return 0;
  }
}

std::vector<Edge> edges_of(std::span<const Column* const> columns) {
  std::vector<Edge> all{{0, 0}};
  for (const Column* column : columns) {
    if (!rules(column->id)) continue;
    const int weight = weight_of(column->id);
    for (const account::Block& b : column->blocks) {
      all.push_back({raw(b.range.base()), weight});
      all.push_back({raw(b.range.end()), weight});
    }
  }
  std::ranges::sort(all, [](const Edge& a, const Edge& b) {
    return a.at != b.at ? a.at < b.at : a.weight > b.weight;
  });
  const auto same = [](const Edge& a, const Edge& b) { return a.at == b.at; };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return all;
}

// What lies between two edges: equal looks are drawn alike. 0: nothing is there.
struct Part {
  std::uint64_t base = 0;
  std::uint64_t end = 0;
  std::uint64_t look = 0;
  std::uint64_t look_bytes = 0;  // of them, those that look so
  int weight = 0;                // of the edge at `base`
  bool gap = true;               // nothing is in any byte
  bool memory = false;           // memblock.memory has a byte

  std::uint64_t size() const { return end - base; }
};

// FNV-1a: the same everywhere.
std::uint64_t mixed(std::uint64_t hash, std::string_view bytes) {
  if (hash == 0) hash = 0xcbf29ce484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::vector<Part> parts_of(std::span<const Column* const> columns) {
  const std::vector<Edge> edges = edges_of(columns);
  std::vector<Part> parts;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i)
    parts.push_back({edges[i].at, edges[i + 1].at, 0, 0, edges[i].weight});
  for (const Column* column : columns) {
    if (!rules(column->id)) continue;
    auto part = parts.begin();
    for (const account::Block& b : column->blocks) {
      while (part != parts.end() && part->base < raw(b.range.base())) ++part;
      for (; part != parts.end() && part->base < raw(b.range.end()); ++part) {
        const char which[] = {static_cast<char>(column->id), static_cast<char>(b.kind)};
        part->look = mixed(mixed(part->look, {which, sizeof which}), b.label);
        part->gap = false;
        part->memory = part->memory || column->id == ColumnId::memory;
      }
    }
  }
  for (Part& part : parts) part.look_bytes = part.size();
  return parts;
}

// Bytes from which on something counts, by how many bytes there are of everything.
struct Least {
  std::uint64_t fold = 0;    // a gap gets a break
  std::uint64_t device = 0;  // what is no memory, between gaps, gets a stretch of its own

  explicit Least(const std::vector<Part>& parts) {
    std::uint64_t all = 0;
    for (const Part& p : parts) all += p.gap ? 0 : p.size();
    fold = std::clamp(all >> 10, 64 * kKiB, 256 * kMiB);
    device = all >> 14;
  }
};

int magnitude(std::uint64_t bytes) { return static_cast<int>(std::bit_width(bytes >> kPageShift)); }

// Joins neighbours until `most` are left: first those that look alike, then at the edges where the
// smaller side, and what it is an edge of, tell least. A gap stays one as long as there is room.
class Joining {
 public:
  Joining(std::vector<Part> parts, const Least& least) : parts_(std::move(parts)), least_(least) {
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      next_.push_back(i + 1);
      before_.push_back(i - 1);
      version_.push_back(0);
    }
    for (std::size_t i = 1; i < parts_.size(); ++i) push(i);
  }

  std::vector<Part> at_most(std::size_t most) && {
    std::size_t left = parts_.size();
    while (!edges_.empty()) {
      const Candidate c = edges_.top();
      if (c.cost > kAlways && left <= most) break;
      edges_.pop();
      if (c.version != version_[c.part]) continue;
      join(c.part);
      --left;
    }
    std::vector<Part> out;
    for (std::size_t i = 0; i < parts_.size(); i = next_[i]) out.push_back(parts_[i]);
    return out;
  }

 private:
  // The edge below `part`, as it was when the part had this version.
  struct Candidate {
    int cost = 0;
    std::uint64_t at = 0;
    std::size_t part = 0;
    std::uint32_t version = 0;
    bool operator>(const Candidate& o) const { return cost != o.cost ? cost > o.cost : at > o.at; }
  };

  // What joining costs that does not wait for a lack of room.
  static constexpr int kAlways = 1;

  int cost_of(const Part& lower, const Part& upper) const {
    if (lower.look == upper.look && lower.gap == upper.gap) return 0;
    constexpr int kOfGap = 12;
    const Part& smaller = lower.size() < upper.size() ? lower : upper;
    const Part& larger = lower.size() < upper.size() ? upper : lower;
    const bool fold =
        (lower.gap && lower.size() >= least_.fold) || (upper.gap && upper.size() >= least_.fold);
    const bool blank = lower.look == 0 || upper.look == 0;
    if (smaller.size() < kPageSize && upper.weight <= 0) return kAlways;
    if (blank && !fold && !lower.memory && !upper.memory &&
        (smaller.size() < least_.device || larger.size() < least_.device)) {
      return kAlways;
    }
    const int told = 8 + magnitude(smaller.size()) + upper.weight;
    return std::max(kAlways + 1, told + (fold ? kOfGap : 0));
  }

  void push(std::size_t i) {
    edges_.push({cost_of(parts_[before_[i]], parts_[i]), parts_[i].base, i, version_[i]});
  }

  void join(std::size_t i) {
    const std::size_t into = before_[i];
    Part& lower = parts_[into];
    const Part& upper = parts_[i];
    if (lower.look == upper.look) {
      lower.look_bytes += upper.look_bytes;
    } else if (upper.look_bytes > lower.look_bytes) {
      lower.look = upper.look;
      lower.look_bytes = upper.look_bytes;
    }
    lower.end = upper.end;
    lower.gap = lower.gap && upper.gap;
    lower.memory = lower.memory || upper.memory;
    ++version_[i];
    next_[into] = next_[i];
    if (next_[i] < parts_.size()) {
      before_[next_[i]] = into;
      ++version_[next_[i]];
      push(next_[i]);
    }
    if (into != 0) {
      ++version_[into];
      push(into);
    }
  }

  std::vector<Part> parts_;
  Least least_;
  std::vector<std::size_t> next_{};
  std::vector<std::size_t> before_{};
  std::vector<std::uint32_t> version_{};
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> edges_{};
};

// For a linear axis: the largest gaps, and what lies between these in one piece.
std::vector<Part> around_gaps(const std::vector<Part>& parts, const Least& limits) {
  std::uint64_t had = 0;
  std::vector<std::uint64_t> gaps;
  for (const Part& p : parts) {
    if (p.gap) {
      gaps.push_back(p.size());
    } else {
      had += p.size();
    }
  }
  std::ranges::sort(gaps, std::greater<>());
  std::uint64_t least = std::max(had / 24, limits.fold);
  if (gaps.size() > kMostLinearFolds) least = std::max(least, gaps[kMostLinearFolds] + 1);
  std::vector<Part> out;
  for (Part p : parts) {
    p.gap = p.gap && p.size() >= least;
    if (!out.empty() && !p.gap && !out.back().gap) {
      out.back().end = p.end;
    } else {
      out.push_back(p);
    }
  }
  return out;
}

// Of what is no fold, how much of the height it gets beyond the least.
double share(const Stretch& s, Scale scale) {
  if (s.fold || scale == Scale::equal) return s.fold ? 0 : 1;
  if (scale == Scale::linear) return static_cast<double>(s.range.size());
  const double m = std::max(1, magnitude(s.range.size()));
  return s.blank ? m : m * m;
}

// As high as `total`, and higher where that many stretches need it.
void share_height(std::vector<Stretch>& stretches, Scale scale) {
  constexpr double kLeastTotal = 560;
  constexpr double kLeastLinear = 6;
  const double least = scale == Scale::linear ? kLeastLinear : Axis::kLeastHeight;
  double shares = 0;
  double taken = 0;
  for (const Stretch& s : stretches) {
    shares += share(s, scale);
    taken += s.fold ? Axis::kFoldHeight : least;
  }
  const double total = std::max(kLeastTotal, scale == Scale::linear ? 860 : taken + 260);
  const double rest = std::max(0.0, total - taken);
  double top = 0;
  for (Stretch& s : stretches) {
    s.top = top;
    s.height = s.fold ? Axis::kFoldHeight : least + (rest * share(s, scale) / shares);
    top += s.height;
  }
}

}  // namespace

Axis::Axis(std::span<const Column* const> columns, Scale scale) : scale_(scale) {
  std::vector<Part> parts = parts_of(columns);
  const Least least(parts);
  parts = scale == Scale::linear ? around_gaps(parts, least)
                                 : Joining(std::move(parts), least).at_most(kMost);
  for (const Part& p : parts) {
    stretches_.push_back({.range = PhysRange::make(p.base, p.end),
                          .fold = p.gap && p.size() >= least.fold,
                          .blank = p.look == 0});
  }
  share_height(stretches_, scale);
}

double Axis::height() const {
  return stretches_.empty() ? 0 : stretches_.back().top + stretches_.back().height;
}

double Axis::at(std::uint64_t address) const {
  const auto after = std::ranges::upper_bound(stretches_, PhysAddr{address}, {},
                                              [](const Stretch& s) { return s.range.base(); });
  if (after == stretches_.begin()) return 0;
  const Stretch& s = *std::prev(after);
  const std::uint64_t within = std::min(address - raw(s.range.base()), s.range.size());
  return s.top + s.height * (static_cast<double>(within) / static_cast<double>(s.range.size()));
}

std::vector<std::uint64_t> Axis::ticks(double least_distance) const {
  std::vector<std::uint64_t> out;
  if (scale_ != Scale::linear) return out;
  for (const Stretch& s : stretches_) {
    if (s.fold || s.height < 2 * least_distance) continue;
    const double bytes = static_cast<double>(s.range.size()) * least_distance / s.height;
    const std::uint64_t step = std::bit_ceil(static_cast<std::uint64_t>(bytes));
    std::uint64_t at = (raw(s.range.base()) / step + 1) * step;
    for (; at < raw(s.range.end()) && at >= step; at += step) out.push_back(at);
  }
  return out;
}

}  // namespace memmap::report
