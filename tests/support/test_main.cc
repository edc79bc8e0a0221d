// GoogleTest's main with one argument more: --file=NAME runs the tests of one source, NAME being the end
// of its path, as input/log/dmesg_test.cc. CTest runs a program once for each of its sources.
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <string_view>

namespace {

// "Suite.One:Suite.Two" of all tests whose source's path ends with `name`; empty where none is.
std::string tests_of(std::string_view name) {
  std::string filter;
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *all.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) {
      const testing::TestInfo& test = *suite.GetTestInfo(j);
      const std::string_view file = test.file();
      if (!file.ends_with("_test.cc")) {
        std::fprintf(stderr,
                     "%s: a source with tests is named *_test.cc, or CTest does not see it\n",
                     test.file());
        return {};
      }
      if (file.ends_with(name)) filter += std::string(suite.name()) + "." + test.name() + ":";
    }
  }
  return filter;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  constexpr std::string_view kFile = "--file=";
  if (argc > 1 && std::string_view(argv[1]).starts_with(kFile)) {
    const std::string filter = tests_of(std::string_view(argv[1]).substr(kFile.size()));
    if (filter.empty()) {
      std::fprintf(stderr, "no tests in %s\n", argv[1] + kFile.size());
      return 1;
    }
    testing::GTEST_FLAG(filter) = filter;
  }
  return RUN_ALL_TESTS();
}
