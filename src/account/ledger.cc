#include "account/ledger.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "account/remedy.h"

namespace memmap::account {
namespace {

// Rows by what they say, while they are counted.
class Rows {
 public:
  void add(Stage stage, const std::string& what, std::string_view function, PhysRange range,
           std::uint64_t back) {
    LedgerRow& row = rows_[{stage, what}];
    if (row.bytes == 0) {
      row.stage = stage;
      row.what = what;
      row.function = function;
    } else if (row.function != function) {
      row.function.clear();
    }
    row.bytes += range.size();
    row.back += back;
    if (!row.ranges.empty() && row.ranges.back().end() == range.base()) {
      row.ranges.back() = PhysRange::make(raw(row.ranges.back().base()), raw(range.end()));
    } else {
      row.ranges.push_back(range);
    }
  }

  std::vector<LedgerRow> take() && {
    std::vector<LedgerRow> out;
    for (auto& [key, row] : rows_) out.push_back(std::move(row));
    std::ranges::stable_sort(out, [](const LedgerRow& a, const LedgerRow& b) {
      return std::tuple(a.stage, ~a.kept(), ~a.bytes) < std::tuple(b.stage, ~b.kept(), ~b.bytes);
    });
    return out;
  }

 private:
  std::map<std::pair<Stage, std::string>, LedgerRow> rows_{};
};

// Ascending, disjoint ranges, walked once beside ascending pieces.
class Returned {
 public:
  explicit Returned(const boot::Outcome& outcome) {
    for (const boot::GivenBack& g : outcome.state.page_allocator.given_back)
      ranges_.push_back(g.range);
    std::ranges::sort(ranges_, {}, &PhysRange::base);
  }

  // How many bytes of `range` came back; calls must ascend.
  std::uint64_t of(PhysRange range) {
    while (next_ < ranges_.size() && ranges_[next_].end() <= range.base()) ++next_;
    std::uint64_t bytes = 0;
    for (std::size_t i = next_; i < ranges_.size() && ranges_[i].base() < range.end(); ++i)
      bytes += ranges_[i].intersect(range).size();
    return bytes;
  }

 private:
  std::vector<PhysRange> ranges_{};
  std::size_t next_ = 0;
};

// `no write-back MTRR covers it` of `trim_mtrr: no write-back MTRR covers it`.
std::string words_of(const boot::Loss& loss) {
  if (loss.by.empty()) return loss.function;
  const std::size_t reason = loss.by.find(": ");
  return reason == std::string::npos ? loss.by : loss.by.substr(reason + 2);
}

// What of `range` was lost to whom, piece by piece; calls must ascend.
class Lost {
 public:
  explicit Lost(const std::vector<boot::Loss>& losses) : losses_(losses) {}

  template <class Take>
  void each(PhysRange range, const Take& take) {
    std::uint64_t at = raw(range.base());
    while (next_ < losses_.size() && losses_[next_].range.end() <= range.base()) ++next_;
    for (std::size_t i = next_; i < losses_.size() && losses_[i].range.base() < range.end(); ++i) {
      const PhysRange part = losses_[i].range.intersect(range);
      if (part.empty()) continue;
      // Every byte is somebody's; should one not be, it is told, and no row hides it.
      if (at < raw(part.base())) take(PhysRange::make(at, raw(part.base())), nullptr);
      take(part, &losses_[i]);
      at = raw(part.end());
    }
    if (at < raw(range.end())) take(PhysRange::make(at, raw(range.end())), nullptr);
  }

 private:
  const std::vector<boot::Loss>& losses_;
  std::size_t next_ = 0;
};

// The function that asked for what `owner` has.
std::map<std::string_view, std::string_view> functions_of(const boot::Outcome& outcome) {
  std::map<std::string_view, std::string_view> out;
  for (const boot::Owned& o : outcome.owners) {
    const auto [it, fresh] = out.emplace(o.words, o.function);
    if (!fresh && it->second != o.function) it->second = {};
  }
  return out;
}

}  // namespace

std::uint64_t Ledger::sum(Stage stage) const {
  std::uint64_t bytes = 0;
  for (const LedgerRow& row : rows) bytes += row.stage == stage ? row.bytes : 0;
  return bytes;
}

std::uint64_t Ledger::back() const {
  std::uint64_t bytes = 0;
  for (const LedgerRow& row : rows) bytes += row.back;
  return bytes;
}

Ledger ledger(const boot::Outcome& outcome, const std::vector<Piece>& pieces) {
  Ledger out{.installed = outcome.installed_ram};
  if (outcome.totals.mem_total_kib) out.mem_total = *outcome.totals.mem_total_kib << 10;
  const PhysAddr last = phys_of(outcome.state.max_pfn);
  const auto functions = functions_of(outcome);
  Returned returned(outcome);
  Lost lost(outcome.losses);
  Rows rows;
  for (const Piece& p : pieces) {
    if (p.firmware_ram) out.firmware_ram += p.range.size();
    if (p.firmware_ram && !p.memory) {
      lost.each(p.range, [&](PhysRange range, const boot::Loss* loss) {
        rows.add(Stage::lost, loss != nullptr ? words_of(*loss) : words_of(p, outcome),
                 loss != nullptr ? loss->function : std::string(), range, 0);
      });
    }
    if (!p.memory) continue;
    out.memory += p.range.size();
    if (!p.firmware_ram)
      rows.add(Stage::added, "memory that the firmware's map does not call RAM", {}, p.range, 0);
    if (p.use == Use::free || (p.use == Use::waiting && p.range.base() < last)) {
      out.handed_over += p.range.size();
      continue;
    }
    const std::string what = words_of(p, outcome);
    const auto function = functions.find(p.owner);
    rows.add(p.use == Use::reserved ? Stage::reserved : Stage::unusable, what,
             p.use == Use::reserved && function != functions.end() ? function->second
                                                                   : std::string_view(),
             p.range, returned.of(p.range));
  }
  out.rows = std::move(rows).take();
  for (LedgerRow& row : out.rows) row.remedy = remedy_of(row);
  return out;
}

}  // namespace memmap::account
