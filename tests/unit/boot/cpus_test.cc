#include "boot/x86/cpus.h"

#include <gtest/gtest.h>

#include "boot/x86/possible_cpus.h"

namespace memmap::boot {
namespace {

constexpr kernel::Version kOld{6, 1, 0}, kNew{6, 12, 0};

struct CpusCase {
  const char* name;
  kernel::Version version;
  ListedCpus listed;
  const char* command_line;
  unsigned possible;
  unsigned present;  // that firmware lists
};

const CpusCase kCpusCases[] = {
    {"two", kNew, {.enabled = 2}, "", 2, 2},
    {"old_two", kOld, {.enabled = 2}, "", 2, 2},
    // Not enabled: a bare 6.12 takes none of them, 6.1 all.
    {"disabled", kNew, {.enabled = 2, .disabled = 14}, "", 2, 2},
    {"old_disabled", kOld, {.enabled = 2, .disabled = 14}, "", 16, 2},
    {"flagged", kNew, {2, 3, 9, true}, "", 5, 2},
    {"old_flagged", kOld, {2, 3, 9, true}, "", 5, 2},
    {"nr_cpus", kNew, {.enabled = 4}, "nr_cpus=3", 3, 4},
    {"nr_cpus_hex", kNew, {.enabled = 4}, "nr_cpus=0x2", 2, 4},
    {"nr_cpus_0", kNew, {.enabled = 4}, "nr_cpus=0", 4, 4},
    {"possible_cpus", kNew, {.enabled = 2}, "possible_cpus=4", 2, 2},
    {"old_possible_cpus", kOld, {.enabled = 2}, "possible_cpus=4", 4, 2},
    {"possible_cpus_fewer", kNew, {.enabled = 4}, "possible_cpus=2", 2, 4},
    {"nosmp", kNew, {.enabled = 4}, "nosmp", 1, 4},
    {"old_nosmp", kOld, {.enabled = 4}, "nosmp", 1, 4},
    {"maxcpus_0", kNew, {.enabled = 4}, "maxcpus=0", 1, 4},
    {"maxcpus_word", kNew, {.enabled = 4}, "maxcpus=none", 1, 4},
    {"maxcpus_2", kNew, {.enabled = 4}, "maxcpus=2", 4, 4},
    {"nolapic", kNew, {.enabled = 4}, "nolapic", 1, 1},
    {"none_enabled", kNew, {.disabled = 2}, "", 1, 1},
};

unsigned possible(const Machine& machine, const kernel::Profile& profile, const char* line = "") {
  const auto parameters = kernel::parse_command_line(line);
  return possible_cpus(listed_cpus(machine, profile, parameters).facts(machine.cpu), profile,
                       parameters);
}

TEST(ListedCpus, ByTheTable) {
  for (const CpusCase& c : kCpusCases) {
    Machine machine;
    machine.listed_cpus = c.listed;
    kernel::Profile profile;
    profile.version = c.version;
    const CpuCount count =
        listed_cpus(machine, profile, kernel::parse_command_line(c.command_line));
    EXPECT_EQ(possible(machine, profile, c.command_line), c.possible) << c.name;
    EXPECT_EQ(count.present, c.present) << c.name;
    EXPECT_EQ(count.origin, CpuCount::Origin::madt) << c.name;
  }
}

TEST(ListedCpus, AGuestMayBePluggedAnything) {
  Machine machine;
  machine.listed_cpus = {.enabled = 2, .disabled = 2};
  machine.cpu.hypervisor = "KVM";
  kernel::Profile profile;
  profile.version = kNew;
  EXPECT_EQ(possible(machine, profile), 4u);
}

TEST(ListedCpus, AsTheMachineTellsWhereTheTableDoesNot) {
  Machine machine;
  kernel::Profile profile;
  profile.version = kNew;
  EXPECT_EQ(listed_cpus(machine, profile, {}).origin, CpuCount::Origin::assumed);
  EXPECT_EQ(possible(machine, profile), 1u);
  machine.cpu.possible = 8;
  machine.cpu.present = 6;
  EXPECT_EQ(possible(machine, profile), 8u);
  EXPECT_EQ(listed_cpus(machine, profile, {}).present, 6u);
  EXPECT_EQ(possible(machine, profile, "nr_cpus=4"), 4u);
  // ACPI off: the table is not read. Disabled ones without a FADT: nobody knows.
  machine.listed_cpus = {.enabled = 2};
  EXPECT_EQ(possible(machine, profile, "acpi=off"), 8u);
  EXPECT_EQ(possible(machine, profile, "acpi=off acpi=force"), 2u);
  EXPECT_EQ(possible(machine, profile), 2u);
  machine.listed_cpus->disabled = 3;
  EXPECT_EQ(possible(machine, profile), 8u);
  machine.listed_cpus->has_online_capable = false;
  EXPECT_EQ(possible(machine, profile), 2u);
}

}  // namespace
}  // namespace memmap::boot
