// kmemcheck's engine: what an allocation, an access, a free does to the shadow, and what is reported.
#include <gtest/gtest.h>

#include <string>

#include "kmemcheck_watched.h"

namespace kmemcheck {
namespace {

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

}  // namespace
}  // namespace kmemcheck
