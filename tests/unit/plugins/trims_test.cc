// Each trim by itself: what it answers to what it sees.
#include <fmt/format.h>

#include "plugin/adapt/trim.h"
#include "shipped.h"

namespace memmap::plugin {
namespace {

using boot::Hook;
using boot::Verb;
using test::World;

constexpr Pfn kTrimsEnd{0x80000};  // 2 GiB

const E820Entries kTable = {{PhysAddr{0}, 0x9fc00, E820Type::ram},
                            {PhysAddr{0xf0000}, 0x10000, E820Type::reserved},
                            {PhysAddr{kMiB}, 2 * kGiB - kMiB, E820Type::ram}};
const memblock::Regions kTrimsMemory = {{.range = test::span(0x1000, 0x9f000)},
                                        {.range = test::span(kMiB, 2 * kGiB)}};

// `remove 1 [0xa0000, 0x100000)`, `warning: ...`; in order.
std::vector<std::string> texts(const boot::TrimAnswer& answer) {
  constexpr std::string_view kVerbs[] = {"retype", "remove", "reserve", "cap", "align"};
  std::vector<std::string> out;
  for (const auto& doing : answer.doings) {
    if (const auto* event = std::get_if<Event>(&doing)) {
      out.push_back((event->severity == Severity::warning ? "warning: " : "") + event->text);
      continue;
    }
    const auto& e = std::get<boot::Edit>(doing);
    std::string text(kVerbs[static_cast<std::size_t>(e.verb)]);
    if (e.verb == Verb::retype) text += fmt::format(" {}to{}", e.from, e.to);
    if (e.verb == Verb::remove) text += fmt::format(" {}", e.from);
    if (e.verb == Verb::align) {
      text += fmt::format(" {:#x}", e.align);
    } else if (e.verb == Verb::cap) {
      text += fmt::format(" {:#x}", raw(e.range.base()));
    } else {
      text += fmt::format(" [{:#x}, {:#x})", raw(e.range.base()), raw(e.range.end()));
    }
    out.push_back(text);
  }
  return out;
}

using Texts = std::vector<std::string>;

std::vector<std::string> ask(const char* name, World& world, Hook hook,
                             const OptionTexts& options = {},
                             const memblock::Regions& memory = kTrimsMemory) {
  const auto trim = test::shipped<TrimPlugin>(name, world, options);
  EXPECT_TRUE(trim->acts_at(hook));
  const auto answer = trim->run({.hook = hook,
                                 .table = kTable,
                                 .memory = memory,
                                 .max_pfn = kTrimsEnd,
                                 .mtrrs = world.machine.mtrrs});
  if (!answer) {
    const Error& e = answer.errors()[0];
    return {(e.code == ErrorCode::plugin_fault ? "fault: " : "mistake: ") + e.message};
  }
  return texts(*answer);
}

TEST(TrimBios, TakesTheFirstPageAndWhatIsBelow1M) {
  World world;
  const Texts want = {"retype 1to2 [0x0, 0x1000)", "remove 1 [0xa0000, 0x100000)"};
  EXPECT_EQ(ask("trim_bios", world, Hook::e820_bios), want);
  world.profile.version = {2, 6, 34};
  EXPECT_EQ(ask("trim_bios", world, Hook::e820_bios), want);
  world.profile.version = {2, 6, 33};
  EXPECT_EQ(ask("trim_bios", world, Hook::e820_bios), Texts());
}

TEST(TrimPartialPages, AlignsSince37) {
  World world;
  EXPECT_EQ(ask("trim_partial_pages", world, Hook::memblock_filled), Texts{"align 0x1000"});
  world.profile.version = {3, 6, 11};
  EXPECT_EQ(ask("trim_partial_pages", world, Hook::memblock_filled), Texts());
}

struct SnbCase {
  const char* name;
  PciDevice device;
  bool has_pci;
  bool trims;
};
class TrimSnb : public testing::TestWithParam<SnbCase> {};
TEST_P(TrimSnb, IsForOneKindOfGraphics) {
  World world;
  world.machine.pci = {{0, 0x8086, 0x0104}, GetParam().device};
  world.profile.config["PCI"] = GetParam().has_pci ? "true" : "false";
  const Texts want = {"reserving inaccessible SNB gfx pages", "reserve [0x20050000, 0x20051000)",
                      "reserve [0x20110000, 0x20111000)",     "reserve [0x20130000, 0x20131000)",
                      "reserve [0x20138000, 0x20139000)",     "reserve [0x40004000, 0x40005000)"};
  EXPECT_EQ(ask("trim_snb", world, Hook::memblock_early), GetParam().trims ? want : Texts());
  EXPECT_EQ(ask("trim_snb", world, Hook::memblock_platform), Texts());
  world.profile.version = {5, 10, 0};
  EXPECT_EQ(ask("trim_snb", world, Hook::memblock_early), Texts());
  EXPECT_EQ(ask("trim_snb", world, Hook::memblock_platform).size(), GetParam().trims ? 7u : 0u);
}
INSTANTIATE_TEST_SUITE_P(
    , TrimSnb,
    testing::Values(SnbCase{"mobile", {2 << 3, 0x8086, 0x0116}, true, true},
                    SnbCase{"server", {2 << 3, 0x8086, 0x010a}, true, true},
                    SnbCase{"ivy_bridge", {2 << 3, 0x8086, 0x0166}, true, false},
                    SnbCase{"other_vendor", {2 << 3, 0x1002, 0x0116}, true, false},
                    SnbCase{"elsewhere", {1 << 8, 0x8086, 0x0116}, true, false},
                    SnbCase{"kernel_without_pci", {2 << 3, 0x8086, 0x0116}, false, false}),
    [](const auto& row) { return row.param.name; });

struct LimitCase {
  const char* parameter;
  bool taken;
  Texts want;
};
TEST(TrimLimit, ReadsMemAsTheKernelDoes) {
  const Texts kMalformed = {"warning: Malformed early option 'mem'"};
  const LimitCase cases[] = {
      {"quiet", false, {}},
      {"memmap=1M", false, {}},
      {"mem=2M", true, {"cap 0x200000"}},
      {"mem=0x1000", true, {"cap 0x1000"}},
      {"mem=2Mrest", true, {"cap 0x200000"}},
      {"mem=0", true, kMalformed},
      {"mem=lots", true, kMalformed},
      {"mem", false, kMalformed},
      {"mem=nopentium",
       false,
       {"warning: mem=nopentium ignored! (only supported on x86_32)", kMalformed[0]}},
  };
  for (const LimitCase& c : cases) {
    World world{.line = c.parameter};
    for (const bool has_option : {false, true}) {
      const auto trim = test::shipped<TrimPlugin>(
          "trim_limit", world, has_option ? OptionTexts{{"limit", "1G"}} : OptionTexts{});
      const auto answer = trim->run(
          {.hook = Hook::e820_parameter, .table = kTable, .parameter = &world.parameters.at(0)});
      ASSERT_TRUE(answer.ok()) << c.parameter;
      EXPECT_EQ(answer->taken, c.taken && !has_option) << c.parameter;
      EXPECT_EQ(texts(*answer), has_option ? Texts() : c.want) << c.parameter;
    }
  }
}

TEST(TrimLimit, OptionActsWhenAllIsRead) {
  World world{.line = "mem=2G"};
  EXPECT_EQ(ask("trim_limit", world, Hook::e820_command_line, {{"limit", "512M"}}),
            Texts{"cap 0x20000000"});
  EXPECT_EQ(ask("trim_limit", world, Hook::e820_command_line), Texts());
}

struct MtrrCase {
  const char* name;
  std::vector<MtrrRange> mtrrs;
  MtrrType default_type;
  std::uint64_t tom2;
  const char* line;
  Texts want;
};
class TrimMtrr : public testing::TestWithParam<MtrrCase> {};
TEST_P(TrimMtrr, TakesWhatIsNotCached) {
  World world{.line = GetParam().line};
  world.machine.mtrrs = GetParam().mtrrs;
  world.machine.mtrr_default = GetParam().default_type;
  if (GetParam().tom2 != 0) world.machine.mtrr_tom2 = PhysAddr{GetParam().tom2};
  EXPECT_EQ(ask("trim_mtrr", world, Hook::e820_mtrr), GetParam().want);
}
const MtrrRange kFirst1G = {test::span(0, kGiB), MtrrType::write_back};
const MtrrRange kAll = {test::span(0, 4 * kGiB), MtrrType::write_back};
constexpr char kLost[] = "warning: WARNING: BIOS bug: CPU MTRRs don't cover all of memory, losing ";
const Texts kSecond1G = {"retype 1to2 [0x40000000, 0x80000000)",
                         std::string(kLost) + "1024MB of RAM."};
INSTANTIATE_TEST_SUITE_P(
    , TrimMtrr,
    testing::Values(
        MtrrCase{"all_covered", {kAll}, MtrrType::uncachable, 0, "", {}},
        MtrrCase{"top", {kFirst1G}, MtrrType::uncachable, 0, "", kSecond1G},
        MtrrCase{"hole",
                 {kAll, {test::span(kGiB, kGiB + 16 * kMiB), MtrrType::uncachable}},
                 MtrrType::uncachable,
                 0,
                 "",
                 {"retype 1to2 [0x40000000, 0x41000000)", std::string(kLost) + "16MB of RAM."}},
        MtrrCase{"low_uncachable_is_the_fixed_ones",
                 {kAll, {test::span(0, 2 * kMiB), MtrrType::uncachable}},
                 MtrrType::uncachable,
                 0,
                 "",
                 {"retype 1to2 [0x100000, 0x200000)", std::string(kLost) + "1MB of RAM."}},
        MtrrCase{"tom2_covers_above_4g",
                 {kFirst1G},
                 MtrrType::uncachable,
                 8 * kGiB,
                 "",
                 {"retype 1to2 [0x40000000, 0x100000000)", std::string(kLost) + "1024MB of RAM."}},
        MtrrCase{"default_is_cached", {kFirst1G}, MtrrType::write_back, 0, "", {}},
        MtrrCase{"blank", {}, MtrrType::uncachable, 0, "", {}},
        MtrrCase{"other_types",
                 {kFirst1G, {test::span(kGiB, 2 * kGiB), MtrrType::write_combining}},
                 MtrrType::uncachable,
                 0,
                 "",
                 {}},
        MtrrCase{"turned_off", {kFirst1G}, MtrrType::uncachable, 0, "disable-mtrr-trim", {}}),
    [](const auto& row) { return row.param.name; });

struct BadCase {
  const char* name;
  OptionTexts options;
  Texts want;
};
class TrimBadram : public testing::TestWithParam<BadCase> {};
TEST_P(TrimBadram, ReservesPagesOfMemory) {
  World world;
  EXPECT_EQ(ask("trim_badram", world, Hook::memblock_filled, GetParam().options), GetParam().want);
}
const BadCase kBadCases[] = {
    {"page", {{"badram", "0x12345000,0xfffff000"}}, {"reserve [0x12345000, 0x12346000)"}},
    {"full_mask",
     {{"badram", "0x12345678,0xffffffffffffffff"}},
     {"reserve [0x12345000, 0x12346000)"}},
    {"run", {{"badram", "0x20001000,0xffffffffffffc000"}}, {"reserve [0x20000000, 0x20004000)"}},
    {"two",
     {{"badram", "0x3000,~0"}},
     {"mistake: plugin `trim_badram`: option `badram`: `0x3000,~0` is not a list of pairs of "
      "address and mask: 0x12345000,0xfffff000"}},
    {"every_second_gigabyte",
     {{"badram", "0x1000,0xffffffffbffff000"}},
     {"reserve [0x1000, 0x2000)", "reserve [0x40001000, 0x40002000)"}},
    {"pairs_join",
     {{"badram", "0x200000,0xfffffffffffff000,0x201000,0xfffffffffffff000"}},
     {"reserve [0x200000, 0x202000)"}},
    {"ranges",
     {{"memmap", "0x1000$0x12345000,8K$1M"}},
     {"reserve [0x100000, 0x102000)", "reserve [0x12345000, 0x12346000)"}},
    {"parts_of_pages", {{"memmap", "2$0x12345fff"}}, {"reserve [0x12345000, 0x12347000)"}},
    {"outside", {{"memmap", "4K$3G"}}, {"warning: no bad address lies in memory"}},
    {"cut_to_memory",
     {{"memmap", "1M$0x9e000"}},
     {"reserve [0x9e000, 0x9f000)", "reserve [0x100000, 0x19e000)"}},
    {"not_even",
     {{"badram", "0x12345000"}},
     {"mistake: plugin `trim_badram`: option `badram`: `0x12345000` is not a list of pairs of "
      "address and mask: 0x12345000,0xfffff000"}},
    {"no_size",
     {{"memmap", "0$1M"}},
     {"mistake: plugin `trim_badram`: option `memmap`: `0$1M` is not a list of ranges: "
      "0x1000$0x12345000"}},
    {"too_many",
     {{"badram", "0x0,0x1000"}},
     {"mistake: plugin `trim_badram`: option `badram`: names more than 65536 pieces of memory"}},
    {"nothing",
     {},
     {"mistake: plugin `trim_badram`: option `badram`: is missing, and so is `memmap`"}},
};
INSTANTIATE_TEST_SUITE_P(, TrimBadram, testing::ValuesIn(kBadCases),
                         [](const auto& row) { return row.param.name; });

// A pattern has 2^38 addresses below that memory, of which none is looked at.
TEST(TrimBadramPatterns, AreNotWalkedThroughHoles) {
  World world;
  constexpr std::uint64_t kFar = std::uint64_t{1} << 51;
  const memblock::Regions memory = {
      {.range = test::span(0, 64 * kMiB)},
      {.range = test::span(kFar + kGiB - 0x1800, kFar + kGiB + 0x3000)}};
  EXPECT_EQ(ask("trim_badram", world, Hook::memblock_filled, {{"badram", "0x40000000,0x40001000"}},
                memory),
            (Texts{"reserve [0x8000040000000, 0x8000040001000)",
                   "reserve [0x8000040002000, 0x8000040003000)"}));
}

// Against a look at each page.
TEST(TrimBadramPatterns, AreThePagesThatMatch) {
  World world;
  std::uint64_t random = 1;
  const auto next = [&random] {
    random = random * 6364136223846793005u + 1442695040888963407u;
    return random >> 20;
  };
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t address = next() % (2 * kGiB);
    // Bits that are not free: some of bits 12 to 19, most of those above.
    std::uint64_t above = next();
    above |= next();
    above |= next();
    const std::uint64_t mask = (next() & 0xff000) | (above & 0x7ff00000);
    Texts want;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    const auto flush = [&] {
      if (begin != end) want.push_back(fmt::format("reserve [{:#x}, {:#x})", begin, end));
    };
    for (const memblock::Region& m : kTrimsMemory) {
      for (std::uint64_t at = raw(m.range.base()); at < raw(m.range.end()); at += kPageSize) {
        if (((at ^ address) & mask) != 0) continue;
        if (at != end) {
          flush();
          begin = at;
        }
        end = at + kPageSize;
      }
    }
    flush();
    if (want.empty()) want = {"warning: no bad address lies in memory"};
    EXPECT_EQ(ask("trim_badram", world, Hook::memblock_filled,
                  {{"badram", fmt::format("{:#x},{:#x}", address, mask)}}),
              want)
        << i;
  }
}

}  // namespace
}  // namespace memmap::plugin
