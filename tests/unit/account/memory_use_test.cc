#include "account/memory_use.h"

#include <gmock/gmock.h>

#include <array>

#include "support/lists.h"
#include "support/outcomes.h"

namespace memmap::account {
namespace {

std::uint64_t sum_of_rows(const Balance& b) {
  std::uint64_t sum = 0;
  for (const BalanceRow& r : b.rows) sum += r.bytes;
  return sum;
}

std::uint64_t bytes_of(const Balance& b, Use use) {
  std::uint64_t sum = 0;
  for (const BalanceRow& r : b.rows) sum += r.use == use ? r.bytes : 0;
  return sum;
}

TEST(Balance, AddsUpToTheByte) {
  const boot::Outcome o = test::two_nodes();
  const Balance b = balance(o, memory_use(o));
  EXPECT_EQ(b.firmware_ram, o.totals.firmware_ram);
  EXPECT_EQ(b.added, 0u);
  EXPECT_EQ(sum_of_rows(b), b.firmware_ram + b.added);
  EXPECT_EQ(bytes_of(b, Use::free), o.totals.free_pages * kPageSize);
  EXPECT_EQ(bytes_of(b, Use::reserved), o.totals.reserved);
  EXPECT_EQ(bytes_of(b, Use::retyped), 0x11000u);
  EXPECT_EQ(bytes_of(b, Use::left_out), 0xc00u);  // of the last page below 640K
  EXPECT_EQ(bytes_of(b, Use::fragment), 6u * (0x1000 - 0x68));
  EXPECT_EQ(bytes_of(b, Use::waiting), 0u);
  EXPECT_EQ(b.rows.front().label, "initrd");
  EXPECT_EQ(b.rows.back().label, "free");
}

TEST(Balance, OfAStoppedBootHasNothingFree) {
  const boot::Outcome o = test::stopped();
  const Balance b = balance(o, memory_use(o));
  EXPECT_EQ(sum_of_rows(b), o.totals.firmware_ram);
  EXPECT_EQ(bytes_of(b, Use::free), 0u);
  EXPECT_EQ(b.rows.back().label, "unreserved");
}

TEST(Balance, CountsMemoryThatTheUserAdded) {
  boot::Outcome o;
  o.state.e820.firmware.assign({{PhysAddr{0}, 0x10000, E820Type::ram}});
  o.state.e820.table.assign({{PhysAddr{0}, 0x20000, E820Type::ram}});
  test::set_memory(o.state.memblock, {{PhysRange::make(0x1000, 0x20000), 0, 0}});
  const Balance b = balance(o, memory_use(o));
  EXPECT_EQ(b.firmware_ram, 0x10000u);
  EXPECT_EQ(b.added, 0x10000u);
  EXPECT_EQ(sum_of_rows(b), 0x20000u);
}

// Whatever the outcome holds, overlapping and out of order: no byte is lost or counted twice.
TEST(MemoryUse, PartitionsAnything) {
  std::uint64_t seed = 1;
  const auto random = [&](std::uint64_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
  };
  constexpr std::uint64_t kTop = 64;
  for (int round = 0; round < 500; ++round) {
    boot::Outcome o;
    std::array<bool, kTop> ram{};
    std::array<bool, kTop> memory{};
    std::uint64_t top = 0;
    const auto range = [&] {
      const std::uint64_t base = random(kTop);
      const std::uint64_t end = base + random(kTop - base);
      if (end > base) top = std::max(top, end);
      return PhysRange::make(base, end);
    };
    for (std::uint64_t n = random(3); n > 0; --n) {
      const PhysRange r = range();
      o.state.e820.firmware.add({r.base(), r.size(), E820Type::ram});
      std::fill(ram.begin() + static_cast<long>(raw(r.base())),
                ram.begin() + static_cast<long>(raw(r.end())), true);
    }
    for (std::uint64_t n = random(3); n > 0; --n) {
      const PhysRange r = range();
      o.state.memblock.add_node(r.base(), r.size(), 0, static_cast<std::uint32_t>(random(8)));
      std::fill(memory.begin() + static_cast<long>(raw(r.base())),
                memory.begin() + static_cast<long>(raw(r.end())), true);
    }
    for (std::uint64_t n = random(3); n > 0; --n) {
      const PhysRange r = range();
      o.state.memblock.reserve(r.base(), r.size());
    }
    for (std::uint64_t n = random(3); n > 0; --n)
      o.owners.push_back({range(), nullptr, random(2) == 0 ? "a" : "b", "f"});
    const std::vector<Piece> pieces = memory_use(o);
    std::uint64_t next = 0;
    for (const Piece& p : pieces) {
      EXPECT_EQ(raw(p.range.base()), next);
      EXPECT_FALSE(p.range.empty());
      next = raw(p.range.end());
      for (std::uint64_t a = raw(p.range.base()); a < next; ++a) {
        EXPECT_EQ(p.firmware_ram, ram[a]) << a;
        EXPECT_EQ(p.memory, memory[a]) << a;
      }
    }
    EXPECT_EQ(next, top);
    const Balance b = balance(o, pieces);
    EXPECT_EQ(sum_of_rows(b), b.firmware_ram + b.added);
  }
}

}  // namespace
}  // namespace memmap::account
