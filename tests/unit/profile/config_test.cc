#include "profile/config.h"

#include <gtest/gtest.h>

#include "profile/make_profile.h"

namespace memmap::kernel {
namespace {

TEST(Config, ReadsOptions) {
  const auto config = read_config("c",
                                  "#\n# Linux/x86 6.12.117 Kernel Configuration\n#\n"
                                  "CONFIG_X86_64=y\nCONFIG_CMDLINE=\"a \\\"b\\\"\"\n"
                                  "# CONFIG_NUMA is not set\nCONFIG_NR_CPUS=64\r\n");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->version, (Version{6, 12, 117}));
  EXPECT_EQ(config->text("CMDLINE"), "a \"b\"");
  EXPECT_EQ(config->text("NR_CPUS"), "64");
  EXPECT_FALSE(config->is_on("NUMA"));
}

struct Bad {
  const char* text;
  const char* message;
  std::size_t line;
};
const Bad kBad[] = {
    {"", "holds no option: no .config", 0},
    {"# Linux/arm64 6.1.0 Kernel Configuration\nCONFIG_ARM64=y\n",
     "a .config of another architecture: arm64, not x86", 1},
    {"CONFIG_X86_32=y\n", "a .config of another architecture: CONFIG_X86_64=y is not in it", 0},
    {"CONFIG_X86_64=y\nhello\n", "neither `CONFIG_NAME=VALUE` nor a comment: no .config", 2},
    {"CONFIG_X86_64=y\nCONFIG_A=1\nCONFIG_A=2\n", "`CONFIG_A` was given before, with another value",
     3},
};

TEST(Config, TellsWhatIsWrong) {
  for (const Bad& bad : kBad) {
    const auto config = read_config("c", bad.text);
    ASSERT_FALSE(config.ok()) << bad.text;
    EXPECT_EQ(config.errors().front().message, bad.message);
    EXPECT_EQ(config.errors().front().origin.line, bad.line);
  }
}

TEST(Config, FiveLevelsAreAnOptionBefore6_16) {
  const auto levels = [](const std::string& text, Version version) {
    Profile profile;
    profile.version = version;
    EXPECT_TRUE(apply_config(*read_config("c", "CONFIG_X86_64=y\n" + text), profile).ok());
    return profile.x86_5level;
  };
  EXPECT_FALSE(levels("", {6, 15, 0}));
  EXPECT_TRUE(levels("CONFIG_X86_5LEVEL=y\n", {6, 15, 0}));
  EXPECT_TRUE(levels("", {6, 16, 0}));
}

TEST(Config, IsFoundInAnImage) {
  EXPECT_EQ(find_embedded_config("xxIKCFG_ST\x1f\x8b...IKCFG_EDyy"), "\x1f\x8b...");
  EXPECT_EQ(find_embedded_config("xxIKCFG_ST\x1f\x8b..."), "");
}

}  // namespace
}  // namespace memmap::kernel
