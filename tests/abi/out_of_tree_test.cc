// Plugins of other people's: built against an installed copy, loaded and run by its program. Under
// a umask that lets the group write: CMake takes that right away where memmap would refuse a plugin
// for it.
#include <gmock/gmock.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace memmap::plugin {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct Ran {
  int status = -1;
  std::string output{};
};

Ran run(const std::string& command) {
  Ran out;
  std::FILE* pipe = ::popen(("umask 002; exec 2>&1; " + command).c_str(), "r");
  if (pipe == nullptr) return out;
  char buffer[4096];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    out.output.append(buffer, n);
  }
  const int status = ::pclose(pipe);
  out.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return out;
}

const fs::path kHere = fs::path(MEMMAP_FIXTURES).parent_path() / "out_of_tree";
const std::string kCmake = MEMMAP_CMAKE;
const std::string kPrefix = (kHere / "prefix").string();
const std::string kMemmap = kPrefix + "/bin/memmap";
const std::string kBoot = " simulate --synthetic 'ram:640K hole:384K ram:1G' --format json";

// The installed copy is made once.
class OutOfTree : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    fs::remove_all(kHere);
    fs::create_directories(kHere);
    const Ran installed = run(kCmake + " --install " MEMMAP_BUILD_DIR " --prefix " + kPrefix);
    ASSERT_EQ(installed.status, 0) << installed.output;
    ASSERT_TRUE(fs::exists(kMemmap));
  }

  // Configures, builds and, if it has tests, tests the project in `source`.
  static void build(const std::string& source, const std::string& folder,
                    const std::string& more = "") {
    const Ran configured = run(kCmake + " -S " + source + " -B " + folder +
                               " -DCMAKE_PREFIX_PATH=" + kPrefix + " " + more);
    ASSERT_EQ(configured.status, 0) << configured.output;
    const Ran built = run(kCmake + " --build " + folder);
    ASSERT_EQ(built.status, 0) << built.output;
  }
};

TEST_F(OutOfTree, NobodyElseMayWriteWhatIsInstalled) {
  const Ran listed = run(kMemmap + " plugin list");
  EXPECT_EQ(listed.status, 0) << listed.output;
  EXPECT_THAT(listed.output, HasSubstr("check_invariants"));
  EXPECT_THAT(listed.output, testing::Not(HasSubstr("Refused")));
  EXPECT_EQ(run("find " + kPrefix + " -mindepth 1 -perm /022 ! -type l").output, "");
  EXPECT_EQ(run(kMemmap + kBoot + " --plugin check_invariants").status, 0);
}

TEST_F(OutOfTree, TheGuidesExampleBuildsAndDecides) {
  const std::string folder = (kHere / "example").string();
  build(MEMMAP_SOURCE_DIR "/tests/abi/out_of_tree", folder, "-DEXAMPLE=" MEMMAP_EXAMPLE);
  const Ran with = run(kMemmap + kBoot + " --plugin-dir " + folder + " --plugin alloc_middle");
  const Ran without = run(kMemmap + kBoot);
  EXPECT_EQ(with.status, 0) << with.output;
  EXPECT_EQ(without.status, 0) << without.output;
  EXPECT_THAT(with.output, HasSubstr("\"policy\": \"alloc_middle\""));
  const auto owners = [](const std::string& json) { return json.substr(json.find("\"owners\"")); };
  EXPECT_NE(owners(with.output), owners(without.output));
}

TEST_F(OutOfTree, PkgConfigDoesForC99) {
  const fs::path folder = kHere / "pkg_config";
  fs::create_directories(folder);
  const std::string file = (folder / "alloc_middle.so").string();
  const Ran compiled = run(
      "umask 022; export PKG_CONFIG_PATH=" + kPrefix +
      "/share/pkgconfig; cc -std=c99 -Wall -Wextra -pedantic-errors -Werror $(pkg-config --cflags "
      "memmap) -shared -fPIC -o " +
      file + " " MEMMAP_EXAMPLE);
  ASSERT_EQ(compiled.status, 0) << compiled.output;
  const Ran checked = run(kMemmap + " plugin check " + file);
  EXPECT_EQ(checked.status, 0) << checked.output;
  EXPECT_EQ(run(kMemmap + kBoot + " --plugin " + file).status, 0);
}

// As `memmap plugin new` writes them: they build and pass their tests as they are.
class Skeleton : public OutOfTree, public testing::WithParamInterface<const char*> {};

TEST_P(Skeleton, BuildsAndPassesItsTest) {
  const std::string kind = GetParam();
  const std::string folder = (kHere / kind).string();
  const Ran written = run(kMemmap + " plugin new my_" + kind + " --kind " + kind + " -o " + folder);
  ASSERT_EQ(written.status, 0) << written.output;
  build(folder, folder + "/build", "-DCMAKE_CXX_FLAGS=-Werror");
  const Ran tested = run("cd " + folder + "/build && " MEMMAP_CTEST " --output-on-failure");
  EXPECT_EQ(tested.status, 0) << tested.output;
  EXPECT_THAT(tested.output, HasSubstr("tests passed, 0 tests failed out of 2"));
  const Ran shown = run(kMemmap + " plugin show --plugin-dir " + folder + "/build my_" + kind);
  EXPECT_EQ(shown.status, 0);
  EXPECT_THAT(shown.output, HasSubstr("memmap." + kind + "/1"));
}

INSTANTIATE_TEST_SUITE_P(Kinds, Skeleton,
                         testing::Values("trim", "numa", "alloc", "check", "source", "report"),
                         [](const auto& row) { return std::string(row.param); });

}  // namespace
}  // namespace memmap::plugin
