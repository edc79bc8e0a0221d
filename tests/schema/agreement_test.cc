// The readers and the schemas (validate.py) have the same opinion of the same files.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "input/scenario/json.h"
#include "input/scenario/scenario.h"
#include "profile/kernel_profile.h"

namespace memmap::input {
namespace {

namespace fs = std::filesystem;
const fs::path kRoot = MEMMAP_SOURCE_DIR;

Source open(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {.name = path.filename().string(), .bytes = {std::istreambuf_iterator<char>(in), {}}};
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  return files;
}

// All that is wrong with a file; empty: nothing.
std::string faults(const fs::path& path, bool is_kernel) {
  const Source source = open(path);
  if (is_kernel) {
    const auto profile = kernel::read_kernel_profile(source);
    return profile ? "" : to_string(profile.errors());
  }
  const auto machine =
      path.extension() == ".json" ? read_json(source, {}) : read_scenario(source, {});
  return machine ? "" : to_string(machine.errors());
}

TEST(Agreement, GoodFilesAreRead) {
  for (const std::string kind : {"scenario", "kernel"}) {
    const auto files = files_in(kRoot / "tests/schema" / kind / "good");
    EXPECT_FALSE(files.empty());
    for (const auto& file : files) EXPECT_EQ(faults(file, kind == "kernel"), "") << file;
  }
}

TEST(Agreement, BadFilesAreRefusedAtAPlace) {
  for (const std::string kind : {"scenario", "kernel"}) {
    for (const auto& file : files_in(kRoot / "tests/schema" / kind / "bad")) {
      const std::string told = faults(file, kind == "kernel");
      EXPECT_TRUE(told.starts_with(file.filename().string() + ":")) << file << "\n" << told;
    }
  }
}

TEST(Agreement, ShippedFilesAreRead) {
  const auto kernels = files_in(kRoot / "share/kernels");
  EXPECT_GE(kernels.size(), 6u);
  for (const auto& file : kernels) {
    EXPECT_EQ(faults(file, true), "") << file;
    const auto profile = kernel::read_kernel_profile(open(file));
    ASSERT_TRUE(profile);
    EXPECT_EQ(profile->name + ".yaml", file.filename().string());
  }
  for (const auto& file : files_in(kRoot / "maps")) {
    if (file.extension() != ".yaml") continue;
    EXPECT_EQ(faults(file, false), "") << file;
  }
}

TEST(Agreement, DocumentedExamplesAreRead) {
  for (const auto& [page, is_kernel] : {std::pair("share/doc/scenario.md", false),
                                        std::pair("share/doc/kernel-profile.md", true)}) {
    const std::string text = open(kRoot / page).bytes;
    constexpr std::string_view kFence = "```yaml\n";
    const std::size_t begin = text.find(kFence);
    ASSERT_NE(begin, std::string::npos);
    const std::size_t start = begin + kFence.size();
    const Source source{.name = page, .bytes = text.substr(start, text.find("```", start) - start)};
    const bool ok =
        is_kernel ? kernel::read_kernel_profile(source).ok() : read_scenario(source, {}).ok();
    EXPECT_TRUE(ok) << page;
  }
}

}  // namespace
}  // namespace memmap::input
