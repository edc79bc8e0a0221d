#include "account/ledger.h"

#include <gmock/gmock.h>

#include "support/lists.h"
#include "support/outcomes.h"
#include "unit/boot/made_up_boot.h"

namespace memmap::account {
namespace {

Ledger ledger_of(const boot::Outcome& o) { return ledger(o, memory_use(o)); }

void expect_to_close(const Ledger& l) {
  EXPECT_EQ(l.firmware_ram - l.sum(Stage::lost) + l.sum(Stage::added), l.memory);
  EXPECT_EQ(l.memory - l.sum(Stage::reserved) - l.sum(Stage::unusable), l.handed_over);
  if (l.mem_total) {
    EXPECT_EQ(l.handed_over + l.back(), *l.mem_total);
  }
}

const LedgerRow* row_of(const Ledger& l, std::string_view what) {
  const auto found = std::ranges::find(l.rows, what, &LedgerRow::what);
  return found == l.rows.end() ? nullptr : &*found;
}

TEST(Ledger, OfAHandOverAddsUp) {
  boot::Outcome o = test::two_nodes();
  o.totals.mem_total_kib.reset();  // made up, as the rest
  const Ledger l = ledger_of(o);
  expect_to_close(l);
  EXPECT_EQ(l.firmware_ram, o.totals.firmware_ram);
  EXPECT_EQ(l.sum(Stage::reserved), o.totals.reserved);
  EXPECT_EQ(l.handed_over, o.totals.free_pages * kPageSize);
}

TEST(Ledger, CountsMemoryThatTheUserAdded) {
  boot::Outcome o;
  o.state.e820.firmware.assign({{PhysAddr{0}, 0x10000, E820Type::ram}});
  o.state.e820.table.assign({{PhysAddr{0}, 0x20000, E820Type::ram}});
  test::set_memory(o.state.memblock, {{PhysRange::make(0x1000, 0x20000), 0, 0}});
  o.losses = {{PhysRange::make(0, 0x1000), "trim_bios_range", "trim_bios: the BIOS's first page"}};
  const Ledger l = ledger_of(o);
  EXPECT_EQ(l.firmware_ram, 0x10000u);
  EXPECT_EQ(l.sum(Stage::added), 0x10000u);
  ASSERT_NE(row_of(l, "the BIOS's first page"), nullptr);
  EXPECT_EQ(row_of(l, "the BIOS's first page")->function, "trim_bios_range");
}

// A parameter, and what it costs: named, with what brings it back.
TEST(Ledger, NamesWhoTookIt) {
  const boot::Outcome o = boot::boot("mem=900M memmap=4M$64M");
  const Ledger l = ledger_of(o);
  expect_to_close(l);
  ASSERT_NE(row_of(l, "mem=900M"), nullptr);
  EXPECT_EQ(row_of(l, "mem=900M")->function, "parse_memopt");
  EXPECT_EQ(row_of(l, "mem=900M")->remedy, "without mem=900M");
  ASSERT_NE(row_of(l, "memmap=4M$64M"), nullptr);
  EXPECT_EQ(row_of(l, "memmap=4M$64M")->bytes, 4 * kMiB);
}

}  // namespace
}  // namespace memmap::account
