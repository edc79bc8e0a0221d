// The page for browsers: what is escaped in it, how its columns are packed, what its policy names.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <random>

#include "report/form/utf8.h"
#include "report/form/xml_text.h"
#include "report/html/data.h"
#include "report/html/markup.h"
#include "report/html/packed.h"
#include "report/html/page.h"
#include "report/html/sha256.h"
#include "support/outcomes.h"

namespace memmap::report {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

std::string page_of(const boot::Outcome& outcome) { return to_html(outcome, {}, {}); }

TEST(Html, KnowsSha256) {
  // Of the standard's examples.
  EXPECT_EQ(csp_hash("abc"), "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  EXPECT_EQ(csp_hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  EXPECT_EQ(csp_hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "sha256-JI1qYdIGOLjlwCaTDD5gOaM85Flk/yFn9uzt1BnbBsE=");
}

TEST(Html, PacksNumbers) {
  PackedNumbers numbers;
  for (const std::uint64_t n : {10u, 10u, 10u, 35u}) numbers.add(n);
  EXPECT_EQ(std::move(numbers).take(), "a*3 z");
  PackedNumbers bytes;
  bytes.add_bytes(0x2000);
  bytes.add_bytes(0x2001);
  bytes.add_signed_bytes(-0x1000);
  bytes.add_bytes(~std::uint64_t{0});
  EXPECT_EQ(std::move(bytes).take(), "2 6bl. -1 3w5e11264sgsf.");
  PackedRanges ranges;
  ranges.add(0x1000, 0x1000);
  ranges.add(0x0, 0x3000);
  EXPECT_EQ(ranges.gaps(), "1 -2");
  EXPECT_EQ(ranges.sizes(), "1 3");
}

TEST(Html, EscapesAnyBytes) {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (unsigned i = 0; i < 60; ++i) {
      constexpr std::string_view kTrips[] = {"<", ">", "&", "\"", "'", "</script>", "<!--", "]]>"};
      if (random() % 4 == 0) text += kTrips[random() % std::size(kTrips)];
      text += static_cast<char>(random());
    }
    const std::string out = xml_escaped(text);
    ASSERT_EQ(out.find_first_of("<>\"\n\r\t"), out.npos);
    ASSERT_EQ(valid_utf8(out), out);
    for (std::size_t at = out.find('&'); at != out.npos; at = out.find('&', at + 1))
      ASSERT_LT(out.find(';', at), at + 6);
  }
}

TEST(Html, TakesNoTextForMarkup) {
  const std::string page = page_of(test::hostile());
  EXPECT_EQ(count_of(page, "<script"), 2u);
  EXPECT_EQ(count_of(page, "</script"), 2u);
  EXPECT_EQ(count_of(page, "<!--"), 0u);
  EXPECT_EQ(count_of(page, "<style"), 1u);
  EXPECT_EQ(valid_utf8(page), page);
}

TEST(Html, DataIsJson) {
  for (const boot::Outcome& outcome : {test::two_nodes(), test::stopped(), test::hostile()}) {
    const std::vector<account::Piece> pieces = account::memory_use(outcome);
    const std::string data = page_data({outcome, pieces, account::ledger(outcome, pieces), {}});
    EXPECT_TRUE(nlohmann::json::accept(data));
    EXPECT_THAT(data, Not(HasSubstr("<")));
  }
}

TEST(Html, NamesItsOwnStyleAndScript) {
  const std::string page = page_of(test::two_nodes());
  const auto between = [&](std::string_view begin, std::string_view end) {
    const std::size_t from = page.rfind(begin) + begin.size();
    return page.substr(from, page.find(end, from) - from);
  };
  EXPECT_THAT(page, HasSubstr("style-src '" + csp_hash(between("<style>", "</style>")) + "'"));
  EXPECT_THAT(page, HasSubstr("script-src '" + csp_hash(between("<script>", "</script>")) + "'"));
  EXPECT_THAT(page, Not(HasSubstr(" style=\"")));
}

TEST(Html, LongTablesAreCutAndSaySo) {
  HtmlTable table{.id = "x", .caption = "c", .columns = {{"a"}}, .rows = {{{"1"}}}, .all = 1234};
  const std::string text = std::move(Html().table(table)).take();
  EXPECT_THAT(text, HasSubstr("id=\"more-x\""));
  EXPECT_THAT(text, HasSubstr("1 of 1,234 rows"));
}

TEST(Html, TheSameIsTheSame) { EXPECT_EQ(page_of(test::two_nodes()), page_of(test::two_nodes())); }

TEST(Html, StandsBesideAnother) {
  const boot::Outcome here = test::two_nodes();
  EXPECT_THAT(to_html(here, {}, {}, &here), HasSubstr("Every byte has the same fate in both"));
  const boot::Outcome there = test::stopped();
  EXPECT_THAT(to_html(here, {}, {}, &there), HasSubstr("Ranges that have another fate there"));
}

}  // namespace
}  // namespace memmap::report
