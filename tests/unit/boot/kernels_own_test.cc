// What a kernel's own structures and options say goes before what is usual.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <ostream>

#include "made_up_boot.h"

namespace memmap::boot {
namespace {

struct OfKernel {
  const char* name;
  std::map<std::string, std::uint64_t, std::less<>> sizes;
  std::map<std::string, std::string, std::less<>> config;
  const char* line;
  const char* owner;
  Sizes want;
  kernel::Version version = {6, 12, 0};
};
void PrintTo(const OfKernel& c, std::ostream* out) { *out << c.name; }

class KernelsOwn : public testing::TestWithParam<OfKernel> {};

TEST_P(KernelsOwn, DecidesWhatIsTaken) {
  const OfKernel& c = GetParam();
  kernel::Profile p = profile(c.version);
  p.struct_sizes = c.sizes;
  p.config.insert(c.config.begin(), c.config.end());
  EXPECT_EQ(asked(boot(c.line, p, machine()), c.owner), c.want);
}

const Config k192Cpus{{"NR_CPUS", "192"}};
const Config kForced{{"NR_CPUS", "512"}, {"FORCE_NR_CPUS", "true"}};
const OfKernel kOfKernels[] = {
    {"locks_of_rt",
     {{"io_tlb_area", 48}},
     {},
     "swiotlb=force",
     "software IO TLB",
     {64 << 20, 24 << 15, 96}},
    {"bounce_slots",
     {{"io_tlb_slot", 32}},
     {},
     "swiotlb=force",
     "software IO TLB",
     {64 << 20, 32 << 15, 32}},
    {"masks_of_constant_size", {}, k192Cpus, "irqaffinity=0", "CPU masks", {24, 24, 24}},
    {"masks_before_6_3", {}, k192Cpus, "", "CPU masks", {8, 8, 8, 8, 8}, {6, 1, 0}},
    {"masks_of_many", {}, {{"NR_CPUS", "512"}}, "", "CPU masks", {8, 8}},
    {"forced_cpus", {}, kForced, "", "CPU masks", {64, 64}},
    {"built_in_parameters",
     {},
     {{"CMDLINE_BOOL", "true"}, {"CMDLINE", "a"}},
     "b",
     "command line",
     {4, 4}},
    {"stack_depot_always", {}, {{"STACKDEPOT_ALWAYS_INIT", "true"}}, "", "stack depot", {16 << 16}},
    {"slab_debug_before_6_9", {}, {}, "slab_debug=U", "stack depot", {}, {6, 1, 0}},
    {"slub_debug_before_6_9", {}, {}, "slub_debug=U", "stack depot", {8 << 16}, {6, 1, 0}},
    {"stack_depot_of_leaks",
     {},
     {{"DEBUG_KMEMLEAK", "true"}},
     "kmemleak=on",
     "stack depot",
     {16 << 16}},
};
INSTANTIATE_TEST_SUITE_P(, KernelsOwn, testing::ValuesIn(kOfKernels),
                         [](const auto& test) { return test.param.name; });

TEST(Boot, NodesHaveContiguousAreasOfTheirOwn) {
  kernel::Profile p = profile();
  p.config.insert({{"DMA_CMA", "true"}, {"DMA_NUMA_CMA", "true"}});
  const auto area = [&](const char* line) {
    return owned(boot(line, p, machine()), "CMA: DMA buffers of node 0");
  };
  EXPECT_EQ(area("cma_pernuma=8M"), 8 * kMiB);
  EXPECT_EQ(area("numa_cma=0:16M,1:8M"), 16 * kMiB);
  EXPECT_EQ(area("cma_pernuma=8M numa_cma=0:16M"), 24 * kMiB);
  EXPECT_EQ(area("numa_cma=16M"), 0u);
  p.config["DMA_NUMA_CMA"] = "false";
  EXPECT_EQ(area("cma_pernuma=8M"), 0u);
}

// A gigabyte has eight sections of 64 blocks; beside the bits stands struct mem_section_usage.
TEST(Boot, PageBlocksHaveTheKernelsNumberOfBits) {
  kernel::Profile p = profile();
  const auto usage = [&] { return asked(boot("", p, machine()), "usage maps of sections"); };
  EXPECT_EQ(usage(), Sizes{8 * (24 + 64 * 4 / 8)});
  p.constants = {{"__NR_PAGEBLOCK_BITS", 5}};
  EXPECT_EQ(usage(), Sizes{8 * (24 + 64 * 8 / 8)});
  p.constants = {{"NR_PAGEBLOCK_BITS", 4}};
  EXPECT_EQ(usage(), Sizes{8 * (24 + 64 * 4 / 8)});
}

}  // namespace
}  // namespace memmap::boot
