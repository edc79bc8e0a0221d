#include "account/fate.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <vector>

#include "unit/boot/made_up_boot.h"

namespace memmap::account {
namespace {

// Where one byte's fate may differ from its neighbour's; up to the last, ascending.
std::vector<std::uint64_t> edges_of(const boot::Outcome& o, const std::vector<Piece>& pieces,
                                    const Ledger& ledger) {
  std::vector<std::uint64_t> out;
  const auto add = [&](PhysRange range) {
    out.push_back(raw(range.base()));
    out.push_back(raw(range.end()));
  };
  for (const Piece& piece : pieces) add(piece.range);
  for (const LedgerRow& row : ledger.rows) std::ranges::for_each(row.ranges, add);
  for (const boot::GivenBack& given : o.state.page_allocator.given_back) add(given.range);
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// Every byte's fate once: the sum of what counts is MemTotal, and each row keeps what it says.
void expect_to_agree(const boot::Outcome& o) {
  const std::vector<Piece> pieces = memory_use(o);
  const Ledger l = ledger(o, pieces);
  ASSERT_TRUE(l.mem_total.has_value());
  const std::vector<std::uint64_t> edges = edges_of(o, pieces, l);
  std::uint64_t counted = 0;
  std::map<const LedgerRow*, std::uint64_t> kept;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    const Fate fate = fate_of(o, pieces, l, PhysAddr{edges[i]});
    const Fate at_end = fate_of(o, pieces, l, PhysAddr{edges[i + 1] - 1});
    EXPECT_EQ(fate.end, at_end.end) << std::hex << edges[i];
    EXPECT_EQ(fate.row, at_end.row) << std::hex << edges[i];
    const std::uint64_t size = edges[i + 1] - edges[i];
    if (fate.counted()) {
      counted += size;
    } else if (fate.row != nullptr) {
      kept[fate.row] += size;
    }
  }
  EXPECT_EQ(counted, *l.mem_total);
  for (const LedgerRow& row : l.rows) {
    if (row.stage != Stage::added) {
      EXPECT_EQ(kept[&row], row.kept()) << row.what;
    }
  }
}

TEST(Fate, AgreesWithTheLedger) {
  expect_to_agree(boot::boot(""));
  expect_to_agree(boot::boot("mem=900M memmap=4M$64M memmap=3K$0x5000400"));
  expect_to_agree(boot::boot("crashkernel=64M"));
  Machine m = boot::machine();
  m.initrd = PhysRange::make(0x30000000, 0x30123456);
  expect_to_agree(boot::boot("", {6, 1, 0}, m));
}

TEST(Fate, OfEachKind) {
  const boot::Outcome o = boot::boot("memmap=4M$64M");
  const std::vector<Piece> pieces = memory_use(o);
  const Ledger l = ledger(o, pieces);
  const auto fate = [&](std::uint64_t phys) { return fate_of(o, pieces, l, PhysAddr{phys}); };
  EXPECT_EQ(fate(64 * kMiB + 1).end, End::lost);
  EXPECT_EQ(fate(64 * kMiB + 1).row->remedy, "without memmap=4M$64M");
  EXPECT_EQ(fate(0xb0000).end, End::no_ram);
  EXPECT_EQ(fate(0xf0000).end, End::no_ram);
  EXPECT_EQ(fate(0x100000000000).end, End::no_ram);
  EXPECT_EQ(fate(0x100000000000).piece, nullptr);
  EXPECT_EQ(fate(0x1000000).end, End::reserved);
  EXPECT_EQ(fate(128 * kMiB).end, End::free);
}

TEST(Fate, WhereTheKernelStopped) {
  Machine m = boot::machine();
  m.firmware_map = {{PhysAddr{0}, kMiB / 2, E820Type::ram}};
  const boot::Outcome o = boot::boot("", {6, 12, 0}, m);
  ASSERT_TRUE(o.panicked);
  const std::vector<Piece> pieces = memory_use(o);
  const Ledger l = ledger(o, pieces);
  std::size_t waiting = 0;
  for (const Piece& piece : pieces) {
    if (piece.use != Use::waiting) continue;
    ++waiting;
    EXPECT_EQ(fate_of(o, pieces, l, piece.range.base()).end, End::stopped);
  }
  EXPECT_GT(waiting, 0u);
}

}  // namespace
}  // namespace memmap::account
