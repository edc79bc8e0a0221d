#include "ioremap/mtrr_map.h"

#include <algorithm>

namespace memmap::ioremap {
namespace {

// What two types that both hold come to.
// kernel: get_effective_type(), arch/x86/kernel/cpu/mtrr/generic.c, v6.12
MtrrType effective(MtrrType a, MtrrType b) {
  const auto one_of_each = [&](MtrrType x, MtrrType y) {
    return (a == x && b == y) || (a == y && b == x);
  };
  if (a == b) return a;
  if (one_of_each(MtrrType::write_back, MtrrType::write_through)) return MtrrType::write_through;
  return MtrrType::uncachable;
}

}  // namespace

MtrrMap::MtrrMap(const Machine& machine, std::span<const MtrrRange> mtrrs,
                 const std::vector<PhysRange>& assumed)
    : told_(!mtrrs.empty() || machine.mtrr_default != MtrrType::unknown) {
  if (!told_) {
    for (const PhysRange range : assumed) add(range, MtrrType::write_back);
    return;
  }
  // /proc/mtrr does not tell the default: it is write-back, unless there are ranges to say so.
  const bool says_write_back =
      std::ranges::any_of(mtrrs, [](const MtrrRange& m) { return m.type == MtrrType::write_back; });
  default_ = machine.mtrr_default != MtrrType::unknown ? machine.mtrr_default
             : says_write_back                         ? MtrrType::uncachable
                                                       : MtrrType::write_back;
  constexpr std::uint64_t k4G = 4 * kGiB;
  if (machine.mtrr_tom2 && raw(*machine.mtrr_tom2) > k4G) {
    add(PhysRange::make(k4G, raw(*machine.mtrr_tom2)), MtrrType::write_back);
    entries_.back().fixed = true;
  }
  for (const MtrrRange& mtrr : mtrrs) {
    if (mtrr.type != MtrrType::unknown) add(mtrr.range, mtrr.type);
  }
}

// Each part of the new range: alone where nothing is, together with what is there where that may
// change.
// kernel: add_map_entry(), arch/x86/kernel/cpu/mtrr/generic.c, v6.12
void MtrrMap::add(PhysRange range, MtrrType type) {
  std::vector<Entry> out;
  const auto put = [&](PhysRange piece, MtrrType of, bool fixed) {
    if (piece.empty()) return;
    if (!out.empty() && out.back().type == of && out.back().fixed == fixed &&
        out.back().range.end() == piece.base()) {
      out.back().range = PhysRange::make(raw(out.back().range.base()), raw(piece.end()));
    } else {
      out.push_back({piece, of, fixed});
    }
  };
  std::uint64_t at = raw(range.base());  // of what is left of the new range
  const std::uint64_t end = raw(range.end());
  const auto alone_until = [&](std::uint64_t until) {
    if (at >= std::min(until, end)) return;
    put(PhysRange::make(at, std::min(until, end)), type, false);
    at = std::min(until, end);
  };
  for (const Entry& e : entries_) {
    alone_until(raw(e.range.base()));
    const PhysRange both = e.range.intersect(PhysRange::make(std::min(at, end), end));
    if (both.empty()) {
      put(e.range, e.type, e.fixed);
      continue;
    }
    put(PhysRange::make(raw(e.range.base()), raw(both.base())), e.type, e.fixed);
    put(both, e.fixed ? e.type : effective(type, e.type), e.fixed);
    put(PhysRange::make(raw(both.end()), raw(e.range.end())), e.type, e.fixed);
    at = raw(both.end());
  }
  alone_until(end);
  entries_ = std::move(out);
}

MtrrMap::Type MtrrMap::look_up(PhysRange range) const {
  std::optional<Type> out;
  const auto merge = [&](MtrrType type) {
    if (!out) {
      out = Type{type, true};
      return;
    }
    const MtrrType both = effective(out->type, type);
    if (both != out->type) out->uniform = false;
    out->type = both;
  };
  PhysAddr at = range.base();
  for (const Entry& e : entries_) {
    if (at >= range.end()) break;
    if (at >= e.range.end()) continue;
    if (at < e.range.base()) {
      merge(default_);
      if (range.end() <= e.range.base()) return *out;
    }
    merge(e.type);
    at = e.range.end();
  }
  if (at < range.end() || !out) merge(default_);
  return *out;
}

}  // namespace memmap::ioremap
