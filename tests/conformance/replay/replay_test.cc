// Real kernels' logs of memblock=debug, of which only other subsystems' lines were left out: every
// allocation, growth and dump agrees.
#include "replay/replay.h"

#include <gtest/gtest.h>

#include <string>

#include "input/log/memblock_log.h"
#include "profile/kernel_choice.h"
#include "report/answers/replay.h"

namespace memmap::replay {
namespace {

struct Boot {
  const char* name;
  std::size_t allocations;
  std::size_t unasked;  // NODE_DATA of each node, a CMA area
  std::size_t growths;
};

class RealBoot : public testing::TestWithParam<Boot> {};

TEST_P(RealBoot, Agrees) {
  const std::string root = MEMMAP_SOURCE_DIR;
  const auto source =
      input::open_source(root + "/tests/conformance/replay/logs/" + GetParam().name + ".log.xz");
  ASSERT_TRUE(source.ok()) << to_string(source.errors());
  const auto log = input::read_memblock_log(*source, {});
  ASSERT_TRUE(log.ok()) << to_string(log.errors());
  const auto kernel = kernel::choose_kernel(std::nullopt, log->release, root + "/share/kernels");
  ASSERT_TRUE(kernel.ok()) << to_string(kernel.errors());
  const Report r = replay(*log, settings_for(kernel->profile, log->command_line.value_or("")));
  EXPECT_EQ(r.mismatch_count, 0u) << report::replay_to_text({GetParam().name, "", "", 0, {}}, r);
  EXPECT_EQ(r.allocations.checked, GetParam().allocations);
  EXPECT_EQ(r.allocations.not_checked, GetParam().unasked);
  EXPECT_EQ(r.allocations.adopted, 0u);
  EXPECT_EQ(r.growths.checked, GetParam().growths);
  EXPECT_EQ(r.growths.adopted, 0u);
  EXPECT_EQ(r.dumps, 2u);
}

INSTANTIATE_TEST_SUITE_P(
    All, RealBoot,
    testing::Values(Boot{"cma-2G-612n", 38, 2, 0}, Boot{"crash-hilo-8G-61", 59, 1, 0},
                    Boot{"efi-2G-612c", 61, 1, 0}, Boot{"hotplug-2G-61", 52, 1, 0},
                    Boot{"kernelcore-mirror-2G-612", 46, 1, 0}, Boot{"movnode-4G-61", 55, 2, 0},
                    Boot{"numa4-8G-612", 64, 4, 0}, Boot{"regions140-2G-612", 315, 1, 2},
                    Boot{"regions160-3G-61n", 194, 1, 1}, Boot{"regions90-2G-61", 218, 1, 1}),
    [](const auto& row) {
      std::string name = row.param.name;
      for (char& c : name) {
        if (c == '-') c = '_';
      }
      return name;
    });

}  // namespace
}  // namespace memmap::replay
