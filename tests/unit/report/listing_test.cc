// Tables of things: columns, order, forms.
#include "report/table/listing.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "report/table/things.h"
#include "report/table/write.h"
#include "support/outcomes.h"

namespace memmap::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kBeyondDoubles = (std::uint64_t{1} << 53) + 1;

Listing made() {
  Listing out;
  out.fields = {{"name", "name"},
                {"size", "size", Kind::bytes},
                {"at", "at", Kind::address, Shown::to_programs},
                {"where", "where", Kind::range, Shown::to_people},
                {"more", "more", Kind::change}};
  const auto range = PhysRange::make(0x1000, 0x3000);
  out.rows = {
      {std::string("b c"), std::uint64_t{2048}, std::uint64_t{0x1000}, range, std::int64_t{-4096}},
      {std::string("a"), kBeyondDoubles, ~std::uint64_t{0}, Value(), std::int64_t{0}},
      {Value(), Value(), Value(), Value(), Value()},
      {std::string("d"), std::uint64_t{10240}, std::uint64_t{0}, Value(), std::int64_t{1}}};
  return out;
}

std::vector<std::size_t> columns_of(const char* columns, Reader reader) {
  Wish wish;
  if (columns != nullptr) wish.columns = columns;
  return *chosen_columns(made().fields, wish, reader);
}

TEST(Listing, HasTheColumnsThatAreWishedFor) {
  EXPECT_THAT(columns_of(nullptr, Reader::people), ElementsAre(0, 1, 3, 4));
  EXPECT_THAT(columns_of(nullptr, Reader::programs), ElementsAre(0, 1, 2, 4));
  EXPECT_THAT(columns_of("size,name", Reader::people), ElementsAre(1, 0));
  EXPECT_THAT(columns_of("+at,name", Reader::people), ElementsAre(0, 1, 3, 4, 2));
}

TEST(Listing, RefusesColumnsThatAreNone) {
  for (const char* columns : {"", "sizes", "name,name", "name,", "+at,at", "NAME"})
    EXPECT_FALSE(chosen_columns(made().fields, {.columns = columns}, Reader::people)) << columns;
  for (const char* sort : {"", "sizes", "size:down", "size,", "size:"})
    EXPECT_FALSE(sort_keys(made().fields, {.sort = sort})) << sort;
  const auto told = chosen_columns(made().fields, {.columns = "sze,nme"}, Reader::people);
  ASSERT_EQ(told.errors().size(), 2u);
  EXPECT_THAT(told.errors()[0].message, HasSubstr("did you mean `size`?"));
}

std::vector<std::string> names_sorted(const char* sort) {
  Listing listing = made();
  sort_rows(listing, *sort_keys(listing.fields, {.sort = sort}));
  std::vector<std::string> out;
  for (const Values& row : listing.rows) {
    const auto* name = std::get_if<std::string>(&row[0]);
    out.push_back(name == nullptr ? "-" : *name);
  }
  return out;
}

TEST(Listing, SortsByValueAndWhatHasNoneComesLast) {
  EXPECT_THAT(names_sorted("name"), ElementsAre("a", "b c", "d", "-"));
  EXPECT_THAT(names_sorted("name:desc"), ElementsAre("d", "b c", "a", "-"));
  EXPECT_THAT(names_sorted("size"), ElementsAre("b c", "d", "a", "-"));
  EXPECT_THAT(names_sorted("more,size:desc"), ElementsAre("b c", "a", "d", "-"));
}

TEST(Listing, IsJsonWithExactNumbersAndAddressesAsStrings) {
  const std::string json = listing_to_json(made());
  EXPECT_THAT(json, HasSubstr(R"({"name": "b c", "size": 2048, "at": "0x1000", "where": )"
                              R"("0x1000-0x2fff", "more": -4096})"));
  EXPECT_THAT(json, HasSubstr(R"("size": 9007199254740993, "at": "0xffffffffffffffff")"));
  EXPECT_THAT(json, HasSubstr(R"({"name": null, "size": null)"));
  EXPECT_EQ(listing_to_json({}), "[]\n");
}

TEST(Listing, IsWordsInRawForm) {
  const std::string raw = listing_to_raw(made(), Titles::shown);
  EXPECT_THAT(raw, HasSubstr("name size at where more\nb\\x20c 2048 0x1000 0x1000-0x2fff -4096\n"));
  EXPECT_THAT(raw, HasSubstr("- - - - -\n"));
  EXPECT_THAT(listing_to_raw(made(), Titles::left_out), Not(HasSubstr("name")));
}

TEST(Listing, OfPeopleHasUnitsOrNone) {
  Page rounded({});
  write_table(rounded, for_people(made()));
  EXPECT_THAT(std::move(rounded).take(), HasSubstr("2K  0x00001000-0x00002fff   -4K"));
  Page exact({});
  Listing first = for_people(made());
  first.rows.erase(first.rows.begin() + 1, first.rows.end() - 1);
  first.left_out = 3;
  write_table(exact, first, Sizes::exact, Titles::left_out);
  EXPECT_EQ(std::move(exact).take(),
            "  b c  2048  0x00001000-0x00002fff  -4096\n  ... 3 rows more\n");
}

TEST(Things, HaveTheirColumnsWithoutABootAndARowForEachOfThem) {
  const boot::Outcome outcomes[] = {{}, test::two_nodes(), test::stopped(), test::hostile()};
  for (const Thing& thing : things()) {
    const Listing empty = thing.list(nullptr);
    EXPECT_TRUE(empty.rows.empty()) << thing.name;
    EXPECT_TRUE(std::ranges::none_of(empty.fields, [](const Field& f) { return f.name == "type"; }))
        << thing.name << ": a line of --format jsonl has a type of its own";
    for (std::size_t i = 0; i < empty.fields.size(); ++i) {
      EXPECT_FALSE(empty.fields[i].help.empty()) << thing.name << " " << empty.fields[i].name;
      const Wish wish{.columns = std::string(empty.fields[i].name)};
      EXPECT_THAT(*chosen_columns(empty.fields, wish, Reader::people), ElementsAre(i));
    }
    for (const boot::Outcome& outcome : outcomes) {
      const Facts facts{.outcome = outcome};
      for (const Values& row : thing.list(&facts).rows)
        EXPECT_EQ(row.size(), empty.fields.size()) << thing.name;
    }
  }
}

TEST(Things, OfTwoNodesAreTheirZones) {
  const boot::Outcome outcome = test::two_nodes();
  const Facts facts{.outcome = outcome};
  EXPECT_EQ(find_thing("zones")->list(&facts).rows.size(), [&] {
    std::size_t zones = 0;
    for (const auto& n : outcome.state.node_states)
      for (const auto& z : n.zones) zones += z.zone.spanned_pages != 0;
    return zones;
  }());
  EXPECT_EQ(find_thing("zone"), nullptr);
}

}  // namespace
}  // namespace memmap::report
