// Two results held against each other.
#include "diff/diff.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace memmap::diff {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Span span(std::uint64_t base, std::uint64_t end, std::string what) {
  return {PhysRange::make(base, end), std::move(what), "f"};
}

View with(Compared compared, std::vector<Span> spans) {
  View out;
  out.stages.push_back({"stage", "a stage", compared, std::move(spans)});
  return out;
}

std::string text(const std::optional<PhysRange>& r) {
  return r ? fmt::format("{:x}-{:x}", raw(r->base()), raw(r->end())) : "nothing";
}

// `turned 10-20 ram to reserved`, `moved kernel 10-20 to 30-40`
std::vector<std::string> changes(const Diff& d) {
  std::vector<std::string> out;
  for (const StageChanges& stage : d.stages) {
    for (const Change& c : stage.changes) {
      switch (c.kind) {
        case Kind::turned:
          out.push_back(fmt::format("turned {} {} to {}", text(c.new_range), c.from, c.to));
          break;
        case Kind::moved:
          out.push_back(
              fmt::format("moved {} {} to {}", c.what, text(c.old_range), text(c.new_range)));
          break;
        case Kind::grew:
          out.push_back(
              fmt::format("grew {} {} to {}", c.what, text(c.old_range), text(c.new_range)));
          break;
        case Kind::appeared:
          out.push_back(fmt::format("appeared {} {}", c.what, text(c.new_range)));
          break;
        case Kind::vanished:
          out.push_back(fmt::format("vanished {} {}", c.what, text(c.old_range)));
          break;
      }
    }
  }
  return out;
}

std::vector<std::string> of(Compared compared, std::vector<Span> was, std::vector<Span> is,
                            const Tolerance& tolerance = {}) {
  return changes(diff(with(compared, std::move(was)), with(compared, std::move(is)), tolerance));
}

TEST(Diff, TheSameIsNoDifference) {
  const std::vector<Span> spans{span(0, 0x10, "ram"), span(0x10, 0x20, "reserved")};
  const Diff d = diff(with(Compared::by_place, spans), with(Compared::by_place, spans), {});
  EXPECT_FALSE(d.differs());
  EXPECT_EQ(d.refusal(), "");
}

TEST(Diff, APlaceTurnsByItsBytes) {
  EXPECT_THAT(of(Compared::by_place, {span(0, 0x10, "ram"), span(0x10, 0x20, "reserved")},
                 {span(0, 0x14, "ram"), span(0x14, 0x24, "reserved")}),
              ElementsAre("turned 10-14 reserved to ram", "turned 20-24  to reserved"));
}

TEST(Diff, CutsOfOneKindAreNoDifference) {
  EXPECT_THAT(of(Compared::by_place, {span(0, 0x20, "ram")},
                 {span(0, 0x10, "ram"), span(0x10, 0x20, "ram")}),
              IsEmpty());
}

TEST(Diff, NeighboursThatTurnAlikeAreOneChange) {
  EXPECT_THAT(of(Compared::by_place, {span(0, 0x20, "ram")},
                 {span(0, 0x10, "nvs"), span(0x10, 0x20, "nvs")}),
              ElementsAre("turned 0-20 ram to nvs"));
}

TEST(Diff, ThingsMoveGrowComeAndGo) {
  EXPECT_THAT(of(Compared::by_name,
                 {span(0x10, 0x20, "kernel"), span(0x40, 0x50, "initrd"), span(0x60, 0x70, "gone")},
                 {span(0x20, 0x30, "kernel"), span(0x40, 0x58, "initrd"), span(0x80, 0x90, "new")}),
              ElementsAre("moved kernel 10-20 to 20-30", "grew initrd 40-50 to 40-58",
                          "vanished gone 60-70", "appeared new 80-90"));
}

TEST(Diff, PiecesThatStayAreNotMoved) {
  EXPECT_THAT(of(Compared::by_name, {span(0x10, 0x20, "tables"), span(0x30, 0x40, "tables")},
                 {span(0x30, 0x40, "tables"), span(0x50, 0x60, "tables")}),
              ElementsAre("moved tables 10-20 to 50-60"));
}

TEST(Diff, WhatIsToleratedIsCounted) {
  const View was =
      with(Compared::by_name, {span(0x10, 0x20, "kernel"), span(0x40, 0x50, "hash table")});
  const View is =
      with(Compared::by_name, {span(0x14, 0x24, "kernel"), span(0x80, 0x90, "hash table")});
  const Diff d = diff(was, is, {.ignore = {"hash*", "nothing"}, .bytes = 4});
  EXPECT_FALSE(d.differs());
  EXPECT_EQ(d.tolerated, 2u);
  EXPECT_THAT(d.idle, ElementsAre("nothing"));
}

TEST(Diff, TheMapIsComparedBeforeTheNumberOfPages) {
  View was;
  was.physpages = 100;
  View is = was;
  is.physpages = 99;
  EXPECT_EQ(diff(was, is, {}).refusal(), "Image mismatch: memory size");
  is.firmware = {{PhysAddr{0}, 0x1000, E820Type::ram}};
  EXPECT_EQ(diff(was, is, {}).refusal(), "Hibernate inconsistent memory map detected!");
}

TEST(Diff, FiguresByName) {
  View was;
  was.figures = {{"MemTotal", Unit::kib, 100}, {"gone", Unit::count, 1}, {"same", Unit::pages, 5}};
  View is;
  is.figures = {{"same", Unit::pages, 5}, {"MemTotal", Unit::kib, 101}, {"new", Unit::count, 2}};
  const Diff d = diff(was, is, {});
  ASSERT_EQ(d.figures.size(), 3u);
  EXPECT_EQ(d.figures[0].name, "MemTotal");
  EXPECT_EQ(d.figures[1].new_value, std::nullopt);
  EXPECT_EQ(d.figures[2].old_value, std::nullopt);
  EXPECT_EQ(diff(was, is, {.bytes = 1024}).figures.size(), 2u);
}

TEST(Diff, EventsAreHeldAgainstEachOtherByNumber) {
  View was;
  was.events = {{"info", "f", "a"}, {"info", "f", "a"}, {"warning", "g", "b"}};
  View is;
  is.events = {{"info", "f", "a"}, {"panic", "h", "c"}};
  const Diff d = diff(was, is, {});
  EXPECT_EQ(d.only_old.size(), 2u);
  ASSERT_EQ(d.only_new.size(), 1u);
  EXPECT_EQ(d.only_new[0].text, "c");
}

}  // namespace
}  // namespace memmap::diff
