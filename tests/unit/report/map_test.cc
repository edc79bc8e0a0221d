// The map to scale: its axis, its marks and labels, and what is escaped in it.
#include "report/map/map.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <random>

#include "report/form/utf8.h"
#include "report/form/xml_text.h"
#include "report/map/axis.h"
#include "report/map/labels.h"
#include "report/map/marks.h"
#include "report/map/svg.h"
#include "support/outcomes.h"

namespace memmap::report {
namespace {

using account::Block;
using account::Column;
using account::ColumnId;
using account::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr Scale kScales[] = {Scale::log, Scale::linear, Scale::equal};

// Ascending ranges with holes between, of every magnitude.
Column some_column(ColumnId id, std::mt19937& random, std::size_t blocks) {
  Column out{id, {}};
  std::uint64_t at = 0;
  const auto bytes = [&] { return (std::uint64_t{random()} | 1) << (random() % 14); };
  for (std::size_t i = 0; i < blocks; ++i) {
    if (random() % 2 == 0) at += bytes();
    const std::uint64_t end = at + bytes();
    out.blocks.push_back({PhysRange::make(at, end), random() % 3 == 0 ? Kind::reserved : Kind::ram,
                          random() % 2 == 0 ? "x" : "y"});
    at = end;
  }
  return out;
}

TEST(Axis, IsMonotoneAndTotal) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    const Column a = some_column(ColumnId::firmware, random, random() % 90);
    const Column b = some_column(ColumnId::reserved, random, random() % 90);
    const Column* const columns[] = {&a, &b};
    for (const Scale scale : kScales) {
      const Axis axis(columns, scale);
      ASSERT_LE(axis.stretches().size(), Axis::kMost);
      std::uint64_t end = 0;
      double top = 0;
      for (const Stretch& s : axis.stretches()) {
        ASSERT_EQ(raw(s.range.base()), end);
        ASSERT_NEAR(s.top, top, 1e-6);
        ASSERT_GT(s.height, 0);
        end = raw(s.range.end());
        top += s.height;
      }
      double last = 0;
      for (int i = 0; i <= 500; ++i) {
        const double y = axis.at(end / 500 * static_cast<std::uint64_t>(i));
        ASSERT_GE(y, last);
        last = y;
      }
      EXPECT_LE(axis.at(~0ull), axis.height() + 1e-6);
    }
  }
}

TEST(Axis, FoldsNothingButHoles) {
  std::mt19937 random(9);
  for (int round = 0; round < 200; ++round) {
    const Column a = some_column(ColumnId::firmware, random, 1 + (random() % 200));
    const Column* const columns[] = {&a};
    for (const Scale scale : kScales) {
      const Axis axis(columns, scale);
      for (const Stretch& s : axis.stretches()) {
        if (!s.fold) continue;
        for (const Block& b : a.blocks) ASSERT_FALSE(b.range.overlaps(s.range));
      }
    }
  }
}

TEST(Axis, OfNothingIsEmpty) {
  const Axis axis({}, Scale::log);
  EXPECT_EQ(axis.height(), 0);
  EXPECT_EQ(axis.at(5), 0);
}

TEST(Marks, HaveEveryBlockOnce) {
  std::mt19937 random(3);
  const Column column = some_column(ColumnId::reserved, random, 3000);
  const Column* const columns[] = {&column};
  for (const Scale scale : kScales) {
    const Axis axis(columns, scale);
    std::size_t blocks = 0;
    std::uint64_t bytes = 0;
    double top = -1;
    for (const Mark& m : marks_of(column, axis)) {
      ASSERT_EQ(m.blocks.data(), column.blocks.data() + blocks);
      ASSERT_GE(m.height, kLeastMark);
      ASSERT_GE(m.top, top);
      blocks += m.blocks.size();
      bytes += m.bytes;
      top = m.top;
    }
    EXPECT_EQ(blocks, column.blocks.size());
    std::uint64_t all = 0;
    for (const Block& b : column.blocks) all += b.range.size();
    EXPECT_EQ(bytes, all);
  }
}

TEST(Labels, StandApartAndWithin) {
  const double near[] = {10, 11, 12, 80};
  EXPECT_THAT(spread(near, 10, 0, 100), ElementsAre(1, 11, 21, 80));
  const double low[] = {95, 97, 99};
  EXPECT_THAT(spread(low, 10, 0, 100), ElementsAre(80, 90, 100));
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    std::vector<double> wanted(random() % 80);
    for (double& w : wanted) w = static_cast<double>(random() % 1000);
    std::ranges::sort(wanted);
    double last = -12;
    for (const double y : spread(wanted, 12, 0, 1000)) {
      ASSERT_GE(y, last + 12 - 1e-6);
      ASSERT_LE(y, 1000 + 1e-6);
      last = y;
    }
  }
}

TEST(Svg, TakesNoTextForMarkup) {
  EXPECT_EQ(xml_escaped("<a href='x'>\"&\"</a>"),
            "&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;");
  EXPECT_EQ(xml_escaped("\x1b\x01\n\xff\xef\xbf\xbe\xef\xbf\xbf"), "?? ???");
  // Any bytes: none of what begins markup or ends an attribute, and no control character is left.
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 40, ' ');
    for (char& c : text) c = static_cast<char>(random());
    const std::string got = xml_escaped(text);
    EXPECT_EQ(got.find_first_of("<>\"'"), got.npos);
    for (const char c : got) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20);
    EXPECT_EQ(valid_utf8(got), got);
  }
}

TEST(Svg, RoundsToTenths) {
  EXPECT_EQ(px(12), "12");
  EXPECT_EQ(px(12.04), "12");
  EXPECT_EQ(px(12.06), "12.1");
  EXPECT_EQ(px(-0.26), "-0.3");
}

TEST(Map, ShowsWhatItWasGiven) {
  const std::string svg = to_map_svg(test::two_nodes(), {});
  EXPECT_THAT(svg, HasSubstr("data-column=\"reserved\""));
  EXPECT_THAT(svg, HasSubstr("class=\"gap\""));
  EXPECT_EQ(svg, to_map_svg(test::two_nodes(), {}));
  const std::string hostile = to_map_svg(test::hostile(), {.title = "<b>\"title'\x1b"});
  EXPECT_THAT(hostile, HasSubstr("&lt;b&gt;&quot;title&#39;?"));
  EXPECT_THAT(hostile, Not(HasSubstr("<b>")));
  EXPECT_THAT(to_map_svg(test::stopped(), {}), HasSubstr("panic: "));
  EXPECT_THAT(to_map_svg({}, {}), HasSubstr("</svg>"));
}

TEST(Map, FoldsWhatIsBelowAPixel) {
  boot::Outcome o;
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    o.owners.push_back({PhysRange::make(i << 16, (i << 16) + 0x1000 * (i % 15 + 1)), nullptr,
                        fmt::format("owner {}", i % 500), "f"});
    o.state.e820.firmware.add({PhysAddr{i << 16}, 0xf000, E820Type::ram});
  }
  EXPECT_LT(to_map_svg(o, {}).size(), 1'000'000u);
}

}  // namespace
}  // namespace memmap::report
