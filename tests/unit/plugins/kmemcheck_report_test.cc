// What kmemcheck prints: each line of a report in the kernel's form, and what it says of a full queue.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "check_kmemcheck/checker.h"

namespace kmemcheck {
namespace {

constexpr std::uint64_t kPage = 0xffff88003e4a2000;

struct Shown {
  const char* name;
  std::uint64_t address;
  unsigned size;
  unsigned shift;
  std::vector<std::string> want;
};
const Shown kShown[] = {
    {"sixteen_digits",
     0xffff88003e4a2024,
     4,
     5,
     {"WARNING: kmemcheck: Caught 32-bit read from uninitialized memory (ffff88003e4a2024)",
      "0000000000000000000000000000000000000000000000000000000000000000",
      " u u u u u u u u u u u u u u u u u u u u u u u u u u u u u u u u", "         ^"}},
    {"eight_digits_of_a_32_bit_kernel",
     0xf6f6e1a4,
     4,
     3,
     {"WARNING: kmemcheck: Caught 32-bit read from uninitialized memory (f6f6e1a4)",
      "0000000000000000", " u u u u u u u u", "         ^"}},
    {"at_the_front",
     0xf6f6e1a0,
     1,
     2,
     {"WARNING: kmemcheck: Caught 8-bit read from uninitialized memory (f6f6e1a0)", "00000000",
      " u u u u", " ^"}},
};

TEST(KmemcheckReport, Lines) {
  for (const Shown& s : kShown) {
    SCOPED_TRACE(s.name);
    Checker run({.mode = 1, .shadow_copy = s.shift});
    run.alloc_pages(page_of(s.address), 0, {});
    const std::vector<std::uint8_t> zeros(kPageSize);
    run.tell(page_of(s.address), zeros);
    run.read(1, s.address, s.size);
    const auto reports = run.drain().reports;
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(lines_of(reports[0]), s.want);
  }
}

TEST(KmemcheckReport, WhatNobodyToldIsNotInvented) {
  Checker run({.mode = 1, .shadow_copy = 2});
  run.alloc_pages(kPage, 0, {});
  run.read(1, kPage, 4);
  EXPECT_EQ(lines_of(run.drain().reports.at(0))[1], "????????");
}

TEST(KmemcheckReport, QueueOverflows) {
  Checker run({.mode = 1, .queue = 2});
  run.alloc_pages(kPage, 0, {});
  for (unsigned i = 0; i < 5; ++i) run.read(i + 1, kPage + 8 * i, 8);
  const Queue::Drained drained = run.drain();
  EXPECT_EQ(drained.reports.size(), 2u);
  EXPECT_EQ(drained.lost, 3u);
  EXPECT_EQ(lost_line(3), "kmemcheck: Lost 3 error reports because the queue was too small");
  EXPECT_EQ(run.drain().lost, 0u);
}

}  // namespace
}  // namespace kmemcheck
