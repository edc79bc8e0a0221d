// A plugin built against an installed copy, with its own project.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "plugin/alloc.h"
#include "support/listed_ranges.h"

namespace memmap::plugin {
namespace {

namespace fs = std::filesystem;

TEST(OutOfTree, BuildsAgainstAnInstalledCopyAndRuns) {
  const fs::path here = fs::path(MEMMAP_FIXTURES).parent_path() / "out_of_tree";
  fs::remove_all(here);
  const std::string cmake = MEMMAP_CMAKE;
  const std::string prefix = (here / "prefix").string();
  const std::string build = (here / "build").string();
  const auto run = [](const std::string& command) {
    return std::system(("umask 022; " + command + " > /dev/null").c_str());
  };
  ASSERT_EQ(
      run(cmake + " --install " MEMMAP_BUILD_DIR " --component plugin_sdk --prefix " + prefix), 0);
  ASSERT_EQ(run(cmake + " -S " MEMMAP_SOURCE_DIR "/tests/abi/out_of_tree -B " + build +
                " -DCMAKE_PREFIX_PATH=" + prefix + " -DEXAMPLE=" MEMMAP_EXAMPLE),
            0);
  ASSERT_EQ(run(cmake + " --build " + build), 0);

  PluginHost host({{.path = build, .trust = Trust::foreign}});
  const auto plugin = host.load("alloc_middle");
  ASSERT_TRUE(plugin.ok()) << to_string(plugin.errors());
  const auto policy = AllocPlugin::create(**plugin, {});
  ASSERT_TRUE(policy.ok());
  const memblock::FindRequest request{
      .size = 0x1000, .align = 0x1000, .limits = PhysRange::make(0, 0x10000)};
  test::ListedRanges ranges(request, {PhysRange::make(0, 0x8000)});
  EXPECT_EQ((*policy)->choose(request, ranges), PhysAddr{0x4000});
}

}  // namespace
}  // namespace memmap::plugin
