#include "plugin/load/probe.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>

namespace memmap::plugin {
namespace {

using testing::HasSubstr;

TEST(Survives, ComingBackIsEnough) {
  int here = 0;
  EXPECT_TRUE(survives([&] { return here = 1, std::string(); }).ok());
  EXPECT_EQ(here, 0);  // it ran elsewhere
}

TEST(Survives, CrashesExitsAndHangsAreToldApart) {
  const auto why = [](const std::function<std::string()>& trial) {
    const Status s = survives(trial, 1);
    return s ? std::string("survived") : s.errors()[0].message;
  };
  EXPECT_THAT(why([]() -> std::string { std::abort(); }),
              HasSubstr("crashed while loading (signal 6"));
  EXPECT_THAT(why([]() -> std::string { std::exit(0); }), HasSubstr("ended the process"));
  EXPECT_THAT(why([]() -> std::string { ::_exit(0); }), HasSubstr("ended the process"));
  EXPECT_THAT(why([] { return std::to_string(::pause()); }),
              HasSubstr("did not finish loading in 1 s"));
}

TEST(Survives, WhatTheTrialRefusesArrives) {
  const Status s = survives([] { return std::string("one\ntwo\n"); });
  ASSERT_FALSE(s.ok());
  ASSERT_EQ(s.errors().size(), 2u);
  EXPECT_EQ(s.errors()[1].message, "two");
}

}  // namespace
}  // namespace memmap::plugin
