#include "e820/parameters.h"

#include <gtest/gtest.h>

#include "e820/sanitize.h"
#include "entries.h"

namespace memmap::e820 {
namespace {

constexpr std::uint64_t kM = 1 << 20;

struct ParametersCase {
  const char* line;
  E820Entries want;  // after sanitising, of RAM [0, 4M), reserved [4M, 5M)
  std::size_t warnings = 0;
};
const ParametersCase kParametersCases[] = {
    {"quiet", {at(0, 4 * kM), at(4 * kM, kM, V)}},
    {"mem=2M", {at(0, 4 * kM), at(4 * kM, kM, V)}},  // is a trim's
    {"memmap=2M", {at(0, 2 * kM), at(4 * kM, kM, V)}},
    {"memmap=1M@5M", {at(0, 4 * kM), at(4 * kM, kM, V), at(5 * kM, kM)}},
    {"memmap=1M$1M", {at(0, kM), at(kM, kM, V), at(2 * kM, 2 * kM), at(4 * kM, kM, V)}},
    {"memmap=1M#3M", {at(0, 3 * kM), at(3 * kM, kM, A), at(4 * kM, kM, V)}},
    {"memmap=1M!3M", {at(0, 3 * kM), at(3 * kM, kM, E820Type::pram), at(4 * kM, kM, V)}},
    {"memmap=1M%3M-1+2", {at(0, 3 * kM), at(3 * kM, 2 * kM, V)}},
    {"memmap=1M%4M-2+1", {at(0, 5 * kM)}},
    {"memmap=1M%4M-2", {at(0, 4 * kM)}},
    {"memmap=1M%5M+20", {at(0, 4 * kM), at(4 * kM, kM, V), at(5 * kM, kM, E820Type{20})}},
    {"memmap=2M%3M", {at(0, 3 * kM)}},
    {"memmap=1M%3M-1+2x", {at(0, 4 * kM), at(4 * kM, kM, V)}, 1},
    {"memmap=exactmap,640K@0,1M@1M", {at(0, 640 * 1024), at(kM, kM)}},
    {"memmap=exactmap memmap=640K@0 memmap=1M@1M", {at(0, 640 * 1024), at(kM, kM)}},
    {"memmap=1M$1M,1M$3M", {at(0, kM), at(kM, kM, V), at(2 * kM, kM), at(3 * kM, 2 * kM, V)}},
    {"memmap=x,1M$3M", {at(0, 3 * kM), at(3 * kM, 2 * kM, V)}, 1},
    {"memmap=1M$3M,", {at(0, 3 * kM), at(3 * kM, 2 * kM, V)}, 1},
    {"memmap=1M$3Mz", {at(0, 3 * kM), at(3 * kM, 2 * kM, V)}, 1},
    {"memmap", {at(0, 4 * kM), at(4 * kM, kM, V)}},
};

TEST(ApplyParameter, EachForm) {
  for (const ParametersCase& c : kParametersCases) {
    Table table = table_of({at(0, 4 * kM), at(4 * kM, kM, V)});
    EventList told;
    const Events& events = told.events;
    UserMap user;
    for (const auto& p : kernel::parse_command_line(c.line)) apply_parameter(p, table, told, user);
    sanitize(table);
    EXPECT_EQ(table.entries(), c.want) << c.line;
    EXPECT_EQ(std::ranges::count(events, Severity::warning, &Event::severity),
              static_cast<std::ptrdiff_t>(c.warnings))
        << c.line;
  }
}

TEST(ApplyParameter, OldKernelsKnowFewerForms) {
  struct Case {
    kernel::Version version;
    const char* line;
    E820Entries want;
    std::size_t warnings;
  };
  const E820Entries cut_at_1m = {at(0, kM), at(4 * kM, kM, V)};
  const E820Entries as_it_was = {at(0, 4 * kM), at(4 * kM, kM, V)};
  const Case cases[] = {
      {{4, 17, 0}, "memmap=1M%4M-2", {at(0, 4 * kM)}, 0},
      {{4, 16, 18}, "memmap=1M%4M-2", cut_at_1m, 1},
      {{4, 1, 0}, "memmap=1M!4M", {at(0, 4 * kM), at(4 * kM, kM, E820Type::pram)}, 0},
      {{4, 0, 9}, "memmap=1M!4M", cut_at_1m, 1},
      {{3, 9, 0}, "memmap=1M$3M,1M$2M", {at(0, 2 * kM), at(2 * kM, 3 * kM, V)}, 0},
      {{3, 8, 13}, "memmap=1M$3M,1M$2M", {at(0, 3 * kM), at(3 * kM, 2 * kM, V)}, 1},
      {{3, 8, 13}, "memmap=x,1M$2M", as_it_was, 1},
  };
  for (const Case& c : cases) {
    Table table = table_of({at(0, 4 * kM), at(4 * kM, kM, V)});
    EventList told;
    UserMap user;
    for (const auto& p : kernel::parse_command_line(c.line))
      apply_parameter(p, table, told, user, memmap_forms(kernel::behaviour_of(c.version, 0)));
    sanitize(table);
    EXPECT_EQ(table.entries(), c.want) << c.line;
    const auto quiet = std::ranges::count(told.events, Severity::debug, &Event::severity);
    EXPECT_EQ(told.events.size() - static_cast<std::size_t>(quiet), c.warnings) << c.line;
  }
}

TEST(ApplyParameter, UserMapIsNoticed) {
  const auto userdef = [](const char* line) {
    Table table = table_of({at(0, 4 * kM)});
    EventList told;
    UserMap user;
    for (const auto& p : kernel::parse_command_line(line)) apply_parameter(p, table, told, user);
    return user;
  };
  EXPECT_FALSE(userdef("quiet memory=1 memmap=x").userdef);
  EXPECT_TRUE(userdef("memmap=1M@5M").userdef);
  EXPECT_TRUE(userdef("memmap=exactmap").userdef);
  EXPECT_EQ(userdef("memmap=2M").max_mem_size, std::nullopt);
}

TEST(ApplyParameter, SameTypeTwiceIsABugOfTheKernels) {
  Table table = table_of({at(0, 4 * kM)});
  EventList told;
  const Events& events = told.events;
  UserMap user;
  apply_parameter({"memmap", "1M%0-1+1"}, table, told, user);
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back().severity, Severity::panic);
}

}  // namespace
}  // namespace memmap::e820
