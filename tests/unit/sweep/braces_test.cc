// Texts in braces and what they stand for.
#include "sweep/braces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace memmap::sweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> all(std::string_view text) {
  const auto texts = expand_braces(text);
  return texts ? *texts : std::vector<std::string>{"error: " + texts.errors().front().message};
}

TEST(Braces, StandForEachNumberOfARange) {
  EXPECT_THAT(all("mem={64M..256M..64M}"),
              ElementsAre("mem=64M", "mem=128M", "mem=192M", "mem=256M"));
  EXPECT_THAT(all("{1..3}"), ElementsAre("1", "2", "3"));
  EXPECT_THAT(all("{1..64..*4}"), ElementsAre("1", "4", "16", "64"));
  EXPECT_THAT(all("{0x1000..0x3000..0x1000}"), ElementsAre("0x1000", "0x2000", "0x3000"));
  EXPECT_THAT(all("{5..5}"), ElementsAre("5"));
}

TEST(Braces, WriteNumbersInTheSmallestUnitOfTheRange) {
  EXPECT_THAT(all("{512M..1G..256M}"), ElementsAre("512M", "768M", "1024M"));
  EXPECT_THAT(all("{0..2G..1G}"), ElementsAre("0G", "1G", "2G"));
  EXPECT_THAT(all("{1G..4G..*2}"), ElementsAre("1G", "2G", "4G"));
  EXPECT_THAT(all("{512..1K..256}"), ElementsAre("512", "768", "1024"));
}

TEST(Braces, EndAtTheLastStepWithinTheRange) {
  EXPECT_THAT(all("{1..6..2}"), ElementsAre("1", "3", "5"));
  EXPECT_THAT(all("{1..10..*4}"), ElementsAre("1", "4"));
  EXPECT_THAT(all("{18446744073709551614..18446744073709551615}"),
              ElementsAre("18446744073709551614", "18446744073709551615"));
}

TEST(Braces, StandForEachWord) {
  EXPECT_THAT(all("numa={off,on} {,quiet}"),
              ElementsAre("numa=off ", "numa=off quiet", "numa=on ", "numa=on quiet"));
}

TEST(Braces, MakeAProductWhoseLastChangesFastest) {
  EXPECT_THAT(all("{1..2}{a,b}c"), ElementsAre("1ac", "1bc", "2ac", "2bc"));
}

TEST(Braces, StayWithoutARangeOrAComma) {
  EXPECT_THAT(all(""), ElementsAre(""));
  EXPECT_THAT(all("root=UUID={x} {"), ElementsAre("root=UUID={x} {"));
}

TEST(Braces, AreRefusedWhereAShellReadsThemOtherwise) {
  EXPECT_THAT(all("mem={1G,{2G,3G}}").front(), HasSubstr("`{1G,{2G,3G}`: braces within braces"));
  EXPECT_THAT(all("mem={512M..768M..128M").front(), HasSubstr("nothing closes"));
  EXPECT_THAT(all("mem={1G,2G").front(), HasSubstr("nothing closes"));
}

TEST(Braces, SayWhatIsNoRange) {
  EXPECT_THAT(all("{2..1}").front(), HasSubstr("goes up"));
  EXPECT_THAT(all("{1..2..0}").front(), HasSubstr("a step of 0"));
  EXPECT_THAT(all("{0..2..*2}").front(), HasSubstr("a factor is 2 or more"));
  EXPECT_THAT(all("{1..x}").front(), HasSubstr("`{1..x}`: `x` is not a number"));
  EXPECT_THAT(all("{1..2..3..4}").front(), HasSubstr("FROM..TO..STEP"));
  EXPECT_THAT(all("{1..1000001}").front(), HasSubstr("the limit is texts=1000000"));
  EXPECT_THAT(all("{1..1001}{1..1000}").front(), HasSubstr("the limit is texts=1000000"));
}

}  // namespace
}  // namespace memmap::sweep
