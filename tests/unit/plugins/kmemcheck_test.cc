// kmemcheck's engine: what an allocation, an access, a free does to the shadow, and what is reported.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "check_kmemcheck/checker.h"

namespace kmemcheck {
namespace {

constexpr std::uint64_t kPage = 0xffff88003e4a2000;
constexpr std::uint64_t kStack = 0xffff88007a000000;  // of nobody's tracked pages

// A checker and the instruction that it is at.
struct Watched {
  Checker checker;
  std::uint64_t ip = 0;
  std::set<std::uint64_t> slabs{};

  explicit Watched(Options options = {.mode = 1}) : checker(options) {}

  void pages(std::uint64_t base, unsigned order = 0, Gfp gfp = {}) {
    checker.alloc_pages(base, order, gfp);
  }
  void object(std::uint64_t at, std::uint64_t size, Gfp gfp = {}, Slab slab = {}) {
    checker.slab_alloc(at, size, gfp, in_slab(at, slab));
  }
  void free(std::uint64_t at, std::uint64_t size, Slab slab = {}) {
    checker.slab_free(at, size, in_slab(at, slab));
  }
  Slab in_slab(std::uint64_t at, Slab slab) {
    if (slabs.insert(page_of(at)).second) slab.base = page_of(at), slab.pages = 1;
    return slab;
  }
  void read(std::uint64_t at, std::uint64_t size) { checker.read(++ip, at, size); }
  void write(std::uint64_t at, std::uint64_t size) { checker.write(++ip, at, size, {}); }
  void copy(std::uint64_t from, std::uint64_t to, std::uint64_t size, unsigned unit = 8) {
    checker.copy(++ip, from, to, size, unit);
  }

  // `uuuuiiii`; `.` is not tracked.
  std::string shadow(std::uint64_t at, std::uint64_t size) const {
    std::string out;
    for (std::uint64_t i = 0; i < size; ++i) {
      const auto state = checker.shadow().at(at + i);
      out += state ? letter_of(*state) : '.';
    }
    return out;
  }
  // `32 u 24`: bits, state and offset in the page, of each report that waits.
  std::vector<std::string> reports() {
    std::vector<std::string> out;
    for (const Report& r : checker.drain().reports) {
      out.push_back(std::to_string(8 * r.size) + ' ' + letter_of(r.state) + ' ' +
                    std::to_string(r.address % kPageSize));
    }
    return out;
  }
};

using Reports = std::vector<std::string>;

struct Case {
  const char* name;
  void (*act)(Watched& run);
  Reports want;        // of reports
  const char* shadow;  // from the page's first byte
  Options options = {.mode = 1};
};

const Case kCases[] = {
    {"pages_are_uninitialized",
     [](Watched& r) {
       r.pages(kPage);
       r.read(kPage, 4);
     },
     {"32 u 0"},
     "iiiiuuuu"},
    {"zeroed_pages_are_initialized",
     [](Watched& r) {
       r.pages(kPage, 0, {.zero = true});
       r.read(kPage, 4);
     },
     {},
     "iiiiiiii"},
    {"notrack_pages_are_left_alone",
     [](Watched& r) {
       r.pages(kPage, 0, {.notrack = true});
       r.read(kPage, 4);
     },
     {},
     "........"},
    {"highmem_pages_are_left_alone",
     [](Watched& r) {
       r.pages(kPage, 0, {.highmem = true});
       r.read(kPage, 4);
     },
     {},
     "........"},
    {"freed_pages_are_left_alone",
     [](Watched& r) {
       r.pages(kPage);
       r.checker.free_pages(kPage, 0);
       r.read(kPage, 4);
     },
     {},
     "........"},
    {"all_pages_of_a_block",
     [](Watched& r) {
       r.pages(kPage, 1);
       r.read(kPage + kPageSize, 1);
     },
     {"8 u 0"},
     "uuuuuuuu"},

    {"an_object_is_uninitialized_the_rest_unallocated",
     [](Watched& r) {
       r.object(kPage, 4);
       r.read(kPage + 4, 4);
     },
     {"32 a 4"},
     "uuuuiiiiaaaa"},
    {"notrack_object_in_a_tracked_slab",
     [](Watched& r) {
       r.object(kPage, 4, {.notrack = true});
       r.read(kPage, 4);
     },
     {},
     "iiiiaaaa"},
    {"notrack_cache",
     [](Watched& r) {
       r.object(kPage, 4, {}, {.notrack = true});
       r.read(kPage, 4);
     },
     {},
     "...."},
    {"zeroed_object",
     [](Watched& r) {
       r.object(kPage, 4, {.zero = true});
       r.read(kPage, 4);
     },
     {},
     "iiiiaaaa"},
    {"a_constructor_has_run",
     [](Watched& r) {
       r.object(kPage, 4, {}, {.constructor = true});
       r.write(kPage, 4);
       r.free(kPage, 4, {.constructor = true});
       r.object(kPage, 4, {}, {.constructor = true});
       r.read(kPage, 4);
     },
     {},
     "iiiiuuuu"},
    {"freed_object",
     [](Watched& r) {
       r.object(kPage, 8);
       r.write(kPage, 8);
       r.free(kPage, 8);
       r.read(kPage, 8);
     },
     {"64 f 0"},
     "iiiiiiiiaaaa"},
    {"freed_by_rcu",
     [](Watched& r) {
       r.object(kPage, 8);
       r.write(kPage, 8);
       r.free(kPage, 8, {.by_rcu = true});
       r.read(kPage, 8);
     },
     {},
     "iiiiiiiiaaaa"},
    {"handed_out_again",
     [](Watched& r) {
       r.object(kPage, 4);
       r.write(kPage, 4);
       r.free(kPage, 4);
       r.object(kPage, 4);
       r.read(kPage, 2);
     },
     {"16 u 0"},
     "iiuuaaaa"},
    {"written_before_it_is_read",
     [](Watched& r) {
       r.object(kPage, 4);
       r.write(kPage, 4);
       r.read(kPage, 4);
     },
     {},
     "iiiiaaaa"},
    {"writes_are_never_reported",
     [](Watched& r) {
       r.object(kPage, 4);
       r.free(kPage, 4);
       r.write(kPage + 4, 4);
       r.write(kPage, 4);
     },
     {},
     "iiiiiiiiaaaa"},

    {"said_once",
     [](Watched& r) {
       r.pages(kPage);
       r.read(kPage, 4);
       r.read(kPage, 4);
     },
     {"32 u 0"},
     "iiiiuuuu"},
    {"said_once_by_one_instruction",
     [](Watched& r) {
       r.pages(kPage);
       r.checker.read(7, kPage, 4);
       r.checker.read(7, kPage + 8, 4);
     },
     {"32 u 0"},
     "iiiiuuuuiiiiuuuu"},
    {"said_again_after_another_instruction",
     [](Watched& r) {
       r.pages(kPage);
       r.checker.read(7, kPage, 4);
       r.checker.read(8, kPage + 8, 4);
       r.checker.read(7, kPage + 16, 4);
     },
     {"32 u 0", "32 u 8", "32 u 16"},
     "iiiiuuuuiiiiuuuuiiiiuuuu"},
    {"part_is_enough",
     [](Watched& r) {
       r.pages(kPage);
       r.write(kPage + 3, 1);
       r.read(kPage, 4);
     },
     {},
     "uuuiuuuu"},
    {"part_is_not_enough",
     [](Watched& r) {
       r.pages(kPage);
       r.write(kPage, 2);
       r.read(kPage, 4);
     },
     {"32 u 0"},
     "iiiiuuuu",
     {.mode = 1, .partial_ok = false}},
    {"the_first_bad_byte_tells_the_state",
     [](Watched& r) {
       r.object(kPage, 2);
       r.write(kPage, 2);
       r.read(kPage, 4);
     },
     {"32 a 0"},
     "iiiiaaaa",
     {.mode = 1, .partial_ok = false}},
    {"a_bit_field_is_annotated",
     [](Watched& r) {
       r.object(kPage, 8);
       r.checker.mark_initialized(kPage + 4, 4);
       r.read(kPage + 4, 4);
     },
     {},
     "uuuuiiiiaaaa"},
    {"any_other_size_in_steps",
     [](Watched& r) {
       r.pages(kPage);
       r.write(kPage, 8);
       r.read(kPage, 15);
     },
     {"32 u 8"},
     "iiiiiiiiiiiiiiiu"},

    {"copied_where_nobody_looks",
     [](Watched& r) {
       r.pages(kPage);
       r.write(kPage, 4);
       r.copy(kPage, kStack, 12, 4);
     },
     {"32 u 4"},
     "iiiiuuuuuuuu"},
    {"copied_with_the_shadow",
     [](Watched& r) {
       r.pages(kPage, 0, {.zero = true});
       r.pages(kPage + kPageSize);
       r.write(kPage + kPageSize, 2);
       r.copy(kPage + kPageSize, kPage, 4);
       r.read(kPage + 2, 2);
     },
     {"16 u 2"},
     "iiiiiiii"},
    {"copied_from_where_nobody_looks",
     [](Watched& r) {
       r.pages(kPage);
       r.copy(kStack, kPage, 8);
       r.read(kPage, 8);
     },
     {},
     "iiiiiiiiuuuu"},
    {"compared",
     [](Watched& r) {
       r.pages(kPage);
       r.checker.compare(1, kPage, kPage + 8, 4);
     },
     {"32 u 0"},
     "iiiiuuuuiiiiuuuu"},

    {"disabled",
     [](Watched& r) {
       r.pages(kPage);
       r.object(kPage, 4);
       r.read(kPage, 4);
     },
     {},
     "....",
     {.mode = 0}},
    {"one_shot",
     [](Watched& r) {
       r.pages(kPage);
       r.read(kPage, 4);
       r.read(kPage + 8, 4);
     },
     {"32 u 0"},
     "iiiiuuuuuuuu",
     {.mode = 2}},
    // Pages stay shown from the access on that finds it switched off: the shadow misses writes.
    {"switched_off_and_on",
     [](Watched& r) {
       r.pages(kPage);
       r.checker.set_mode(0);
       r.read(kPage, 1);
       r.write(kPage + 8, 4);
       r.checker.set_mode(1);
       r.read(kPage + 8, 4);
     },
     {},
     "iuuuuuuuuuuu"},
    {"of_objects_while_switched_off",
     [](Watched& r) {
       r.object(kPage, 4);
       r.checker.set_mode(0);
       r.object(kPage + 4, 4);
     },
     {},
     "uuuuiiiiaaaa"},
};

TEST(KmemcheckEngine, Cases) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    Watched run(c.options);
    c.act(run);
    EXPECT_EQ(run.reports(), c.want);
    EXPECT_EQ(run.shadow(kPage, std::string(c.shadow).size()), c.shadow);
  }
}

// An access over a page's end is two, and of the second the kernel looks at one byte too few.
struct Crossing {
  const char* name;
  bool first, second;  // tracked
  unsigned before;     // bytes in the first page
  unsigned size;
  Reports want;
};
const Crossing kCrossings[] = {
    {"both", true, true, 4, 8, {"32 u 4092", "24 u 0"}},
    {"first", true, false, 4, 8, {"32 u 4092"}},
    // Only the second page faults, and is looked at as if the whole access were in it.
    {"second", false, true, 4, 8, {"64 u 0"}},
    {"one_byte_beyond", true, true, 7, 8, {"56 u 4089", "0 u 0"}},
    {"none", false, false, 4, 8, {}},
};

TEST(KmemcheckEngine, CrossesAPage) {
  for (const Crossing& c : kCrossings) {
    SCOPED_TRACE(c.name);
    Watched run;
    if (c.first) run.pages(kPage);
    if (c.second) run.pages(kPage + kPageSize);
    // The two halves have one instruction pointer, so that only the first of two is reported.
    run.read(kPage + kPageSize - c.before, c.size);
    const Reports first(c.want.begin(), c.want.begin() + (c.want.empty() ? 0 : 1));
    EXPECT_EQ(run.reports(), first);
    if (c.first && c.second && c.size - c.before > 1) {
      EXPECT_EQ(run.shadow(kPage + kPageSize, c.size - c.before), "iiiu");
    }
  }
}

TEST(KmemcheckEngine, CopyOverAPageEnd) {
  Watched run;
  run.pages(kPage);
  run.pages(kPage + 2 * kPageSize, 1, {.zero = true});
  run.copy(kPage + kPageSize - 4, kPage + 3 * kPageSize - 2, 8);
  EXPECT_EQ(run.reports(), Reports{});
  EXPECT_EQ(run.shadow(kPage + 3 * kPageSize - 2, 8), "uuuuiiii");  // the rest came from nobody
}

// The window that a report shows is of the page of the source's first byte, or the kernel ends there.
TEST(KmemcheckEngine, EndsTheKernel) {
  Watched run;
  run.pages(kPage + kPageSize);
  run.copy(kPage + kPageSize - 1, kStack, 8);
  EXPECT_EQ(run.reports(), Reports{});
  EXPECT_FALSE(run.checker.dead());  // a byte that is not tracked is initialised
  Watched strict({.mode = 1, .partial_ok = false});
  strict.pages(kPage + kPageSize);
  strict.copy(kPage + kPageSize - 1, kStack, 8);
  EXPECT_TRUE(strict.checker.dead());
}

TEST(KmemcheckEngine, KeepsContents) {
  Watched run;
  run.pages(kPage);
  const std::uint8_t told[] = {0xde, 0xad, 0xbe, 0xef};
  run.checker.tell(kPage, told);
  run.checker.write(1, kPage + 1, 2, Contents(told).first(1));
  run.checker.copy(2, kPage, kPage + 4, 4, 1);
  std::string bytes;
  for (unsigned i = 0; i < 8; ++i) {
    const auto b = run.checker.shadow().content(kPage + i);
    bytes += b ? std::to_string(*b) + ' ' : "? ";
  }
  EXPECT_EQ(bytes, "222 222 ? 239 222 222 ? 239 ");
}

}  // namespace
}  // namespace kmemcheck
