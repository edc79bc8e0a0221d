#include "base/limits.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/number.h"

namespace memmap {
namespace {

// The limits are the process's: whoever sets one puts it back.
class Limits : public testing::Test {
 protected:
  void TearDown() override {
    for (const LimitRow& row : limit_rows()) set_limit(row.id, row.value);
  }
  static std::string refused(std::string_view text) {
    const Status status = set_limits(text);
    return status ? "" : status.errors().front().message;
  }
};

TEST_F(Limits, RowsAreWhole) {
  std::set<std::string_view> names;
  for (const LimitRow& row : limit_rows()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(&limit_row(row.id), &row);
    EXPECT_LE(row.least, row.value) << row.name;
    EXPECT_LE(row.value, row.most) << row.name;
    EXPECT_FALSE(row.what.empty());
    EXPECT_FALSE(row.then.empty());
    EXPECT_EQ(limit_of(row.id), row.value);
    // What a message tells can be typed.
    const std::string text = std::string(row.name) + "=" + limit_text(row.id, row.value);
    EXPECT_EQ(refused(text), "");
    EXPECT_EQ(limit_of(row.id), row.value) << text;
  }
}

TEST_F(Limits, AreSetTogetherOrNotAtAll) {
  ASSERT_EQ(refused("document-depth=80,input-size=1G"), "");
  EXPECT_EQ(limit_of(Limit::document_depth), 80u);
  EXPECT_EQ(limit_of(Limit::input_size), kGiB);
  EXPECT_NE(refused("document-depth=90,input-size=0"), "");
  EXPECT_EQ(limit_of(Limit::document_depth), 80u);
}

TEST_F(Limits, WhatIsNoneIsRefused) {
  EXPECT_EQ(refused("document-dept=1"),
            "--limit: there is no limit `document-dept`; did you mean `document-depth`?");
  EXPECT_EQ(refused("frogs=1"), "--limit: there is no limit `frogs`; `--limit help` lists them");
  EXPECT_EQ(refused("steps"), "--limit steps wants a value: --limit steps=10000");
  EXPECT_NE(refused("steps=10K").find("has `K` after the digits"), std::string::npos);
  EXPECT_NE(refused("input-size=much").find("--limit input-size: "), std::string::npos);
  EXPECT_EQ(refused("rule-depth=501"), "--limit rule-depth is from 1 to 500");
  EXPECT_NE(refused(""), "");
  EXPECT_NE(refused("steps=1,"), "");
}

TEST_F(Limits, MessagesSayWhatRaisesThem) {
  EXPECT_EQ(beyond(Limit::document_depth),
            "the limit is document-depth=64; --limit document-depth=128 raises it");
  EXPECT_EQ(beyond(Limit::input_size, 300 * kMiB),
            "the limit is input-size=128M; --limit input-size=512M raises it");
  set_limit(Limit::rule_depth, 500);
  EXPECT_EQ(beyond(Limit::rule_depth), "the limit is rule-depth=500");
  set_limit(Limit::rule_depth, 300);
  EXPECT_EQ(beyond(Limit::rule_depth),
            "the limit is rule-depth=300; --limit rule-depth=500 raises it");
}

}  // namespace
}  // namespace memmap
