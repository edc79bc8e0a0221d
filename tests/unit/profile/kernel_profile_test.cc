#include "profile/kernel_profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <ostream>

#include "input/document/yaml_reader.h"
#include "profile/built_in.h"

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
  ASSERT_TRUE(profile->decompressor);
  EXPECT_EQ(profile->decompressor->output_len, 0x36fa00cu);
  EXPECT_EQ(profile->default_phys_base, 0x1000000u);
  EXPECT_EQ(profile->nodes_shift, 10u);
  EXPECT_TRUE(profile->deferred_struct_page_init);
  EXPECT_EQ(profile->reserve_low, 64 * 1024u);
  EXPECT_EQ(profile->fixmap.at("FIX_APIC_BASE"), 514u);
  EXPECT_EQ(profile->fixmap.size(), 14u);
  EXPECT_EQ(profile->struct_sizes.at("pglist_data"), 174464u);
  EXPECT_TRUE(profile->has(config::ZONE_DMA));
  EXPECT_FALSE(profile->has(config::CMA));
  EXPECT_EQ(profile->number(config::NR_CPUS), 8192u);
  EXPECT_EQ(profile->bytes_between(symbol::__per_cpu_start, symbol::__per_cpu_end), 0x39000u);
  EXPECT_NE(std::ranges::find(profile->parameters.early, "memmap"),
            profile->parameters.early.end());
  EXPECT_TRUE(profile->is_function(function::setup_arch));
  EXPECT_FALSE(profile->is_function(function::reserve_brk));
}

TEST(KernelProfile, WhatIsLeftOutHasADefault) {
  const auto profile = read(std::string("name: x\nversion: 5.10\n") + kImage);
  ASSERT_TRUE(profile) << to_string(profile.errors());
  EXPECT_EQ(profile->version, (Version{5, 10, 0}));
  EXPECT_EQ(profile->nodes_shift, 6u);
  EXPECT_TRUE(profile->numa);
  EXPECT_TRUE(profile->has(config::ZONE_DMA));
  EXPECT_FALSE(profile->has(config::DEBUG_PAGEALLOC));
  EXPECT_EQ(profile->number(config::LOG_BUF_SHIFT), 17u);
  EXPECT_EQ(profile->size_of(type::page), 64u);
  EXPECT_TRUE(profile->parameters.empty());
}

TEST(KernelProfile, OptionsAreYesNoOrANumber) {
  const auto profile = read(std::string("name: x\nversion: 6.1\n") + kImage +
                            "config: {ZONE_DMA: false, CMA: y, EFI: m, NR_CPUS: 0x10}\n");
  ASSERT_TRUE(profile) << to_string(profile.errors());
  EXPECT_FALSE(profile->has(config::ZONE_DMA));
  EXPECT_TRUE(profile->has(config::CMA));
  EXPECT_TRUE(profile->has(config::EFI));
  EXPECT_EQ(profile->number(config::NR_CPUS), 16u);
}

struct KernelProfileCase {
  const char* name;
  std::string text;
  const char* want;
};
void PrintTo(const KernelProfileCase& c, std::ostream* out) { *out << c.name; }

class KernelProfileRefuses : public testing::TestWithParam<KernelProfileCase> {};

TEST_P(KernelProfileRefuses, AtItsPlace) {
  const auto profile = read(GetParam().text);
  ASSERT_FALSE(profile);
  EXPECT_NE(to_string(profile.errors()).find(GetParam().want), std::string::npos)
      << to_string(profile.errors());
}

const std::string kHead = std::string("name: x\nversion: 6.1\n") + kImage;
const KernelProfileCase kKernelProfileCases[] = {
    {"no_image", "name: x\nversion: 6.1\n", "needs a key `image`"},
    {"version", std::string("name: x\nversion: six\n") + kImage,
     "k.yaml:2:10: error: a version starts"},
    {"typo", kHead + "node_shift: 3\n", "did you mean `nodes_shift`?"},
    {"nodes", kHead + "nodes_shift: 11\n", "k.yaml:5:14: error: `nodes_shift` is from 0 to 10"},
    {"phys_base", kHead + "default_phys_base: 17M\nnuma: true\n",
     "k.yaml:5:20: error: `default_phys_base` is a multiple of 2M from 0 to 1G"},
    {"phys_base_misaligned", kHead + "default_phys_base: 0x1234\n", "multiple of 2M"},
    {"phys_base_wraps", kHead + "default_phys_base: 0xffffffffffe00000\n",
     "k.yaml:5:20: error: `default_phys_base` is a multiple of 2M from 0 to 1G"},
    {"phys_base_too_far", kHead + "default_phys_base: 1G\n",
     "k.yaml:5:20: error: the image lies within the first 1G: from 0x40000000 on, its 0x500000"},
    {"reserve_low", kHead + "reserve_low: 1M\n", "k.yaml:5:14: error: `reserve_low` is"},
    {"program", kHead + "decompressor: {load_address: 16M, align: 3M}\n",
     "k.yaml:5:42: error: `align` is a multiple of 2M from 2M to 16M"},
    {"program_ends",
     kHead + "decompressor: {load_address: 16M, align: 2M, init_size: 1M,\n"
             "  input_offset: 700, end: 2M, output_len: 5M}\n",
     "k.yaml:6:27: error: `end` lies above `input_offset`, 0x2bc, and is at most `init_size`"},
    {"orders", kHead + "pageblock_order: 11\n",
     "k.yaml:5:18: error: `pageblock_order` is at most `max_page_order`, which is 10"},
    {"flag", kHead + "numa: yes\n", "`yes` is none of the values of `numa`: false, true"},
    {"sizes", kHead + "struct_sizes: {page: 0, zone: 1K, node: x}\n",
     "k.yaml:5:22: error: `page` is a multiple of 8 from 56 to 96"},
    {"no_root", kHead + "struct_sizes: {mem_section: 8192}\n",
     "k.yaml:5:29: error: `mem_section` is a power of two from 16 to 4096"},
    {"no_power", kHead + "struct_sizes: {mem_section: 24}\n", "a power of two from 16 to 4096"},
    {"unknown_struct", kHead + "struct_sizes: {pge: 64}\n",
     "k.yaml:5:16: error: `struct_sizes` has no `pge`; did you mean `page`?"},
    {"bits", kHead + "constants: {__NR_PAGEBLOCK_BITS: 0x8000000000000001}\n",
     "k.yaml:5:34: error: `__NR_PAGEBLOCK_BITS` is from 1 to 64"},
    {"outside", kHead + "struct_sizes: {zone: 64}\noffsets: {zone.free_area: 65}\n",
     "k.yaml:6:27: error: `zone.free_area` lies behind the end of struct zone, which has 64"},
    {"cpus", kHead + "config: {NR_CPUS: 4294967296}\n",
     "k.yaml:5:19: error: `NR_CPUS` is from 1 to 8192"},
    {"no_cpus", kHead + "config: {NR_CPUS: 0}\n", "`NR_CPUS` is from 1 to 8192"},
    {"log", kHead + "config: {LOG_BUF_SHIFT: 64}\n", "`LOG_BUF_SHIFT` is from 12 to 25"},
    {"log_of_a_cpu", kHead + "config: {LOG_CPU_MAX_BUF_SHIFT: 64}\n",
     "`LOG_CPU_MAX_BUF_SHIFT` is from 0 to 21"},
    {"no_number", kHead + "config: {NR_CPUS: 2M}\n", "k.yaml:5:19: error: `NR_CPUS` is a number"},
    {"no_flag", kHead + "config: {SMP: 5}\n", "`SMP` is y, m, true or false"},
    {"unknown_option", kHead + "config: {NR_CPU: 5}\n", "did you mean `NR_CPUS`?"},
    {"per_cpu", kHead + "symbols: {__per_cpu_start: 4096, __per_cpu_end: 0}\n",
     "k.yaml:5:49: error: `__per_cpu_end` lies before `__per_cpu_start`, which is at 0x1000"},
    {"order", "name: x\nversion: 6.1\nimage: {etext: 2M, start_rodata: 1M}\n",
     "k.yaml:3:34: error: lies before the symbol"},
    {"config_prefix", kHead + "config: {CONFIG_SMP: true}\n", "did you mean `SMP`?"},
    {"config_list", kHead + "config: [SMP]\n", "`config` is a map"},
    {"symbol", kHead + "symbols: {__log_buf: far}\n", "k.yaml:5:22"},
    {"parameter_kind", kHead + "parameters: {late: x}\n", "`late`"},
    {"slots_of_what", kHead + "fixmap: 5\n", "`fixmap` is a map"},
    {"slot", kHead + "fixmap: {FIX_APIC_BASE: 262145}\n",
     "k.yaml:5:25: error: `FIX_APIC_BASE` is from 0 to 262144"},
    {"slot_name", kHead + "fixmap: {\"FIX APIC\": 5}\n", "is no name that an enum can have"},
    {"slots_lack_an_end", kHead + "fixmap: {FIX_APIC_BASE: 5}\n",
     "k.yaml:5:9: error: `fixmap` needs `__end_of_permanent_fixed_addresses`"},
    {"slots_in_disorder",
     kHead + "fixmap: {__end_of_permanent_fixed_addresses: 9, FIX_BTMAP_END: 8,\n"
             "  FIX_BTMAP_BEGIN: 9, __end_of_fixed_addresses: 10}\n",
     "k.yaml:5:64: error: `FIX_BTMAP_END` is at least 9"},
    {"windows",
     kHead + "fixmap: {__end_of_permanent_fixed_addresses: 9, FIX_BTMAP_END: 512,\n"
             "  FIX_BTMAP_BEGIN: 1024, __end_of_fixed_addresses: 1025}\n",
     "k.yaml:6:20: error: early_ioremap() has up to 8 windows of 64 slots: from FIX_BTMAP_END to "
     "FIX_BTMAP_BEGIN there are 513"},
    {"not_yaml", "a: [", "not YAML"},
};
INSTANTIATE_TEST_SUITE_P(, KernelProfileRefuses, testing::ValuesIn(kKernelProfileCases),
                         [](const auto& test) { return test.param.name; });

// What was read when the program was built is what would be read now.
TEST(BuiltInProfiles, HaveTheTablesOfTheirTexts) {
  ASSERT_FALSE(built_in_profiles().empty());
  for (const BuiltInProfile& own : built_in_profiles()) {
    const auto document = input::read_yaml("k.yaml", own.text);
    ASSERT_TRUE(document) << own.name;
    const input::DocumentTables read = document->tables();
    EXPECT_EQ(own.tables.texts, read.texts) << own.name;
    EXPECT_TRUE(std::ranges::equal(own.tables.values, read.values)) << own.name;
  }
}

TEST(BuiltInProfiles, DoNotStandForATextThatDiffers) {
  std::string text(built_in_profiles().front().text);
  const std::size_t at = text.find("nodes_shift: ") + 13;
  text.replace(at, 2, "7");
  EXPECT_NE(read(std::string(built_in_profiles().front().text))->nodes_shift, 7u);
  EXPECT_EQ(read(text)->nodes_shift, 7u);
}

}  // namespace
}  // namespace memmap::kernel
