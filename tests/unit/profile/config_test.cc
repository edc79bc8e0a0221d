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

struct ConfigBad {
  const char* text;
  const char* message;
  std::size_t line;
};
const ConfigBad kBad[] = {
    {"", "holds no option: no .config", 0},
    {"# Linux/arm64 6.1.0 Kernel Configuration\nCONFIG_ARM64=y\n",
     "a .config of another architecture: arm64, not x86", 1},
    {"CONFIG_X86_32=y\n", "a .config of another architecture: CONFIG_X86_64=y is not in it", 0},
    {"CONFIG_X86_64=y\nhello\n", "neither `CONFIG_NAME=VALUE` nor a comment: no .config", 2},
    {"CONFIG_X86_64=y\nCONFIG_A=1\nCONFIG_A=2\n", "`CONFIG_A` was given before, with another value",
     3},
    {"CONFIG_X86_64=y\nCONFIG_CMDLINE=\"a\n", "the text of `CONFIG_CMDLINE` has no closing quote",
     2},
    {"CONFIG_X86_64=y\nCONFIG_CMDLINE=\"a\\\"\n",
     "the text of `CONFIG_CMDLINE` has no closing quote", 2},
};

TEST(Config, TellsWhatIsWrong) {
  for (const ConfigBad& bad : kBad) {
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

struct OutOfRange {
  const char* line;
  const char* told;
};
const OutOfRange kOutOfRange[] = {
    {"CONFIG_NR_CPUS=4294967296", "c:2:16: error: `CONFIG_NR_CPUS` is from 1 to 8192"},
    {"CONFIG_NR_CPUS=0", "c:2:16: error: `CONFIG_NR_CPUS` is from 1 to 8192"},
    {"CONFIG_NR_CPUS=2147483647", "c:2:16: error: `CONFIG_NR_CPUS` is from 1 to 8192"},
    {"CONFIG_LOG_BUF_SHIFT=64", "c:2:22: error: `CONFIG_LOG_BUF_SHIFT` is from 12 to 25"},
    {"CONFIG_LOG_CPU_MAX_BUF_SHIFT=99",
     "c:2:30: error: `CONFIG_LOG_CPU_MAX_BUF_SHIFT` is from 0 to 21"},
    {"CONFIG_NODES_SHIFT=11", "c:2:20: error: `CONFIG_NODES_SHIFT` is from 0 to 10"},
    {"CONFIG_NODES_SHIFT=many", "c:2:20: error: `CONFIG_NODES_SHIFT` is a number: "},
    {"CONFIG_PHYSICAL_ALIGN=0x300000", "c:2:23: error: `CONFIG_PHYSICAL_ALIGN` is a power of two"},
    {"CONFIG_PHYSICAL_START=0x1100000",
     "c:2:23: error: `CONFIG_PHYSICAL_START` is a multiple of 2M from 0 to 1G"},
    {"CONFIG_PHYSICAL_START=0xffffffffffe00000",
     "c:2:23: error: `CONFIG_PHYSICAL_START` is a multiple of 2M from 0 to 1G"},
    {"CONFIG_X86_RESERVE_LOW=641", "c:2:24: error: `CONFIG_X86_RESERVE_LOW` is from 4 to 640"},
    {"CONFIG_X86_RESERVE_LOW=0x40000000000000",
     "c:2:24: error: `CONFIG_X86_RESERVE_LOW` is from 4 to 640"},
    {"CONFIG_KFENCE_NUM_OBJECTS=65536",
     "c:2:27: error: `CONFIG_KFENCE_NUM_OBJECTS` is from 1 to 65535"},
    {"CONFIG_NR_CPUS=y", "c:2:16: error: `CONFIG_NR_CPUS` is a number: `y` is not a number"},
    {"CONFIG_SMP=2", "c:2:12: error: `CONFIG_SMP` is y, m, true or false"},
};

TEST(Config, RefusesANumberOutOfRangeAtItsPlace) {
  for (const OutOfRange& bad : kOutOfRange) {
    const auto config = read_config("c", std::string("CONFIG_X86_64=y\n") + bad.line + "\n");
    ASSERT_TRUE(config.ok()) << bad.line;
    Profile profile;
    const auto status = apply_config(*config, profile);
    ASSERT_FALSE(status.ok()) << bad.line;
    const std::string told = to_string(status.errors());
    EXPECT_TRUE(told.starts_with(bad.told)) << told;
    EXPECT_NE(told.find(bad.line), std::string::npos) << "the line is shown";
    EXPECT_EQ(status.errors().size(), 1u) << told;
  }
}

TEST(Config, RefusesAPlaceBeyondTheImagesSpace) {
  Profile profile;
  profile.image.end = 32 * kMiB;
  const auto config = read_config("c", "CONFIG_X86_64=y\nCONFIG_PHYSICAL_START=0x3f000000\n");
  const auto notes = overlay_config(*config, profile);
  ASSERT_FALSE(notes.ok());
  EXPECT_TRUE(to_string(notes.errors()).starts_with("c:2:23: error: the image lies within"));
}

TEST(Config, ANumberThatItLacksIsTheLeastThereMayBe) {
  Profile profile;
  ASSERT_TRUE(apply_config(*read_config("c", "CONFIG_X86_64=y\n"), profile).ok());
  EXPECT_EQ(profile.number(config::NR_CPUS), 1u);
  EXPECT_EQ(profile.number(config::CMA_AREAS), 0u);
  EXPECT_EQ(profile.nodes_shift, 0u);
}

TEST(Config, IsFoundInAnImage) {
  EXPECT_EQ(find_embedded_config("xxIKCFG_ST\x1f\x8b...IKCFG_EDyy"), "\x1f\x8b...");
  EXPECT_EQ(find_embedded_config("xxIKCFG_ST\x1f\x8b..."), "");
}

}  // namespace
}  // namespace memmap::kernel
