#include "profile/kernel_profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <ostream>

namespace memmap::kernel {
namespace {

constexpr const char* kImage =
    "image: {etext: 1M, start_rodata: 1M, end_rodata: 2M, sdata: 2M, edata: 3M, bss_start: 3M,\n"
    "  bss_stop: 4M, end_of_kernel_reserve: 4M, brk_base: 4M, end: 5M}\n";

Result<Profile> read(std::string text) {
  return read_kernel_profile({.name = "k.yaml", .bytes = std::move(text)});
}

TEST(KernelProfile, ReadsAShippedOne) {
  std::ifstream in(MEMMAP_SOURCE_DIR "/share/kernels/6.12.117+deb12-amd64.yaml");
  const auto profile = read({std::istreambuf_iterator<char>(in), {}});
  ASSERT_TRUE(profile) << to_string(profile.errors());
  EXPECT_EQ(profile->name, "6.12.117+deb12-amd64");
  EXPECT_EQ(profile->version, (Version{6, 12, 117}));
  EXPECT_EQ(profile->image.brk_base, 0x2c00000u);
  EXPECT_EQ(profile->image.end, 0x2c30000u);
  EXPECT_EQ(profile->default_phys_base, 0x1000000u);
  EXPECT_EQ(profile->nodes_shift, 10u);
  EXPECT_TRUE(profile->deferred_struct_page_init);
  EXPECT_EQ(profile->reserve_low, 64 * 1024u);
  EXPECT_EQ(profile->struct_sizes.at("pglist_data"), 174464u);
  EXPECT_TRUE(profile->has("ZONE_DMA"));
  EXPECT_FALSE(profile->has("CMA"));
  EXPECT_EQ(profile->number("NR_CPUS"), 8192u);
  EXPECT_EQ(profile->symbol("__per_cpu_end"), 0x39000u);
  EXPECT_FALSE(profile->symbol("nothing"));
  EXPECT_NE(std::ranges::find(profile->parameters.early, "memmap"),
            profile->parameters.early.end());
  EXPECT_TRUE(profile->is_function("setup_arch"));
  EXPECT_FALSE(profile->is_function("reserve_brk"));
}

TEST(KernelProfile, WhatIsLeftOutHasADefault) {
  const auto profile = read(std::string("name: x\nversion: 5.10\n") + kImage);
  ASSERT_TRUE(profile) << to_string(profile.errors());
  EXPECT_EQ(profile->version, (Version{5, 10, 0}));
  EXPECT_EQ(profile->nodes_shift, 6u);
  EXPECT_TRUE(profile->numa);
  EXPECT_TRUE(profile->has("ZONE_DMA"));
  EXPECT_FALSE(profile->has("DEBUG_PAGEALLOC"));
  EXPECT_EQ(profile->number("LOG_BUF_SHIFT"), 17u);
  EXPECT_EQ(profile->size_of("page", 64), 64u);
  EXPECT_TRUE(profile->parameters.empty());
}

TEST(KernelProfile, OptionsAreYesNoOrANumber) {
  const auto profile = read(std::string("name: x\nversion: 6.1\n") + kImage +
                            "config: {ZONE_DMA: false, CMA: y, EFI: m, NR_CPUS: 0x10}\n");
  ASSERT_TRUE(profile) << to_string(profile.errors());
  EXPECT_FALSE(profile->has("ZONE_DMA"));
  EXPECT_TRUE(profile->has("CMA"));
  EXPECT_TRUE(profile->has("EFI"));
  EXPECT_EQ(profile->number("NR_CPUS"), 16u);
}

struct Case {
  const char* name;
  std::string text;
  const char* want;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class KernelProfileRefuses : public testing::TestWithParam<Case> {};

TEST_P(KernelProfileRefuses, AtItsPlace) {
  const auto profile = read(GetParam().text);
  ASSERT_FALSE(profile);
  EXPECT_NE(to_string(profile.errors()).find(GetParam().want), std::string::npos)
      << to_string(profile.errors());
}

const std::string kHead = std::string("name: x\nversion: 6.1\n") + kImage;
const Case kCases[] = {
    {"no_image", "name: x\nversion: 6.1\n", "needs a key `image`"},
    {"version", std::string("name: x\nversion: six\n") + kImage,
     "k.yaml:2:10: error: a version starts"},
    {"typo", kHead + "node_shift: 3\n", "did you mean `nodes_shift`?"},
    {"nodes", kHead + "nodes_shift: 11\n", "k.yaml:5:14: error: `nodes_shift` is at most 10"},
    {"phys_base", kHead + "default_phys_base: 17M\nnuma: true\n",
     "k.yaml:5:20: error: a 64-bit kernel lies at a multiple of 2M"},
    {"phys_base_misaligned", kHead + "default_phys_base: 0x1234\n", "multiple of 2M"},
    {"flag", kHead + "numa: yes\n", "`yes` is none of the values of `numa`: false, true"},
    {"sizes", kHead + "struct_sizes: {page: 0, zone: 1K, node: x}\n", "from 1 byte to 1G"},
    {"order", "name: x\nversion: 6.1\nimage: {etext: 2M, start_rodata: 1M}\n",
     "k.yaml:3:34: error: lies before the symbol"},
    {"config_prefix", kHead + "config: {CONFIG_SMP: true}\n", "without `CONFIG_`"},
    {"config_list", kHead + "config: [SMP]\n", "`config` is a map"},
    {"symbol", kHead + "symbols: {_text: far}\n", "k.yaml:5:18"},
    {"parameter_kind", kHead + "parameters: {late: x}\n", "`late`"},
    {"not_yaml", "a: [", "not YAML"},
};
INSTANTIATE_TEST_SUITE_P(, KernelProfileRefuses, testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace memmap::kernel
