#include "account/memory_use.h"

#include <gmock/gmock.h>

#include <array>

#include "support/lists.h"
#include "support/outcomes.h"

namespace memmap::account {
namespace {

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
  }
}

}  // namespace
}  // namespace memmap::account
