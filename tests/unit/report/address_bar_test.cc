#include "report/text/address_bar.h"

#include <gmock/gmock.h>

#include <numeric>

namespace memmap::report {
namespace {

TEST(ShareCells, GivesEachRangeOneAndUsesAll) {
  const std::vector<unsigned> cells = share_cells({{1, false}, {kMiB, false}, {kGiB, false}}, 30);
  EXPECT_EQ(std::accumulate(cells.begin(), cells.end(), 0u), 30u);
  EXPECT_EQ(cells[0], 1u);
  EXPECT_LT(cells[1], cells[2]);
}

TEST(ShareCells, KeepsGapsShort) {
  const std::vector<unsigned> cells =
      share_cells({{kMiB, false}, {1000 * kGiB, true}, {kMiB, false}}, 40);
  EXPECT_EQ(cells[1], kGapCells);
  EXPECT_EQ(cells[0] + cells[2], 37u);
}

TEST(ShareCells, OfGapsAloneLeavesCells) {
  EXPECT_THAT(share_cells({{kGiB, true}}, 40), testing::ElementsAre(kGapCells));
}

TEST(AddressBar, KeepsWithinTheLineWithManyRanges) {
  const std::vector<std::string> names{"a", "b", "c"};
  std::vector<account::Piece> pieces;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    pieces.push_back({.range = PhysRange::make(i * 0x1000, (i + 1) * 0x1000),
                      .use = account::Use::reserved,
                      .owner = names[i % 3]});
  }
  Page page(TextStyle{.width = 80});
  write_address_bar(page, pieces);
  const std::string text = std::move(page).take();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    EXPECT_LE(end - at, 80u);
    at = end + 1;
  }
}

}  // namespace
}  // namespace memmap::report
