#include "e820/edit.h"

#include <gtest/gtest.h>

#include "entries.h"

namespace memmap::e820 {
namespace {

constexpr E820Entry kGone = at(0, 0, E820Type{0});

struct EditCase {
  const char* name;
  E820Entries in;
  std::uint64_t start, size;
  E820Entries updated;  // RAM becomes reserved
  E820Entries removed;  // RAM goes
};
const EditCase kEditCases[] = {
    {"apart", {at(0, 4)}, 8, 4, {at(0, 4)}, {at(0, 4)}},
    {"touching", {at(0, 4), at(8, 4)}, 4, 4, {at(0, 4), at(8, 4)}, {at(0, 4), at(8, 4)}},
    {"whole", {at(0, 4)}, 0, 4, {at(0, 4, V)}, {kGone}},
    {"more_than_whole", {at(2, 4)}, 0, 9, {at(2, 4, V)}, {kGone}},
    {"middle", {at(0, 9)}, 3, 3, {at(0, 3), at(3, 3, V), at(6, 3)}, {at(0, 3), at(6, 3)}},
    {"middle_above_0",
     {at(10, 9)},
     13,
     3,
     {at(10, 3), at(13, 3, V), at(16, 3)},
     {at(10, 3), at(16, 3)}},
    {"front", {at(0, 9)}, 0, 3, {at(3, 6), at(0, 3, V)}, {at(3, 6)}},
    {"back", {at(0, 9)}, 6, 3, {at(0, 6), at(6, 3, V)}, {at(0, 6)}},
    {"behind_one_that_is_apart",
     {at(0, 2), at(4, 8)},
     6,
     2,
     {at(0, 2), at(4, 2), at(6, 2, V), at(8, 4)},
     {at(0, 2), at(4, 2), at(8, 4)}},
    {"head", {at(4, 8)}, 0, 6, {at(6, 6), at(4, 2, V)}, {at(6, 6)}},
    {"tail", {at(0, 8)}, 6, 9, {at(0, 6), at(6, 2, V)}, {at(0, 6)}},
    {"across_two",
     {at(0, 4), at(6, 4)},
     2,
     6,
     {at(0, 2), at(8, 2), at(2, 2, V), at(6, 2, V)},
     {at(0, 2), at(8, 2)}},
    {"other_types_stay",
     {at(0, 4, A), at(4, 4)},
     0,
     8,
     {at(0, 4, A), at(4, 4, V)},
     {at(0, 4, A), kGone}},
    {"size_is_clamped", {at(0, 8)}, 4, ~0ull, {at(0, 4), at(4, 4, V)}, {at(0, 4)}},
};

class EditCases : public testing::TestWithParam<EditCase> {};

TEST_P(EditCases, Update) {
  Table table = table_of(GetParam().in);
  EventList told;
  const Events& events = told.events;
  Editor(table, told, "test").update(GetParam().start, GetParam().size, R, V);
  EXPECT_EQ(table.entries(), GetParam().updated);
  EXPECT_EQ(events.size(), 1u);
}

TEST_P(EditCases, Remove) {
  Table table = table_of(GetParam().in);
  EventList told;
  const Events& events = told.events;
  Editor(table, told, "test").remove(GetParam().start, GetParam().size, R);
  EXPECT_EQ(table.entries(), GetParam().removed);
  EXPECT_EQ(events.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(, EditCases, testing::ValuesIn(kEditCases),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Editor, SaysWhatTheKernelSays) {
  Table table = table_of({at(0, 0x9fc00), at(0x100000, 0x1000000)});
  EventList told;
  const Events& events = told.events;
  Editor edit(table, told, "trim_bios_range");
  EXPECT_EQ(edit.update(0, 0x1000, R, V), 0x1000u);
  EXPECT_EQ(edit.remove(0xa0000, 0x60000, R), 0u);
  EXPECT_EQ(edit.remove_all(0, 0x1000), 0x1000u);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].text, "e820: update [mem 0x00000000-0x00000fff] usable ==> reserved");
  EXPECT_EQ(events[0].step, "trim_bios_range");
  EXPECT_EQ(events[1].text, "e820: remove [mem 0x000a0000-0x000fffff] usable");
  EXPECT_EQ(events[2].text, "e820: remove [mem 0x00000000-0x00000fff] ");
}

TEST(Editor, DropsWhatFindsNoPlaceAndSaysSo) {
  Table table = table_of({at(0, 9)}, 2);
  EventList told;
  const Events& events = told.events;
  Editor(table, told, "test").update(3, 3, R, V);
  // As the kernel: the tail is lost, the head is shortened all the same.
  EXPECT_EQ(table.entries(), (E820Entries{at(0, 3), at(3, 3, V)}));
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].severity, Severity::warning);
  EXPECT_EQ(events[1].text, "too many entries; ignoring [mem 0x00000006-0x00000008]");
}

TEST(Editor, SanitizingTellsWhatItDropsAndWhatItLeaves) {
  EventList told;
  const Events& events = told.events;
  Table sorted = table_of({at(8, 4), at(0, 4)});
  EXPECT_TRUE(Editor(sorted, told, "test").sanitize());
  EXPECT_EQ(sorted.entries(), (E820Entries{at(0, 4), at(8, 4)}));
  Table one = table_of({at(5, 0)});
  EXPECT_FALSE(Editor(one, told, "test").sanitize());
  EXPECT_TRUE(events.empty());

  Table small = table_of({at(0, 9), at(2, 1, V)}, 2);
  EXPECT_TRUE(Editor(small, told, "test").sanitize());
  EXPECT_EQ(small.entries(), (E820Entries{at(0, 2), at(2, 1, V)}));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].text, "e820: the table's 2 places are full; what lies above is dropped");
  EXPECT_EQ(events[0].range, PhysRange::make(3, ~0ull));

  const E820Entries wrapping{at(8, 4), at(~0ull, 9)};
  Table wraps = table_of(wrapping);
  EXPECT_FALSE(Editor(wraps, told, "test").sanitize());
  EXPECT_EQ(wraps.entries(), wrapping);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].text,
            "e820: an entry wraps past the end of the address space; the table is left unsorted");
}

TEST(Editor, AnswersHowManyBytesChanged) {
  const auto edited = [](auto edit) {
    Table table = table_of({at(0, 4), at(6, 4), at(12, 4, V)});
    EventList told;
    Editor editor(table, told, "test");
    return edit(editor);
  };
  EXPECT_EQ(edited([](Editor& e) { return e.update(2, 6, R, V); }), 4u);
  EXPECT_EQ(edited([](Editor& e) { return e.update(1, 2, R, V); }), 2u);
  EXPECT_EQ(edited([](Editor& e) { return e.update(0, 20, R, V); }), 8u);
  EXPECT_EQ(edited([](Editor& e) { return e.update(4, 2, R, V); }), 0u);
  EXPECT_EQ(edited([](Editor& e) { return e.remove(1, 2, R); }), 2u);
  EXPECT_EQ(edited([](Editor& e) { return e.remove(0, 8, R); }), 6u);
  EXPECT_EQ(edited([](Editor& e) { return e.remove_all(0, 20); }), 12u);
  EXPECT_EQ(edited([](Editor& e) { return e.remove_all(16, 20); }), 0u);
}

TEST(Editor, WhatIsAddedIsToldAndWhatIsAppendedIsNot) {
  Table table = table_of({}, 2);
  EventList told;
  Editor edit(table, told, "test");
  edit.append(0, 4, R);
  EXPECT_TRUE(told.events.empty());
  edit.add(0x1000, 0x1000, A);
  ASSERT_EQ(told.events.size(), 1u);
  EXPECT_EQ(told.events[0].text, "e820: add [mem 0x00001000-0x00001fff] ACPI data");
  EXPECT_EQ(told.events[0].range, PhysRange::make(0x1000, 0x2000));
  edit.add(0x3000, 0x1000, V);
  ASSERT_EQ(told.events.size(), 3u);
  EXPECT_EQ(told.events[2].text, "too many entries; ignoring [mem 0x00003000-0x00003fff]");
  EXPECT_EQ(told.events[2].range, PhysRange::make(0x3000, 0x4000));
  EXPECT_EQ(table.entries(), (E820Entries{at(0, 4), at(0x1000, 0x1000, A)}));
}

TEST(Edit, AnEntryThatWrapsIsToldOf) {
  Table table = table_of({at(0, 4), at(~0ull, 4)});
  EventList told;
  EXPECT_FALSE(Editor(table, told, "test").sanitize());
  ASSERT_EQ(told.events.size(), 1u);
  EXPECT_EQ(told.events[0].severity, Severity::warning);
  EXPECT_EQ(told.events[0].range, PhysRange::make(0, 0));
}

TEST(Table, EndOfRam) {
  const Table table = table_of({at(0, 0x1800), at(0x4000, 0x1000, A), at(0x8000, 0x1000, V)});
  EXPECT_EQ(raw(end_of_ram_pfn(table, Pfn{100}, false)), 1u);
  EXPECT_EQ(raw(end_of_ram_pfn(table, Pfn{100}, true)), 5u);
  EXPECT_EQ(raw(end_of_ram_pfn(table, Pfn{3}, true)), 1u);
  EXPECT_EQ(raw(end_of_ram_pfn(table, Pfn{4}, true)), 1u);
  EXPECT_EQ(raw(end_of_ram_pfn(table, Pfn{5}, true)), 5u);
  const Table large = table_of({at(0x8000, 0x8000), at(0, 0x2000)});
  EXPECT_EQ(raw(end_of_ram_pfn(large, Pfn{100}, false)), 16u);
  EXPECT_EQ(raw(end_of_ram_pfn(large, Pfn{15}, false)), 15u);
  const Table late = table_of({at(0, 0x1000, V), at(0x9000, 0x1000), at(0x2000, 0x1000)});
  EXPECT_EQ(raw(end_of_ram_pfn(late, Pfn{100}, false)), 10u);
  EXPECT_EQ(raw(end_of_ram_pfn(late, Pfn{9}, false)), 3u);  // as it is where it could not be sorted
  EXPECT_EQ(raw(end_of_ram_pfn(table_of({at(0, 0x1000, V)}), Pfn{100}, false)), 0u);
}

TEST(Table, Mapped) {
  const Table table = table_of({at(0, 4), at(4, 4), at(10, 2, V)});
  EXPECT_TRUE(mapped_all(table, PhysRange::make(1, 8), R));
  EXPECT_FALSE(mapped_all(table, PhysRange::make(1, 9), R));
  EXPECT_TRUE(mapped_any(table, PhysRange::make(7, 20), R));
  EXPECT_FALSE(mapped_any(table, PhysRange::make(8, 20), R));
  EXPECT_TRUE(mapped_any(table, PhysRange::make(11, 12), V));
  EXPECT_FALSE(mapped_any(table, PhysRange::make(12, 20), V));
  EXPECT_TRUE(mapped_all(table, PhysRange::make(10, 12), V));
  EXPECT_FALSE(mapped_all(table, PhysRange::make(9, 12), V));
  EXPECT_FALSE(mapped_all(table, PhysRange::make(0, 4), V));
  EXPECT_FALSE(mapped_any(table, PhysRange::make(9, 10), V));
  const Table apart = table_of({at(0, 4), at(8, 4)});
  EXPECT_TRUE(mapped_all(apart, PhysRange::make(8, 12), R));
  EXPECT_FALSE(mapped_all(apart, PhysRange::make(6, 12), R));
  EXPECT_FALSE(mapped_all(apart, PhysRange::make(8, 8), R));  // of no bytes: as the kernel has it
}

TEST(Text, OfARangeNamesItsLastByte) {
  EXPECT_EQ(table_range(0, 0x9fc00), "[mem 0x0000000000000000-0x000000000009fbff]");
  EXPECT_EQ(edit_range(0x1000, 0x2000), "[mem 0x00001000-0x00001fff]");
  EXPECT_EQ(edit_range(0, 0), "[mem 0x00000000-0xffffffffffffffff]");
}

}  // namespace
}  // namespace memmap::e820
