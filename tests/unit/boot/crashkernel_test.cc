#include <gtest/gtest.h>

#include <ostream>

#include "base/address.h"
#include "boot/x86/crashkernel_parse.h"

namespace memmap::boot::crash {
namespace {

struct CrashkernelCase {
  const char* name;
  const char* line;
  const char* suffix;
  Parse parse;
  std::uint64_t size;
  std::uint64_t base;
};
void PrintTo(const CrashkernelCase& c, std::ostream* out) { *out << c.name; }

class CrashKernel : public testing::TestWithParam<CrashkernelCase> {};

TEST_P(CrashKernel, IsReadAsTheKernelDoes) {
  const CrashkernelCase& c = GetParam();
  const Request got = parse(c.line, 2 * kGiB - 100 * kMiB, Suffixes::all, c.suffix);
  EXPECT_EQ(got.parse, c.parse) << got.fault;
  const bool is_list = std::string_view(c.line).find("-:") != std::string_view::npos;
  const bool is_nothing = c.parse == Parse::ok && c.size == 0 && is_list;
  EXPECT_EQ(c.parse == Parse::bad || is_nothing, !got.fault.empty()) << got.fault;
  if (c.parse != Parse::ok) return;
  EXPECT_EQ(got.size, c.size);
  EXPECT_EQ(got.base, c.base);
}

constexpr Parse kOk = Parse::ok;
constexpr Parse kBad = Parse::bad;
constexpr Parse kNone = Parse::none;
const CrashkernelCase kCrashkernelCases[] = {
    {"none", "quiet", "", kNone, 0, 0},
    {"size", "a crashkernel=128M b", "", kOk, 128 * kMiB, 0},
    {"at", "crashkernel=64M@256M", "", kOk, 64 * kMiB, 256 * kMiB},
    {"last_counts", "crashkernel=1M crashkernel=2M", "", kOk, 2 * kMiB, 0},
    {"skips_suffixed", "crashkernel=1M crashkernel=2M,high", "", kOk, kMiB, 0},
    {"only_suffixed", "crashkernel=2M,high", "", kNone, 0, 0},
    {"high", "crashkernel=512M,high crashkernel=64M,low", ",high", kOk, 512 * kMiB, 0},
    {"low", "crashkernel=512M,high crashkernel=64M,low", ",low", kOk, 64 * kMiB, 0},
    {"skips_cma", "crashkernel=1M crashkernel=2M,cma", "", kOk, kMiB, 0},
    {"cma", "crashkernel=1M crashkernel=2M,cma", ",cma", kOk, 2 * kMiB, 0},
    {"no_low", "crashkernel=512M,high", ",low", kNone, 0, 0},
    {"ranges", "crashkernel=512M-2G:64M,2G-:256M", "", kOk, 256 * kMiB, 0},  // 2G when rounded up
    {"ranges_first", "crashkernel=1G-4G:64M,2G-:256M@16M x", "", kOk, 64 * kMiB, 16 * kMiB},
    {"ranges_none", "crashkernel=4G-:64M", "", kOk, 0, 0},
    {"colon_elsewhere", "crashkernel=64M ip=::1", "", kOk, 64 * kMiB, 0},
    {"word", "crashkernel=auto", "", kBad, 0, 0},
    {"rest", "crashkernel=64MB", "", kBad, 0, 0},
    {"empty_range", "crashkernel=2G-1G:64M", "", kBad, 0, 0},
    {"no_dash", "crashkernel=2G:64M", "", kBad, 0, 0},
    {"too_large", "crashkernel=0-:64G", "", kBad, 0, 0},
    {"no_base", "crashkernel=0-:64M@", "", kBad, 0, 0},
    {"empty", "crashkernel=", "", kBad, 0, 0},
    {"suffix_alone", "crashkernel=,high", ",high", kBad, 0, 0},
};
INSTANTIATE_TEST_SUITE_P(, CrashKernel, testing::ValuesIn(kCrashkernelCases),
                         [](const auto& test) { return test.param.name; });

TEST(CrashKernelOfOldKernels, KnowNoCma) {
  EXPECT_EQ(parse("crashkernel=1M crashkernel=2M,cma", kGiB, Suffixes::high_low).parse, kBad);
}

TEST(CrashKernelOfOldKernels, KnowNoHigh) {
  EXPECT_EQ(suffixes_of(kernel::behaviour_of({3, 8, 13}, 0)), Suffixes::none);
  EXPECT_EQ(suffixes_of(kernel::behaviour_of({3, 9, 0}, 0)), Suffixes::high_low);
  EXPECT_EQ(suffixes_of(kernel::behaviour_of({6, 17, 0}, 0)), Suffixes::all);
  const Request got = parse("crashkernel=64M,high", kGiB, Suffixes::none);
  EXPECT_EQ(got.parse, kBad);
  EXPECT_EQ(got.fault, "crashkernel: unrecognized char: ,");
}

// As logs of such kernels have it: 161 MB with 2047 to 12283 MB, 256 MB with 511 GiB.
TEST(CrashKernelAuto, IsAWordOfSomeDistributions) {
  struct Row {
    const char* release;
    std::uint64_t memory;
    std::uint64_t want;
  };
  const Row kRows[] = {
      {"3.10.0-1160.15.2.el7.x86_64", 8191 * kMiB, 161 * kMiB},
      {"3.10.0-1160.15.2.el7.x86_64", 2047 * kMiB, 161 * kMiB},
      {"3.10.0-957.el7.x86_64", 64 * kGiB, 164 * kMiB},
      {"3.10.0-957.el7.x86_64", kGiB, 0},
      {"4.18.0-147.el8.x86_64", 8 * kGiB, 160 * kMiB},
      {"4.18.0-147.el8.x86_64", 511 * kGiB, 256 * kMiB},
      {"4.18.0-305.el8.x86_64", 2 * kGiB, 160 * kMiB},
      {"4.18.0-305.el8.x86_64", 32 * kGiB, 192 * kMiB},
      {"4.18.0-305.el8.x86_64", 2 * kTiB, 512 * kMiB},
      {"4.18.0-305.el8.x86_64", 512 * kMiB, 0},
      {"4.18.0-425.el8.x86_64", 2 * kTiB, 512 * kMiB},
      {"4.18.0-477.el8.x86_64", 2 * kGiB, 192 * kMiB},
      {"4.18.0-553.66.1.el8_10.x86_64", 32 * kGiB, 256 * kMiB},
      {"4.18.0-553.66.1.el8_10.x86_64", 128 * kGiB, 512 * kMiB},
  };
  for (const Row& r : kRows) {
    const kernel::Profile p{.name = "generic", .stands_for = r.release};
    const Request got =
        parse(with_auto("ro crashkernel=auto quiet", p, r.memory), r.memory, Suffixes::high_low);
    if (r.want != 0) {
      EXPECT_EQ(got.parse, Parse::ok) << r.release;
    }
    EXPECT_EQ(got.size, r.want) << r.release << " " << (r.memory >> 20);
  }
  const kernel::Profile other{.name = "6.12.0-1-amd64"};
  EXPECT_EQ(with_auto("crashkernel=auto", other, kGiB), "crashkernel=auto");
}

}  // namespace
}  // namespace memmap::boot::crash
