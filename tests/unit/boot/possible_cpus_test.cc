#include "boot/x86/possible_cpus.h"

#include <gtest/gtest.h>

namespace memmap::boot {
namespace {

struct PossibleCpusCase {
  const char* name;
  const char* line;
  unsigned v6_1;
  unsigned v6_12;
};

// Of a machine whose firmware lists 8 processors, on a kernel for 64.
const PossibleCpusCase kPossibleCpusCases[] = {
    {"all", "quiet", 8, 8},
    {"hard_limit", "nr_cpus=4", 4, 4},
    {"smallest_holds", "nr_cpus=2 nr_cpus=6", 2, 2},
    {"limit_above", "nr_cpus=100", 8, 8},
    {"no_number", "nr_cpus=all nr_cpus=0 nr_cpus", 8, 8},
    {"fewer_possible", "possible_cpus=3", 3, 3},
    {"more_possible", "possible_cpus=16", 16, 8},
    {"more_than_the_kernels", "possible_cpus=100", 64, 8},
    {"both", "possible_cpus=16 nr_cpus=12", 12, 8},
    {"negative", "possible_cpus=-1", 8, 8},
    {"one_only", "nosmp", 1, 1},
    {"none_started", "maxcpus=0", 1, 1},
    {"some_started", "maxcpus=2", 8, 8},
    {"later_maxcpus", "nosmp maxcpus=2", 8, 8},
    {"behind_dashes", "-- nr_cpus=4", 8, 8},
};

TEST(PossibleCpus, FollowTheCommandLine) {
  CpuFacts cpu;
  cpu.possible = 8;
  kernel::Profile profile;
  profile.config["NR_CPUS"] = "64";
  for (const PossibleCpusCase& c : kPossibleCpusCases) {
    const auto parameters = kernel::parse_command_line(c.line);
    profile.version = {6, 1, 0};
    EXPECT_EQ(possible_cpus(cpu, profile, parameters), c.v6_1) << c.name;
    profile.version = {6, 12, 0};
    EXPECT_EQ(possible_cpus(cpu, profile, parameters), c.v6_12) << c.name;
  }
}

TEST(PossibleCpus, IsOneWhereNothingIsKnownOrCanBe) {
  kernel::Profile profile;
  EXPECT_EQ(possible_cpus({}, profile, {}), 1u);
  CpuFacts cpu;
  cpu.possible = 8;
  profile.config["SMP"] = "false";
  EXPECT_EQ(possible_cpus(cpu, profile, {}), 1u);
}

}  // namespace
}  // namespace memmap::boot
