#include "plugin/load/options.h"

#include <gmock/gmock.h>

namespace memmap::plugin {
namespace {

using testing::HasSubstr;

struct Case {
  const char* name;
  const char* in;
  const char* plugin;
  OptionTexts options;
};

class Spec : public testing::TestWithParam<Case> {};
TEST_P(Spec, IsSplit) {
  const auto spec = parse_spec(GetParam().in);
  ASSERT_TRUE(spec.ok()) << to_string(spec.errors());
  EXPECT_EQ(spec->name, GetParam().plugin);
  EXPECT_EQ(spec->options, GetParam().options);
}
const Case kSpecs[] = {
    {"name", "trim_cap", "trim_cap", {}},
    {"one", "trim_cap:limit=4G", "trim_cap", {{"limit", "4G"}}},
    {"comma_first", "trim_cap,limit=4G", "trim_cap", {{"limit", "4G"}}},
    {"two", "x:a=1,b=2", "x", {{"a", "1"}, {"b", "2"}}},
    {"comma_in_value", "x:a=1,2,3,b=4", "x", {{"a", "1,2,3"}, {"b", "4"}}},
    {"empty_value", "x:a=", "x", {{"a", ""}}},
    {"equals_in_value", "x:a=b=c", "x", {{"a", "b=c"}}},
    {"colon_in_value", "x:a=1:b=2", "x", {{"a", "1:b=2"}}},
    {"trailing_comma", "x:a=1,", "x", {{"a", "1,"}}},
    {"path", "/a/b:c,d/x.so:k=v", "/a/b:c,d/x.so", {{"k", "v"}}},
};
INSTANTIATE_TEST_SUITE_P(All, Spec, testing::ValuesIn(kSpecs),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(SpecErrors, ShowWhere) {
  const auto odd = parse_spec("trim_cap:limit");
  ASSERT_FALSE(odd.ok());
  EXPECT_EQ(odd.errors()[0].origin.column, 9u);
  EXPECT_THAT(odd.errors()[0].message, HasSubstr("`limit` is no option"));
  EXPECT_FALSE(parse_spec("").ok());
  EXPECT_FALSE(parse_spec(":a=1").ok());
  EXPECT_FALSE(parse_spec("x:A=1").ok());
  EXPECT_FALSE(parse_spec("x=1").ok());
}

const std::vector<OptionInfo> kDeclared = {
    {.name = "size", .type = OptionType::bytes, .help = "h", .min = 1, .max = 4096},
    {.name = "nodes", .type = OptionType::count, .help = "h", .default_value = "2"},
    {.name = "fast", .type = OptionType::flag, .help = "h", .default_value = "no"},
    {.name = "where",
     .type = OptionType::choice,
     .help = "h",
     .default_value = "low",
     .choices = {"low", "high"}},
    {.name = "note", .type = OptionType::text, .help = "the text", .required = true},
};

TEST(Options, DefaultsFillIn) {
  const auto v = check_options("p", kDeclared, {{"note", "x,y"}});
  ASSERT_TRUE(v.ok()) << to_string(v.errors());
  EXPECT_FALSE((*v)[0].text);
  EXPECT_EQ((*v)[1].number, 2u);
  EXPECT_EQ((*v)[2].number, 0u);
  EXPECT_EQ((*v)[3].text, "low");
  EXPECT_EQ((*v)[4].text, "x,y");
}

TEST(Options, ValuesAreReadByType) {
  const auto v = check_options("p", kDeclared,
                               {{"note", ""}, {"size", "4K"}, {"nodes", "0x10"}, {"fast", "yes"}});
  ASSERT_TRUE(v.ok()) << to_string(v.errors());
  EXPECT_EQ((*v)[0].number, 4096u);
  EXPECT_EQ((*v)[1].number, 16u);
  EXPECT_EQ((*v)[2].number, 1u);
}

TEST(Options, AllMistakesAtOnce) {
  const auto v = check_options("p", kDeclared,
                               {{"size", "5K"},
                                {"nodes", "4G"},
                                {"fast", "on"},
                                {"where", "mid"},
                                {"speed", "1"},
                                {"size", "1"}});
  ASSERT_FALSE(v.ok());
  const std::string text = to_string(v.errors());
  EXPECT_EQ(v.errors().size(), 7u) << text;
  for (const char* part :
       {"`5K` is too large; expected a byte count from 1 to 4096", "option `nodes`",
        "`on` is neither yes nor no", "one of: low, high",
        "no option `speed`; it has: size, nodes, fast, where, note", "`size` is given twice",
        "option `note` is required: the text (a text)"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

}  // namespace
}  // namespace memmap::plugin
