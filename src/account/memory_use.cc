#include "account/memory_use.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "base/align.h"
#include "base/sort_runs.h"
#include "machine/e820_words.h"

namespace memmap::account {
namespace {

constexpr E820Type kNoType{0};

// Ranges with something attached to each, for one walk in ascending order.
template <class T>
class Layer {
 public:
  void add(std::uint64_t base, std::uint64_t end, T what) {
    if (base < end) spans_.push_back({base, end, what});
  }
  // Orders the spans and cuts where they overlap (the earlier one keeps the bytes); adds their
  // ends to `edges`.
  void settle(std::vector<std::uint64_t>& edges) {
    std::stable_sort(spans_.begin(), spans_.end(),
                     [](const Span& a, const Span& b) { return a.base < b.base; });
    std::uint64_t covered = 0;
    for (Span& s : spans_) {
      s.base = std::max(s.base, covered);
      s.end = std::max(s.end, s.base);
      covered = s.end;
      edges.push_back(s.base);
      edges.push_back(s.end);
    }
  }
  // What is attached at `a`; calls must ascend.
  const T* at(std::uint64_t a) {
    while (next_ < spans_.size() && spans_[next_].end <= a) ++next_;
    return next_ < spans_.size() && spans_[next_].base <= a ? &spans_[next_].what : nullptr;
  }

 private:
  struct Span {
    std::uint64_t base;
    std::uint64_t end;
    T what;
  };
  std::vector<Span> spans_{};
  std::size_t next_ = 0;
};

struct Layers {
  Layer<E820Type> firmware{};
  Layer<E820Type> table{};
  Layer<std::uint32_t> memory{};  // region flags
  Layer<char> reserved{};
  Layer<std::string_view> owner{};
  Layer<char> free{};
};

void add_table(Layer<E820Type>& layer, const E820Entries& entries) {
  for (const E820Entry& e : entries)
    layer.add(raw(e.addr), e.wraps() ? ~std::uint64_t{0} : e.end(), e.type);
}

Layers layers_of(const boot::Outcome& outcome) {
  Layers l;
  add_table(l.firmware, outcome.state.e820.firmware.entries());
  add_table(l.table, outcome.state.e820.table.entries());
  for (const auto& r : outcome.state.memblock.memory().regions())
    l.memory.add(raw(r.range.base()), raw(r.range.end()), r.flags);
  for (const auto& r : outcome.state.memblock.reserved().regions())
    l.reserved.add(raw(r.range.base()), raw(r.range.end()), 0);
  for (const auto& o : outcome.owners)
    l.owner.add(raw(o.range.base()), raw(o.range.end()), o.words);
  for (const auto& node : outcome.state.node_states) {
    for (const auto& zone : node.zones) {
      for (const auto& list : zone.free) {
        for (const auto& run : list.runs) {
          const std::uint64_t base = raw(phys_of(run.first));
          l.free.add(base, base + ((run.count << list.order) << kPageShift), 0);
        }
      }
    }
  }
  return l;
}

Piece classify(Layers& l, PhysRange range) {
  const std::uint64_t at = raw(range.base());
  const E820Type* firmware = l.firmware.at(at);
  const E820Type* table = l.table.at(at);
  const std::uint32_t* memory = l.memory.at(at);
  const std::string_view* owner = l.owner.at(at);
  const bool reserved = l.reserved.at(at) != nullptr || owner != nullptr;
  Piece p{.range = range,
          .firmware_ram = firmware != nullptr && *firmware == E820Type::ram,
          .memory = memory != nullptr};
  if (l.free.at(at) != nullptr) {
    p.use = Use::free;
  } else if (memory != nullptr && reserved) {
    p.use = Use::reserved;
    p.owner = owner != nullptr ? *owner : std::string_view();
  } else if (memory != nullptr) {
    p.use = (*memory & memblock::kNomap) != 0 ? Use::nomap : Use::waiting;
  } else if (table != nullptr && *table == E820Type::ram) {
    p.use = Use::left_out;
  } else if (p.firmware_ram) {
    p.use = Use::retyped;
    p.type = table != nullptr ? *table : kNoType;
  } else if (firmware != nullptr || table != nullptr) {
    p.use = Use::firmware;
    p.type = table != nullptr ? *table : *firmware;
  }
  return p;
}

auto kind(const Piece& p) { return std::tie(p.use, p.type, p.owner, p.firmware_ram, p.memory); }

// Splits what waits for the buddy allocator into its whole pages and the rest at both ends.
void append_waiting(std::vector<Piece>& out, Piece p) {
  const std::uint64_t base = raw(p.range.base());
  const std::uint64_t end = raw(p.range.end());
  const std::uint64_t first = align_up(base, kPageSize);
  const std::uint64_t last = align_down(end, kPageSize);
  const auto part = [&](std::uint64_t from, std::uint64_t to, Use use) {
    if (from >= to) return;
    p.range = PhysRange::make(from, to);
    p.use = use;
    out.push_back(p);
  };
  if (first >= last) return part(base, end, Use::fragment);
  part(base, first, Use::fragment);
  part(first, last, Use::waiting);
  part(last, end, Use::fragment);
}

}  // namespace

std::vector<Piece> memory_use(const boot::Outcome& outcome) {
  Layers l = layers_of(outcome);
  std::vector<std::uint64_t> edges{0};
  l.firmware.settle(edges);
  l.table.settle(edges);
  l.memory.settle(edges);
  l.reserved.settle(edges);
  l.owner.settle(edges);
  l.free.settle(edges);
  sort_runs_once(edges);

  std::vector<Piece> joined;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    const Piece p = classify(l, PhysRange::make(edges[i], edges[i + 1]));
    if (!joined.empty() && kind(joined.back()) == kind(p)) {
      joined.back().range = PhysRange::make(raw(joined.back().range.base()), edges[i + 1]);
    } else {
      joined.push_back(p);
    }
  }
  std::vector<Piece> out;
  out.reserve(joined.size());
  for (const Piece& p : joined) {
    if (p.use == Use::waiting) {
      append_waiting(out, p);
    } else {
      out.push_back(p);
    }
  }
  return out;
}

std::string words_of(const Piece& p, const boot::Outcome& outcome) {
  switch (p.use) {
    case Use::reserved:
      return p.owner.empty() ? "reserved, owner not recorded" : std::string(p.owner);
    case Use::retyped:
      return p.type == kNoType ? "dropped from the kernel's map"
                               : "made " + e820_name(p.type) + " by the kernel";
    case Use::left_out:
      return "RAM that memblock was not given";
    case Use::nomap:
      return "not to be mapped";
    case Use::fragment:
      return "unreserved parts of pages";
    case Use::waiting:
      return outcome.state.node_states.empty() ? "unreserved" : "not yet in the buddy allocator";
    case Use::free:
      return "free";
    case Use::firmware:
      return e820_name(p.type);
    case Use::gap:
      return "nothing";
  }
  return {};
}

const Piece* piece_at(const std::vector<Piece>& pieces, PhysAddr phys) {
  const auto after =
      std::ranges::upper_bound(pieces, phys, {}, [](const Piece& p) { return p.range.base(); });
  if (after == pieces.begin()) return nullptr;
  const Piece& piece = *std::prev(after);
  return piece.range.contains(phys) ? &piece : nullptr;
}

}  // namespace memmap::account
