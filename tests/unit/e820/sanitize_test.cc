#include "e820/sanitize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "entries.h"

namespace memmap::e820 {
namespace {

constexpr E820Type P = E820Type::pram;
constexpr E820Type S = E820Type::soft_reserved;
constexpr E820Type T20 = E820Type{20};

struct SanitizeCase {
  const char* name;
  E820Entries in;
  E820Entries want;
};
const SanitizeCase kSanitizeCases[] = {
    {"hole_kept", {at(0, 4), at(8, 4)}, {at(0, 4), at(8, 4)}},
    {"unsorted", {at(8, 4), at(0, 4, V)}, {at(0, 4, V), at(8, 4)}},
    {"touching_joined", {at(0, 4), at(4, 4)}, {at(0, 8)}},
    {"touching_of_other_type_kept", {at(0, 4), at(4, 4, V)}, {at(0, 4), at(4, 4, V)}},
    {"overlapping_joined", {at(0, 6), at(4, 4)}, {at(0, 8)}},
    {"reserved_cuts_ram", {at(0, 9), at(3, 3, V)}, {at(0, 3), at(3, 3, V), at(6, 3)}},
    {"ram_within_reserved_is_lost", {at(3, 3), at(0, 9, V)}, {at(0, 9, V)}},
    {"highest_of_three",
     {at(0, 9), at(2, 5, V), at(4, 5, A)},
     {at(0, 2), at(2, 2, V), at(4, 5, A)}},
    {"higher_number_wins_though_unknown",
     {at(0, 9), at(2, 2, T20), at(2, 2, V)},
     {at(0, 2), at(2, 2, T20), at(4, 5)}},
    {"empty_dropped", {at(0, 4), at(6, 0, V), at(2, 0)}, {at(0, 4)}},
    {"twice_the_same", {at(0, 4), at(0, 4)}, {at(0, 4)}},
    {"pram_stays_apart", {at(0, 4, P), at(4, 4, P)}, {at(0, 4, P), at(4, 4, P)}},
    {"pram_cut_where_ram_starts_and_ends",
     {at(0, 8, P), at(2, 4)},
     {at(0, 2, P), at(2, 4, P), at(6, 2, P)}},
    {"soft_reserved_stays_apart",
     {at(0, 4, S), at(4, 4, S), at(8, 1)},
     {at(0, 4, S), at(4, 4, S), at(8, 1)}},
    {"top_of_space", {at(0, 1), at(~0ull - 8, 8)}, {at(0, 1), at(~0ull - 8, 8)}},
    {"type_0_is_nothing", {at(0, 4), at(2, 4, E820Type{0})}, {at(0, 4)}},
    {"all_empty", {at(0, 0), at(4, 0)}, {}},
};

class SanitizeCases : public testing::TestWithParam<SanitizeCase> {};

TEST_P(SanitizeCases, ResolvesOverlaps) {
  Table table = table_of(GetParam().in);
  EXPECT_EQ(sanitize(table), Sanitized::done);
  EXPECT_EQ(table.entries(), GetParam().want);
}

TEST_P(SanitizeCases, IgnoresInputOrder) {
  E820Entries reversed = GetParam().in;
  std::ranges::reverse(reversed);
  Table table = table_of(reversed);
  EXPECT_EQ(sanitize(table), Sanitized::done);
  EXPECT_EQ(table.entries(), GetParam().want);
}

TEST_P(SanitizeCases, IsIdempotent) {
  Table table = table_of(GetParam().want);
  sanitize(table);
  EXPECT_EQ(table.entries(), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(, SanitizeCases, testing::ValuesIn(kSanitizeCases),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Sanitize, LeavesAloneWhatTheKernelLeavesAlone) {
  Table one = table_of({at(5, 0)});
  EXPECT_EQ(sanitize(one), Sanitized::too_few);
  EXPECT_EQ(one.entries(), (E820Entries{at(5, 0)}));

  const E820Entries wrapping{at(8, 4), at(0, 9), at(~0ull, 1)};
  Table table = table_of(wrapping);
  EXPECT_EQ(sanitize(table), Sanitized::wrapping);
  EXPECT_EQ(table.entries(), wrapping);
}

TEST(Sanitize, DropsWhatFindsNoPlace) {
  // Three entries become five pieces; the table has four places.
  Table table = table_of({at(0, 9), at(2, 1, V), at(6, 1, V)}, 4);
  EXPECT_EQ(sanitize(table), Sanitized::out_of_room);
  EXPECT_EQ(table.entries(), (E820Entries{at(0, 2), at(2, 1, V), at(3, 3), at(6, 1, V)}));

  Table full = table_of({at(0, 1), at(2, 1)}, 2);
  EXPECT_EQ(sanitize(full), Sanitized::done);

  // The last place is taken where nothing lies, and one begins behind it; or one of type 0 does.
  Table behind = table_of({at(0, 9), at(2, 1, V), at(20, 1)}, 3);
  EXPECT_EQ(sanitize(behind), Sanitized::out_of_room);
  EXPECT_EQ(behind.entries(), (E820Entries{at(0, 2), at(2, 1, V), at(3, 6)}));
  Table nothing = table_of({at(0, 9), at(2, 1, V), at(20, 1, E820Type{0})}, 3);
  EXPECT_EQ(sanitize(nothing), Sanitized::done);
}

// Against a model that decides address by address.
TEST(Sanitize, AgreesWithAByteWiseModel) {
  std::mt19937 random(1);
  const E820Type kTypes[] = {R, V, A, T20};
  for (int round = 0; round < 2000; ++round) {
    E820Entries in;
    const std::size_t count = 2 + random() % 7;
    for (std::size_t i = 0; i < count; ++i)
      in.push_back(at(random() % 24, random() % 9, kTypes[random() % 4]));
    std::vector<E820Type> model(40);
    for (const E820Entry& e : in) {
      for (std::uint64_t a = raw(e.addr); a < e.end(); ++a) model[a] = std::max(model[a], e.type);
    }
    E820Entries want;
    for (std::uint64_t a = 0; a < model.size(); ++a) {
      if (model[a] == E820Type{}) continue;
      if (!want.empty() && want.back().end() == a && want.back().type == model[a]) {
        ++want.back().size;
      } else {
        want.push_back(at(a, 1, model[a]));
      }
    }
    Table table = table_of(in);
    sanitize(table);
    ASSERT_EQ(table.entries(), want) << "round " << round;
  }
}

}  // namespace
}  // namespace memmap::e820
