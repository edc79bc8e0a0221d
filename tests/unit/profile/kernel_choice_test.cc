// Which of the profiles we have stands for a kernel that we do not.
#include "profile/kernel_choice.h"

#include <gtest/gtest.h>

#include <ostream>

namespace memmap::kernel {
namespace {

const std::string kKernels = std::string(MEMMAP_SOURCE_DIR) + "/share/kernels";

struct KernelChoiceCase {
  const char* name;
  const char* release;
  const char* want;
  bool verified;
};
void PrintTo(const KernelChoiceCase& c, std::ostream* out) { *out << c.name; }

class Choice : public testing::TestWithParam<KernelChoiceCase> {};

TEST_P(Choice, IsTheNearest) {
  const auto choice = choose_kernel(std::nullopt, GetParam().release, kKernels);
  ASSERT_TRUE(choice.ok()) << to_string(choice.errors());
  EXPECT_EQ(choice->profile.name, GetParam().want);
  EXPECT_EQ(choice->profile.verified, GetParam().verified);
  const bool says = choice->note.find("not verified against a real boot") != std::string::npos;
  EXPECT_EQ(says, !GetParam().verified) << choice->note;
}

const KernelChoiceCase kKernelChoiceCases[] = {
    {"its_own", "5.4.0-26-generic", "5.4.0-26-generic", true},
    {"a_5_4", "5.4.0-s76+", "generic-5.4", false},
    {"older", "3.10.0-1160.el7.x86_64", "generic-5.4", false},
    {"much_older", "2.6.27-11-server", "generic-5.4", false},
    {"a_5_5", "5.5.0-rc7+", "generic-5.4", false},
    {"a_5_10", "5.10.0-21-amd64", "5.10.0-46-amd64", true},
    {"a_5_15", "5.15.0-67-generic", "5.10.0-46-amd64", true},
    {"the_last_5", "5.19.0-rc3", "6.1.0-55-amd64", true},
    {"a_6_0", "6.0.0-rc6", "6.1.0-55-amd64", true},
    {"a_6_15", "6.15.0-10-generic", "6.12.117+deb12-amd64", true},
    {"a_6_17", "6.17.1-arch1-1", "6.18.15+deb13-amd64", true},
    {"a_7_1", "7.1.0-rc6", "7.2.12+deb13-amd64", true},
    {"newest", "7.9.0", "7.2.12+deb13-amd64", true},
};
INSTANTIATE_TEST_SUITE_P(, Choice, testing::ValuesIn(kKernelChoiceCases),
                         [](const auto& test) { return test.param.name; });

// The program alone knows the same kernels as beside its files.
TEST(ChoiceBuiltIn, IsTheFoldersWhereThereIsNone) {
  const auto names = kernel_names(kKernels);
  ASSERT_FALSE(names.empty());
  EXPECT_EQ(kernel_names("/nowhere"), names);
  for (const std::string& name : names) {
    const auto alone = choose_kernel(name, std::nullopt, "/nowhere");
    ASSERT_TRUE(alone.ok()) << to_string(alone.errors());
    const auto beside = choose_kernel(name, std::nullopt, kKernels);
    EXPECT_EQ(alone->profile.name, name);
    EXPECT_EQ(alone->profile.origin, beside->profile.origin);
    EXPECT_EQ(alone->profile.config, beside->profile.config);
  }
  EXPECT_EQ(choose_kernel(std::nullopt, "5.15.0", "/nowhere")->note,
            choose_kernel(std::nullopt, "5.15.0", kKernels)->note);
}

TEST(ChoiceByName, NamesWhatIsNotVerifiedOnlyWhereItIsChosen) {
  const auto choice = choose_kernel("generic-5.4", std::nullopt, kKernels);
  ASSERT_TRUE(choice.ok()) << to_string(choice.errors());
  EXPECT_FALSE(choice->profile.verified);
  EXPECT_EQ(choose_kernel(std::nullopt, std::nullopt, kKernels)->profile.name,
            "6.18.15+deb13-amd64")
      << "of a long-term series, not the newest";
}

TEST(KernelChoice, SaysWhoseRulesAVersionGets) {
  const auto note = [](const char* release) {
    return choose_kernel(std::nullopt, release, kKernels)->note;
  };
  EXPECT_NE(note("5.15.0").find("is known: its version's rules, with"), std::string::npos);
  EXPECT_NE(note("2.6.18").find("is known: its version's rules, with"), std::string::npos);
  EXPECT_NE(note("2.4.20").find("nor the rules of its version: those of 2.6, the oldest"),
            std::string::npos);
  EXPECT_NE(note("8.0.0").find("nor the rules of its version: those of 7.x, the newest"),
            std::string::npos);
}

}  // namespace
}  // namespace memmap::kernel
