#include "input/document/yaml_reader.h"

#include <gtest/gtest.h>

#include "support/refused_text.h"

namespace memmap::input {
namespace {

class YamlRefuses : public testing::TestWithParam<test::RefusedText> {};

TEST_P(YamlRefuses, AtItsPlace) { test::expect_refused(read_yaml, "f.yaml", GetParam()); }

const test::RefusedText kYamlReaderCases[] = {
    {"empty", "", "f.yaml:1:1: error: there is no document"},
    {"comment_only", "# nothing\n", "there is no document"},
    {"comma_alone", ",", "f.yaml:1:1: error: not YAML"},
    {"comma_after_map", "a: 1\n,\n", "f.yaml:"},
    {"brace_alone", "}", "f.yaml:1:1: error: not YAML"},
    {"duplicate", "a: 1\nb: 2\na: 3\n",
     "f.yaml:3:1: error: the key `a` is here a second time; the first is in line 1"},
    {"duplicate_in_flow", "x: {a: 1, a: 2}\n", "f.yaml:1:11: error: the key `a`"},
    {"second_document", "a: 1\n---\nb: 2\n", "f.yaml:2:1: error: a second document starts here"},
    {"nul", std::string("a: 1\nb: \0", 9), "f.yaml:2:4: error: a NUL byte"},
    {"tab", "a:\n\t- 1\n", "f.yaml:2:1: error: a tab in the indentation"},
    {"alias", "a: &x [1]\nb: *x\n", "f.yaml:1:4: error: anchors"},
    {"cyclic_alias", "&x [*x]\n", "anchors"},
    {"tag", "a: !thing 1\n", "f.yaml:1:4: error: tags"},
    {"list_as_key", "? [1]\n: 2\n", "a key is expected here"},
    {"map_as_key", "{{a: 1}: 2}\n", "a key is expected here"},
    {"deep", std::string(100, '[') + std::string(100, ']'),
     "nested too deep: the limit is document-depth=64"},
    {"deep_maps",
     [] {
       std::string s;
       for (int i = 0; i < 100; ++i) s += "{a: ";
       s += std::string(100, '}');
       return s;
     }(),
     "nested too deep: the limit is document-depth=64"},
    {"unclosed", "a: [1, 2\n", "not YAML"},
    {"unclosed_quote", "a: \"b\n", "f.yaml:1:4: error: this quote is not closed"},
    {"unclosed_single_quote", "a: 'b\n\n", "f.yaml:1:4: error: this quote is not closed"},
    {"unclosed_after_pair", "a: 'b''\n", "f.yaml:1:4: error: this quote is not closed"},
    {"unclosed_key", "\"b\n", "not closed"},
    {"empty_tag", "a: ! \"b\"\n", "tags"},
    {"text_behind_the_end", "[a]\nb\n", "f.yaml:2:1: error: unexpected text after the end"},
    {"unclosed_behind_letters", "\xc3\xa4\xc3\xb6: \"b\n",
     "f.yaml:1:7: error: this quote is not closed"},
    {"no_utf8", "a: \xff\n", "f.yaml:1:4: error: not YAML: invalid leading UTF-8 octet"},
    {"key_without_colon", "a: 1\nb\n", "f.yaml:3:1: error: not YAML: could not find expected ':'"},
};
// Each value's place is found from the one before it: from the line's start it would take hours.
TEST(Yaml, KnowsPlacesInOneLongLineOfLetters) {
  constexpr std::size_t kValues = 300'000;
  std::string text = "[";
  for (std::size_t i = 0; i < kValues; ++i) text += "\xc3\xa4, ";
  const auto doc = read_yaml("f.yaml", text + "!x 1]");
  ASSERT_FALSE(doc);
  EXPECT_EQ(doc.errors().front().origin.line, 1u);
  EXPECT_EQ(doc.errors().front().origin.column, text.size() + 1);
}

INSTANTIATE_TEST_SUITE_P(, YamlRefuses, testing::ValuesIn(kYamlReaderCases),
                         [](const auto& test) { return test.param.name; });

TEST(Yaml, KeepsStructureAndPlaces) {
  const std::string source = "a: 010\nb: [x, \"y z\", ~]\nc: {}\n";
  const auto doc = read_yaml("f", source);
  ASSERT_TRUE(doc);
  ASSERT_EQ(doc->kind(0), ValueKind::map);
  EXPECT_EQ(doc->size(0), 6u);
  const ValueId a = doc->next(doc->first(0));
  EXPECT_EQ(doc->text(a), "010");
  const ValueId b = doc->next(doc->next(a));
  ASSERT_EQ(doc->kind(b), ValueKind::list);
  const ValueId y = doc->next(doc->first(b));
  EXPECT_EQ(doc->text(y), "y z");
  EXPECT_EQ(doc->kind(doc->next(y)), ValueKind::null);
  const Error e = doc->error(y, "m");
  EXPECT_EQ(e.origin.line, 2u);
  EXPECT_EQ(e.origin.column, 8u);
  EXPECT_EQ(e.line_text, "b: [x, \"y z\", ~]");
  EXPECT_EQ(e.caret_length, 5u);
}

}  // namespace
}  // namespace memmap::input
