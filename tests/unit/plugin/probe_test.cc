#include "plugin/probe.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>

namespace memmap::plugin {
namespace {

using testing::HasSubstr;

TEST(Survives, ComingBackIsEnough) {
  int here = 0;
  EXPECT_TRUE(survives([&] { here = 1; }).ok());
  EXPECT_EQ(here, 0);  // it ran elsewhere
}

TEST(Survives, CrashesExitsAndHangsAreToldApart) {
  const auto why = [](const std::function<void()>& trial) {
    const Status s = survives(trial, 1);
    return s ? std::string("survived") : s.errors()[0].message;
  };
  EXPECT_THAT(why([] { std::abort(); }), HasSubstr("crashed while loading (signal 6"));
  EXPECT_THAT(why([] { std::exit(0); }), HasSubstr("ended the process"));
  EXPECT_THAT(why([] { ::_exit(0); }), HasSubstr("ended the process"));
  EXPECT_THAT(why([] { ::pause(); }), HasSubstr("did not finish loading in 1 s"));
}

}  // namespace
}  // namespace memmap::plugin
