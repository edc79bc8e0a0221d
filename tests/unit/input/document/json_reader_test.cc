#include "input/document/json_reader.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "support/refused_text.h"

namespace memmap::input {
namespace {

class JsonRefuses : public testing::TestWithParam<test::RefusedText> {};

Result<Document> read_given(std::string file, std::string_view source) {
  return read_json_document(std::move(file), source);
}

TEST_P(JsonRefuses, AtItsPlace) { test::expect_refused(read_given, "f.json", GetParam()); }

const test::RefusedText kJsonReaderCases[] = {
    {"empty", "", "f.json:1:1: error: not JSON"},
    {"comma", ",", "f.json:1:1: error: not JSON"},
    {"truncated", "{\"a\": [1,\n 2", "f.json:2:3: error: not JSON"},
    {"trailing", "{} x", "f.json:1:4: error: not JSON"},
    {"comment", "{} // x", "not JSON"},
    {"duplicate", "{\"a\": 1,\n \"a\": 2}",
     "f.json:2:2: error: the key `a` is here a second time; the first is in line 1"},
    {"duplicate_escaped", "{\"a\": 1, \"\\u0061\": 2}", "f.json:1:10: error: the key `a`"},
    {"deep", std::string(100000, '['),
     "f.json:1:65: error: nested too deep: the limit is document-depth=64; --limit "
     "document-depth=128 raises it"},
    {"nul", std::string("{\0}", 3), "f.json:1:2: error: not JSON"},
    {"not_utf8", "{\"a\": \"\xff\"}", "not JSON"},
};
INSTANTIATE_TEST_SUITE_P(, JsonRefuses, testing::ValuesIn(kJsonReaderCases),
                         [](const auto& test) { return test.param.name; });

TEST(Json, ScalarsHaveNoChildren) {
  const auto doc = read_json_document("f", R"({"s": "text", "l": [], "m": {}, "n": null})");
  ASSERT_TRUE(doc);
  for (const char* const key : {"s", "l", "m", "n"}) {
    EXPECT_EQ(doc->first(doc->member(0, key)), kNoValue) << key;
    EXPECT_EQ(doc->member(doc->member(0, key), "text"), kNoValue);
  }
}

TEST(Json, KeepsNumbersAsWrittenAndPlaces) {
  const std::string source =
      "\xef\xbb\xbf{\"s\": \"q\\\"\\\\\", \"n\": [18446744073709551615, -1, 1.50, "
      "99999999999999999999],\n"
      " \"t\" : true, \"z\": null}";
  const auto doc = read_json_document("f", source);
  ASSERT_TRUE(doc);
  const ValueId s = doc->next(doc->first(0));
  EXPECT_EQ(doc->text(s), "q\"\\");
  const ValueId n = doc->next(doc->next(s));
  ValueId id = doc->first(n);
  for (const char* want : {"18446744073709551615", "-1", "1.50", "99999999999999999999"}) {
    EXPECT_EQ(doc->text(id), want);
    id = doc->next(id);
  }
  const ValueId t = doc->next(doc->next(n));
  EXPECT_EQ(doc->text(t), "true");
  EXPECT_EQ(doc->error(t, "").origin.line, 2u);
  EXPECT_EQ(doc->error(t, "").origin.column, 8u);
  EXPECT_EQ(doc->kind(doc->next(doc->next(t))), ValueKind::null);
}

TEST(Json, RefusesTooManyValues) {
  std::string source = "[0";
  for (std::size_t i = 0; i < limit_of(Limit::document_values); ++i) source += ",1";
  EXPECT_NE(test::told(read_given, "f.json", source + "]")
                .find("too many values: the limit is document-values=4194304"),
            std::string::npos);
}

TEST(JsonReader, WhatWeWroteIsHeldAgainstNoLimit) {
  const std::uint64_t usual = limit_of(Limit::document_values);
  set_limit(Limit::document_values, 3);
  EXPECT_FALSE(read_json_document("f", "[1, 2, 3]"));
  EXPECT_TRUE(read_json_document("f", "[1, 2, 3]", Whose::own));
  set_limit(Limit::document_values, usual);
}

}  // namespace
}  // namespace memmap::input
