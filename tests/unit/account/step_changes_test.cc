// What each step of a boot changed.
#include "account/step_changes.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "boot/run.h"
#include "support/default_chain.h"

namespace memmap::account {
namespace {

// The list after `change`; what goes has to be in it.
memblock::Regions after(memblock::Regions list, const ListChange<memblock::Region>& change) {
  for (const memblock::Region& gone : change.gone) {
    const auto found = std::ranges::find(list, gone);
    EXPECT_NE(found, list.end());
    if (found != list.end()) list.erase(found);
  }
  list.insert(list.end(), change.come.begin(), change.come.end());
  std::ranges::sort(list, {}, [](const memblock::Region& r) { return r.range.base(); });
  return list;
}

TEST(StepChanges, AllOfThemAreTheListsOfTheHandOver) {
  Machine machine;
  machine.firmware_map = {{PhysAddr{0}, 0x9fc00, E820Type::ram},
                          {PhysAddr{0xf0000}, 0x10000, E820Type::reserved},
                          {PhysAddr{kMiB}, 1023 * kMiB, E820Type::ram}};
  kernel::Profile profile;
  profile.version = {6, 12, 0};
  profile.image = {.end_of_kernel_reserve = 0x2000000, .brk_base = 0x2000000, .end = 0x2030000};
  StepRecorder recorder;
  boot::Options options = test::default_options();
  options.observer = &recorder;
  const boot::Outcome outcome = boot::run(machine, profile, options);
  memblock::Regions memory;
  memblock::Regions reserved;
  std::size_t events = 0;
  std::size_t entries = 0;
  for (const StepChange& c : recorder.steps()) {
    memory = after(std::move(memory), c.memory);
    reserved = after(std::move(reserved), c.reserved);
    entries += c.e820.come.size() - c.e820.gone.size();
    events += c.events;
  }
  EXPECT_EQ(memory, outcome.state.memblock.memory().regions());
  EXPECT_EQ(reserved, outcome.state.memblock.reserved().regions());
  EXPECT_EQ(entries, outcome.state.e820.table.entries().size());
  EXPECT_EQ(events, outcome.events.size());
}

}  // namespace
}  // namespace memmap::account
