// The kernel's clean-up of MTRRs. The table of the first machine is what a kernel printed of one with
// such memory; which registers it had is made up.
#include "boot/x86/mtrr_cleanup.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "made_up_boot.h"

namespace memmap::boot::mtrr {
namespace {

constexpr MtrrType WB = MtrrType::write_back;
constexpr MtrrType UC = MtrrType::uncachable;

MtrrRange at(std::uint64_t base, std::uint64_t size, MtrrType type) {
  return {PhysRange::make(base, base + size), type};
}

// RAM up to 3248 MiB, and from 4 GiB to 17134 MiB; one register of ten is free.
Registers sixteen_gib() {
  Registers out = {at(0, 16 * kGiB, WB),           at(16 * kGiB, kGiB, WB),
                   at(0xcb000000, 16 * kMiB, UC),  at(0xcc000000, 64 * kMiB, UC),
                   at(0xd0000000, 256 * kMiB, UC), at(0xe0000000, 512 * kMiB, UC),
                   at(0x42ee00000, 2 * kMiB, UC),  at(0x42f000000, 16 * kMiB, UC),
                   at(0x430000000, 256 * kMiB, UC)};
  out.resize(10);
  return out;
}

// RAM up to 3 GiB but for 16 MiB, by three registers of eight.
Registers three_gib() {
  Registers out = {at(0, 2 * kGiB, WB), at(2 * kGiB, kGiB, WB),
                   at(3 * kGiB - 16 * kMiB, 16 * kMiB, UC)};
  out.resize(8);
  return out;
}

const Trial& trial(const Cleanup& cleanup, std::uint64_t gran, std::uint64_t chunk) {
  for (const Trial& t : cleanup.tried) {
    if (t.setting.gran == gran && t.setting.chunk == chunk) return t;
  }
  ADD_FAILURE() << "not tried";
  static const Trial kNone;
  return kNone;
}

TEST(MtrrCleanup, LosesWhatTheKernelSays) {
  const auto got = clean_up(sixteen_gib(), {.spare = 1});
  ASSERT_TRUE(got);
  EXPECT_EQ(got->covered, 16286 * kMiB);
  EXPECT_FALSE(got->found);
  EXPECT_EQ(got->tried.size(), 136u);
  struct Row {
    std::uint64_t gran, chunk;
    std::size_t used;
    std::uint64_t change;
    bool bad;
  };
  const Row kRows[] = {
      {64 * kKiB, 64 * kKiB, 10, 46 * kMiB, false},  {64 * kKiB, 16 * kMiB, 10, 46 * kMiB, false},
      {64 * kKiB, 32 * kMiB, 10, 16 * kMiB, true},   {64 * kKiB, 512 * kMiB, 10, 272 * kMiB, true},
      {64 * kKiB, 2 * kGiB, 10, 1280 * kMiB, true},  {16 * kMiB, 32 * kMiB, 10, 46 * kMiB, false},
      {16 * kMiB, 64 * kMiB, 10, 14 * kMiB, false},  {32 * kMiB, kGiB, 10, 30 * kMiB, false},
      {64 * kMiB, 64 * kMiB, 8, 94 * kMiB, false},   {64 * kMiB, 256 * kMiB, 9, 94 * kMiB, false},
      {64 * kMiB, 512 * kMiB, 10, 94 * kMiB, false},
  };
  for (const Row& r : kRows) {
    const Trial& t = trial(*got, r.gran, r.chunk);
    EXPECT_EQ(std::tuple(t.used, t.change, t.bad), std::tuple(r.used, r.change, r.bad))
        << fmt::format("{:#x} {:#x}", r.gran, r.chunk);
  }
}

TEST(MtrrCleanup, TakesTheFewestRegisters) {
  const auto got = clean_up(three_gib(), {.spare = 1});
  ASSERT_TRUE(got && got->found);
  EXPECT_EQ(got->found->used, 3u);
  EXPECT_EQ(got->found->change, 0u);
  EXPECT_EQ(cached(got->found->registers), cached(three_gib(), {PhysRange::make(0, kMiB)}));
}

TEST(MtrrCleanup, TakesWhatIsAskedForIfItCoversNothingNew) {
  // Both parts of less than 64 MiB are given up.
  const auto got = clean_up(sixteen_gib(), {.asked = {64 * kMiB, 64 * kMiB}});
  ASSERT_TRUE(got && got->found);
  EXPECT_TRUE(got->tried.empty());
  EXPECT_EQ(got->found->change, 94 * kMiB);
  // It would cover what is no RAM: the others are tried.
  const auto bad = clean_up(three_gib(), {.asked = {64 * kKiB, 2 * kGiB}, .spare = 1});
  ASSERT_TRUE(bad && bad->asked);
  EXPECT_EQ(bad->asked->bad, !bad->tried.empty());
}

TEST(MtrrCleanup, LeavesAloneWhatIsSimple) {
  EXPECT_FALSE(clean_up({at(0, 4 * kGiB, WB)}, {}));
  EXPECT_FALSE(clean_up({}, {}));
  EXPECT_FALSE(clean_up(
      {at(0, 4 * kGiB, WB), at(3 * kGiB, kGiB, UC), at(2 * kGiB, kMiB, MtrrType::write_combining)},
      {}));
}

// Odd sizes of a user's come to an end.
TEST(MtrrCleanup, EndsWithAnySetting) {
  for (const std::uint64_t gran : {1ull, 1023ull, 3ull << 20, 1ull << 40, ~0ull}) {
    for (const std::uint64_t chunk : {1ull, 4096ull, 5ull << 20, 1ull << 50, ~0ull})
      EXPECT_TRUE(clean_up(sixteen_gib(), {.asked = {gran, chunk}, .tom2 = 17 * kGiB}));
  }
}

Machine machine_with(const Registers& registers) {
  Machine m = machine();
  m.firmware_map[2].size = 3248 * kMiB - kMiB;
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, 13038 * kMiB, E820Type::ram});
  m.mtrrs = registers;
  m.mtrrs.resize(9);
  m.mtrr_count = 10;
  m.mtrr_default = UC;
  return m;
}

std::vector<std::string> said(const Outcome& outcome) {
  std::vector<std::string> out;
  for (const Event& e : outcome.events) {
    if (e.step == "mtrr_cleanup") out.push_back(e.text);
  }
  return out;
}

TEST(MtrrCleanup, ChangesWhatIsTrimmed) {
  const Machine m = machine_with(sixteen_gib());
  const std::string line = "enable_mtrr_cleanup mtrr_gran_size=64M mtrr_chunk_size=64M";
  const Outcome got = boot(line, {6, 12, 0}, m);
  EXPECT_EQ(said(got), (std::vector<std::string>{
                           "total RAM covered: 16286M",
                           "gran_size: 64M chunk_size: 64M num_reg: 8 lose cover RAM: 94M"}));
  EXPECT_EQ(got.state.mtrrs.size(), 8u);
  const Outcome without = boot("", {6, 12, 0}, m);
  EXPECT_TRUE(said(without).empty());
  EXPECT_EQ(without.totals.memory - got.totals.memory, 94 * kMiB);
  // What needs no parameter is turned off by one.
  Machine cleaned = m;
  cleaned.mtrrs_were_cleaned = true;
  EXPECT_FALSE(said(boot("", {6, 12, 0}, cleaned)).empty());
  EXPECT_TRUE(said(boot("disable_mtrr_cleanup", {6, 12, 0}, cleaned)).empty());
  EXPECT_EQ(said(boot("", {6, 12, 0}, cleaned)).back(),
            "please specify mtrr_gran_size/mtrr_chunk_size");
}

}  // namespace
}  // namespace memmap::boot::mtrr
