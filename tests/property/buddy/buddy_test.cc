// The run-length page allocator against one that goes page by page, on random zones and random
// sequences of requests. MEMMAP_BUDDY_MACHINES says how many machines; 10000 take a quarter of a minute.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "property/buddy/model_boot.h"

namespace memmap::buddy::test {
namespace {

unsigned machines() {
  const char* asked = std::getenv("MEMMAP_BUDDY_MACHINES");
  return asked ? static_cast<unsigned>(std::strtoul(asked, nullptr, 10)) : 300;
}

TEST(BuddyAgainstPages, EachListIsTheSame) {
  for (unsigned seed = 0; seed < machines(); ++seed) {
    std::mt19937_64 rng(seed);
    const Chance chance = std::ref(rng);
    const Machine machine = machine_by(chance);
    ModelBoot boot(machine);
    ASSERT_EQ(boot.difference(), "") << "machine " << seed << ", after the hand-over";
    for (int step = 0; step < 120; ++step) {
      std::string differs;
      const std::string story = boot.step(chance, differs);
      if (differs.empty()) differs = boot.difference();
      ASSERT_EQ(differs, "") << "machine " << seed << ", step " << step << ": " << story;
    }
  }
}

}  // namespace
}  // namespace memmap::buddy::test
