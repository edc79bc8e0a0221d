// Checks that watch accesses: what they are told, and what becomes of what they say.
#include <gmock/gmock.h>

#include "abi/fixture_host.h"
#include "boot/run.h"
#include "plugin/adapt/check.h"
#include "support/default_chain.h"

namespace memmap::plugin {
namespace {

using testing::HasSubstr;

// One page that is freed, told to a check after its boot.
Events freed_page(CheckPlugin& check) {
  static const Machine kMachine{.firmware_map = {{PhysAddr{0x100000}, 0x3ff00000, E820Type::ram}}};
  static const kernel::Profile kProfile{.version = {6, 12, 0}};
  static const boot::Outcome kOutcome = boot::run(kMachine, kProfile, test::default_options());
  const Facts facts({kMachine, kProfile, "", {}, true});
  State state(kOutcome, facts);
  memmap_access_t access{};
  access.struct_size = sizeof access;
  access.kind = MEMMAP_ACCESS_FREED;
  access.step = 3;
  access.phys = 0x5000;
  access.size = 0x1000;
  access.by = "free_pages";
  access.cache = "";
  return check.access(access, state);
}

TEST(Check, AccessesAreToldAndMayHaveTheKernelPrint) {
  const auto check = make<CheckPlugin>("teller");
  EXPECT_TRUE(check->watches(MEMMAP_ACCESS_FREED));
  EXPECT_FALSE(check->watches(MEMMAP_ACCESS_READ));
  const Events events = freed_page(*check);
  ASSERT_FALSE(check->fault()) << check->fault()->message;
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].text, "  a line of the kernel's");
  EXPECT_EQ(events[0].severity, Severity::warning);
  const boot::CheckReport report = check->report();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].step, "step 3");
  EXPECT_EQ(report.findings[0].text, "free_pages");
  EXPECT_EQ(report.findings[0].range, PhysRange::make(0x5000, 0x6000));
}

struct Lie {
  const char* name;
  const char* says;
};

class AccessLies : public testing::TestWithParam<Lie> {};
TEST_P(AccessLies, AreFaults) {
  const auto check = make<CheckPlugin>("teller", {{"lie", GetParam().name}});
  EXPECT_TRUE(freed_page(*check).empty());
  ASSERT_TRUE(check->fault());
  EXPECT_THAT(check->fault()->message, HasSubstr("plugin `teller`: access(): "));
  EXPECT_THAT(check->fault()->message, HasSubstr(GetParam().says));
  EXPECT_FALSE(check->watches(MEMMAP_ACCESS_FREED));
}
INSTANTIATE_TEST_SUITE_P(All, AccessLies,
                         testing::Values(Lie{"access_silent", "without saying why"},
                                         Lie{"access_writes", "writes where no report is made"},
                                         Lie{"access_message", "says what is no message"}),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace memmap::plugin
