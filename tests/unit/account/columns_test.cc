// Columns of a boot, and where two states of one differ.
#include "account/columns.h"

#include <gmock/gmock.h>

#include "account/frames.h"
#include "support/outcomes.h"

namespace memmap::account {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

PhysRange at(std::uint64_t base, std::uint64_t end) { return PhysRange::make(base, end); }

TEST(Columns, AreAscendingAndDisjoint) {
  for (const auto make : {test::two_nodes, test::stopped, test::hostile}) {
    const auto columns = columns_of(make());
    for (std::size_t i = 0; i < kColumns; ++i) {
      EXPECT_EQ(columns[i].id, static_cast<ColumnId>(i));
      std::uint64_t end = 0;
      for (const Block& b : columns[i].blocks) {
        EXPECT_GE(raw(b.range.base()), end);
        EXPECT_FALSE(b.range.empty());
        end = raw(b.range.end());
      }
    }
  }
}

TEST(Columns, HaveTheBytesOfTheBoot) {
  const boot::Outcome outcome = test::two_nodes();
  const auto columns = columns_of(outcome);
  const auto bytes = [&](ColumnId id) {
    std::uint64_t sum = 0;
    for (const Block& b : columns[static_cast<std::size_t>(id)].blocks) sum += b.range.size();
    return sum;
  };
  EXPECT_EQ(bytes(ColumnId::memory), outcome.totals.memory);
  EXPECT_EQ(bytes(ColumnId::free), outcome.totals.free_pages << kPageShift);
}

TEST(Columns, OfNothingAreEmpty) {
  for (const Column& c : columns_of({})) EXPECT_THAT(c.blocks, IsEmpty());
}

TEST(Columns, HaveWordsForEveryKind) {
  for (std::size_t i = 0; i < kKinds; ++i) {
    EXPECT_FALSE(words_of(static_cast<Kind>(i)).id.empty());
    EXPECT_FALSE(words_of(static_cast<Kind>(i)).words.empty());
  }
  EXPECT_EQ(words_of(Kind::given_back).id, "given_back");
  EXPECT_EQ(words_of(Kind::pages_4k).id, "pages_4k");
}

TEST(Differences, AreWhatCameWentAndChanged) {
  const Column before{ColumnId::e820,
                      {{at(0, 4), Kind::ram, "RAM"}, {at(4, 6), Kind::reserved, "reserved"}}};
  const Column after{ColumnId::e820,
                     {{at(0, 2), Kind::ram, "RAM"},
                      {at(2, 4), Kind::reserved, "reserved"},
                      {at(8, 9), Kind::ram, "RAM"}}};
  EXPECT_THAT(differences(before, after), ElementsAre(Difference{at(2, 4), "RAM", "reserved", ""},
                                                      Difference{at(4, 6), "reserved", "", ""},
                                                      Difference{at(8, 9), "", "RAM", ""}));
  EXPECT_THAT(differences(before, before), IsEmpty());
  EXPECT_THAT(differences(Column{}, Column{}), IsEmpty());
}

}  // namespace
}  // namespace memmap::account
