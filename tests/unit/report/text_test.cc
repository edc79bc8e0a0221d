#include "report/text/text.h"

#include <gmock/gmock.h>

#include <sstream>

#include "report/form/utf8.h"
#include "support/outcomes.h"

namespace memmap::report {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Text, SaysWhereTheBootStopped) {
  const std::string text = to_text(test::stopped(), {});
  EXPECT_LT(text.find("The boot stopped here"), text.find("Physical address space"));
  EXPECT_THAT(text, HasSubstr("Failed to allocate 33554432 bytes for node 1 memory map"));
  EXPECT_THAT(text, HasSubstr("memmap_alloc(), mm/mm_init.c, v6.12"));
  EXPECT_THAT(text, Not(HasSubstr("Nodes and zones")));
}

TEST(Text, PutsWarningsFirst) {
  const std::string text = to_text(test::two_nodes(), {});
  EXPECT_LT(text.find("crashkernel reservation failed"), text.find("Physical address space"));
}

TEST(Text, OfNothingIsShort) { EXPECT_THAT(to_text({}, {}), HasSubstr("memory map\n")); }

TEST(Text, KeepsWithinItsWidth) {
  for (const unsigned width : {80u, 100u, 112u, 120u, 200u}) {
    for (const auto make : {test::two_nodes, test::stopped}) {
      std::istringstream lines(to_text(make(), {.width = width, .unicode = true}));
      for (std::string line; std::getline(lines, line);) EXPECT_LE(text_width(line), width) << line;
    }
  }
}

TEST(Text, SendsATerminalNothingButItsOwnColours) {
  for (const TextStyle style : {TextStyle{}, TextStyle{.colour = true, .unicode = true}}) {
    const std::string text = to_text(test::hostile(), style);
    EXPECT_THAT(text, Not(HasSubstr("\x1b[2J")));
    EXPECT_THAT(text, Not(HasSubstr("\x1b]")));
    EXPECT_EQ(valid_utf8(text), text);
    EXPECT_TRUE(style.colour || text.find('\x1b') == std::string::npos);
  }
}

TEST(Text, InAsciiIsAscii) {
  for (const char c : to_text(test::hostile(), {})) EXPECT_LT(static_cast<unsigned char>(c), 0x7f);
}

TEST(Text, ChangesNothingButPaintWithColour) {
  std::string painted = to_text(test::two_nodes(), {.colour = true});
  for (std::size_t at; (at = painted.find('\x1b')) != std::string::npos;)
    painted.erase(at, painted.find('m', at) - at + 1);
  EXPECT_EQ(painted, to_text(test::two_nodes(), {}));
}

}  // namespace
}  // namespace memmap::report
