#include "kernel/profile.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "kernel/profile_contents.h"

namespace memmap::kernel {
namespace {

// A question is asked with a handle of its kind; another's does not compile.
static_assert(std::is_invocable_v<decltype(&Profile::has), Profile, Flag>);
static_assert(!std::is_invocable_v<decltype(&Profile::has), Profile, Number>);
static_assert(!std::is_invocable_v<decltype(&Profile::has), Profile, const char*>);
static_assert(!std::is_invocable_v<decltype(&Profile::number), Profile, Flag>);
static_assert(!std::is_invocable_v<decltype(&Profile::size_of), Profile, Member>);

TEST(Profile, HasWhatItsRowsSayOtherwise) {
  const Profile p;
  EXPECT_TRUE(p.has(config::SMP));
  EXPECT_FALSE(p.has(config::CMA));
  EXPECT_EQ(p.number(config::NR_CPUS), 64u);
  EXPECT_EQ(p.text(config::CMDLINE), "");
  EXPECT_EQ(p.size_of(type::page), 64u);
  EXPECT_EQ(p.offset_of(member::cpu_entry_area_estacks), 0x7000u);
  EXPECT_EQ(p.value_of(constant::__NR_PAGEBLOCK_BITS), 4u);
  EXPECT_EQ(p.bytes_between(symbol::__per_cpu_start, symbol::__per_cpu_end), 0x39000u);
  EXPECT_FALSE(p.is_function(function::setup_arch));
}

TEST(Profile, HasWhatItHolds) {
  Profile p;
  p.config = {{"SMP", "false"},           {"CMA", "m"},
              {"BASE_SMALL", "1"},        {"NR_CPUS", "0x10"},
              {"LOG_BUF_SHIFT", "false"}, {"CMDLINE", "quiet"}};
  p.struct_sizes = {{"page", 56}};
  p.symbols = {{"__per_cpu_start", 0x1000}, {"__per_cpu_end", 0x3000}};
  p.functions = {"vmemmap_alloc_block_zero.constprop.0"};
  EXPECT_FALSE(p.has(config::SMP));
  EXPECT_TRUE(p.has(config::CMA));
  EXPECT_TRUE(p.has(config::BASE_SMALL));
  EXPECT_EQ(p.number(config::NR_CPUS), 16u);
  EXPECT_EQ(p.number(config::LOG_BUF_SHIFT), 12u) << "the least that it can be";
  EXPECT_EQ(p.text(config::CMDLINE), "quiet");
  EXPECT_EQ(p.size_of(type::page), 56u);
  EXPECT_EQ(p.bytes_between(symbol::__per_cpu_start, symbol::__per_cpu_end), 0x2000u);
  EXPECT_TRUE(p.is_function(function::vmemmap_alloc_block_zero_constprop_0));
}

TEST(Profile, IsAskedByNameForFlagsAlone) {
  Profile p;
  p.config = {{"NR_CPUS", "1"}, {"NOT_A_ROW", "true"}};
  EXPECT_TRUE(p.has_named("PCI"));
  EXPECT_FALSE(p.has_named("NUMA_EMU"));
  EXPECT_FALSE(p.has_named("NR_CPUS"));
  EXPECT_FALSE(p.has_named("NOT_A_ROW"));
  EXPECT_FALSE(p.has_named(""));
}

TEST(Quantity, AllowsItsRangeAndShape) {
  EXPECT_TRUE(type::page.allows(56));
  EXPECT_FALSE(type::page.allows(57));
  EXPECT_FALSE(type::page.allows(104));
  EXPECT_TRUE(type::mem_section.allows(32));
  EXPECT_FALSE(type::mem_section.allows(24));
  EXPECT_FALSE(type::mem_section.allows(0));
  EXPECT_TRUE(config::NR_CPUS.allows(8192));
  EXPECT_FALSE(config::NR_CPUS.allows(8193));
}

// What Profile's members are initialised with is within the bounds of their rows too.
TEST(Settings, StartWithinTheirBounds) {
  const Profile p;
  for (const SettingRow& row : setting_rows()) {
    const std::uint64_t value = number_of(p, row);
    EXPECT_TRUE(value >= row.smallest && value <= row.largest) << row.key;
    EXPECT_EQ(row.unit == 0 ? 0 : value % row.unit, 0u) << row.key;
  }
}

}  // namespace
}  // namespace memmap::kernel
