// Searches on small machines: what is found, what is left out, and that it is proved.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/range_union.h"
#include "boot/owner.h"
#include "input/log/command_lines.h"
#include "input/open/source.h"
#include "machine/badram.h"
#include "machines.h"
#include "suggest/badram.h"
#include "suggest/crashkernel.h"
#include "suggest/hugepages.h"
#include "suggest/kdump.h"
#include "suggest/loader_lines.h"
#include "suggest/range.h"

namespace memmap::suggest {
namespace {

Suggestion range(const Given& given, RangeWish wish) {
  const Subject subject = given.subject();
  Prover prover(subject);
  auto found = suggest_range(prover, wish);
  EXPECT_TRUE(found) << (found ? "" : to_string(found.errors()));
  return found ? *std::move(found) : Suggestion{};
}

TEST(SuggestRange, TakesTheUppermostThatIsFree) {
  const Suggestion found = range({}, {.use = Use::pmem, .size = 128 * kMiB});
  EXPECT_EQ(found.parameter, "memmap=128M!768M");  // the initrd lies in the last section
  EXPECT_TRUE(found.proof.proved());
  EXPECT_GT(found.proof.places, 100u);
  EXPECT_EQ(found.proof.boots, found.proof.places);
  EXPECT_EQ(found.proof.at.size(), 1u);
  EXPECT_NEAR(static_cast<double>(found.proof.cost_most), 128.0 * kMiB, 4.0 * kMiB);
}

TEST(SuggestRange, RoundsToWhatTheUseWants) {
  EXPECT_EQ(range({}, {.use = Use::pmem, .size = 1}).size, 2 * kMiB);
  EXPECT_EQ(range({}, {.use = Use::device, .size = 5000}).size, 8192u);
  EXPECT_EQ(range({}, {.use = Use::ramoops, .size = 100}).size, 4096u);
}

TEST(SuggestRange, SaysWhenThereIsNoRoom) {
  const Suggestion found = range({}, {.use = Use::pmem, .size = 2 * kGiB});
  EXPECT_TRUE(found.parameter.empty());
  EXPECT_NE(found.why.find("no free range of RAM has room for 2G"), std::string::npos) << found.why;
}

TEST(SuggestRange, LeavesOutWhatIsTaken) {
  Given given;
  given.machine.setup_data = {{.addr = PhysAddr{0x3c000000}, .type = kSetupRngSeed, .len = 32}};
  const Suggestion found = range(given, {.use = Use::device, .size = 16 * kMiB});
  const auto why = [&](std::string_view text) {
    return std::ranges::any_of(
        found.excluded, [&](const Excluded& e) { return (e.why.find(text) != std::string::npos); });
  };
  EXPECT_TRUE(why("initrd"));
  EXPECT_TRUE(why("setup_data"));
  EXPECT_TRUE(why("first 16M"));
  ASSERT_TRUE(found.range);
  EXPECT_FALSE(found.range->overlaps(PhysRange::make(0x3c000000, 0x3c001000)));
}

// The decompressor keeps clear of four ranges; the fifth may hold the image.
TEST(SuggestRange, KeepsClearOfTheImageWhereKaslrDoesNot) {
  Given given;
  given.line = "memmap=1M$100M memmap=1M$110M memmap=1M$120M memmap=1M$130M";
  const Suggestion found = range(given, {.use = Use::device, .size = kMiB});
  const auto images = [](const Excluded& e) {
    return (e.why.find("may lie there") != std::string::npos);
  };
  EXPECT_TRUE(std::ranges::any_of(found.excluded, images));
  EXPECT_TRUE(found.parameter.empty() || found.proof.proved());
}

TEST(SuggestRange, WithoutKaslrTheImageIsLeftOut) {
  Given given;
  given.line = "nokaslr";
  const Suggestion found = range(given, {.use = Use::pmem, .size = 256 * kMiB});
  EXPECT_EQ(found.proof.places, 1u);
  EXPECT_TRUE(std::ranges::any_of(found.excluded, [](const Excluded& e) {
    return e.range.contains(PhysAddr{16 * kMiB}) && (e.why.find("image") != std::string::npos);
  }));
}

TEST(SuggestRange, StaysOnANode) {
  Given given;
  given.machine.node_memory = {{PhysRange::make(0, 512 * kMiB), 0},
                               {PhysRange::make(512 * kMiB, kGiB), 1}};
  given.machine.cpu_nodes = {0};
  const Suggestion found = range(given, {.use = Use::pmem, .size = 128 * kMiB, .nid = 0});
  ASSERT_TRUE(found.range);
  EXPECT_LE(raw(found.range->end()), 512 * kMiB);
  const Subject subject = given.subject();
  Prover prover(subject);
  const auto none = suggest_range(prover, {.use = Use::pmem, .size = kMiB, .nid = 7});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.errors().front().message, "node 7 has no memory; those that have are 0, 1");
}

TEST(RamoopsSizes, ArePowersOfTwoThatFit) {
  for (const std::uint64_t size :
       {4 * kKiB, 20 * kKiB, 64 * kKiB, 100 * kKiB, kMiB, 3 * kMiB, 64 * kMiB}) {
    const RamoopsSizes s = ramoops_sizes(size);
    for (const std::uint64_t part : {s.record, s.console, s.pmsg})
      EXPECT_EQ(part & (part - 1), 0u) << size;
    EXPECT_GE(s.record, 4 * kKiB);
    EXPECT_LE(s.record + s.console + s.pmsg, size);
  }
}

TEST(SuggestCrashkernel, PrefersTheFormWithoutASuffix) {
  const Given given;
  const auto found = suggest_crashkernel(given.subject(), 128 * kMiB);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->parameter, "crashkernel=128M");
  EXPECT_TRUE(found->proof.proved());
}

TEST(SuggestCrashkernel, FindsTheLargestThatFitsEverywhere) {
  const Given given;
  const auto found = suggest_crashkernel(given.subject(), 900 * kMiB);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->parameter.empty());
  ASSERT_FALSE(found->others.empty());
  EXPECT_TRUE(found->others.front().why.starts_with("the largest"));
  EXPECT_TRUE(found->others.front().proof.proved());
}

TEST(SuggestCrashkernel, SaysThatTheKernelCannot) {
  Given given;
  given.profile.config["KEXEC_CORE"] = "false";
  const auto found = suggest_crashkernel(given.subject(), 128 * kMiB);
  ASSERT_TRUE(found);
  EXPECT_NE(found->why.find("cannot start a crash kernel"), std::string::npos);
}

TEST(LineWithout, TakesTheBlankToo) {
  EXPECT_EQ(line_without("a crashkernel=1G b", "crashkernel"), "a b");
  EXPECT_EQ(line_without("crashkernel=1G b", "crashkernel"), "b");
  EXPECT_EQ(line_without("a crashkernel=1G", "crashkernel"), "a");
  EXPECT_EQ(line_without("crashkernel=1G crashkernel=72M,low", "crashkernel"), "");
  EXPECT_EQ(line_without("a b", "crashkernel"), "a b");
}

// What the shell and GRUB leave of it is the parameter.
TEST(LoaderLines, ReachTheKernelAsTheyAre) {
  const std::string parameter = "memmap=1M$2G,4K$0x12345000";
  for (const LoaderLine& line : loader_lines(parameter)) {
    std::string text;
    if (line.where == "/etc/default/grub") {
      text = line.text;
    } else if (line.where == "grub.cfg") {
      text = "menuentry 'x' {\n linux /vmlinuz root=x " + line.text + "\n}\n";
    } else {
      continue;
    }
    auto source = input::source_from_bytes("grub", text);
    ASSERT_TRUE(source);
    const auto read = input::read_command_lines(*source, {});
    ASSERT_TRUE(read) << to_string(read.errors());
    EXPECT_TRUE(read->lines.front().text.ends_with(parameter)) << read->lines.front().text;
  }
}

TEST(LoaderLines, KnowThatEntriesHaveVariables) {
  const auto of = [](const std::string& parameter) {
    std::string out;
    for (const LoaderLine& line : loader_lines(parameter))
      out += line.loader == "grubby" ? line.text : "";
    return out;
  };
  EXPECT_EQ(of("memmap=1G!4G"), "grubby --update-kernel=ALL --args='memmap=1G!4G'");
  EXPECT_NE(of("memmap=1G$4G").find("'memmap_line=memmap=1G\\$4G'"), std::string::npos);
}

const std::vector<PhysRange> kBad{
    PhysRange::make(0x10000, 0x11000), PhysRange::make(0x12000, 0x13000),
    PhysRange::make(0x20000, 0x21000), PhysRange::make(0x90000, 0x91000)};

TEST(Cover, ClosesTheSmallestGaps) {
  EXPECT_EQ(cover(kBad, 4), kBad);
  EXPECT_EQ(cover(kBad, 9), kBad);
  EXPECT_EQ(cover(kBad, 3),
            (std::vector{PhysRange::make(0x10000, 0x13000), PhysRange::make(0x20000, 0x21000),
                         PhysRange::make(0x90000, 0x91000)}));
  EXPECT_EQ(cover(kBad, 1), std::vector{PhysRange::make(0x10000, 0x91000)});
}

BadMemory bad_at(const std::vector<std::uint64_t>& pages) {
  BadMemory out;
  for (const std::uint64_t at : pages) out.pages.push_back(PhysRange::make(at, at + 4096));
  return out;
}

TEST(SuggestBadram, CoversAllInOneParameter) {
  const Given given;
  const Subject subject = given.subject();
  Prover prover(subject);
  const auto found = suggest_badram(prover, bad_at({0x10000000, 0x20000000}), std::nullopt);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->parameter, "memmap=4K$0x10000000,4K$0x20000000");
  EXPECT_TRUE(found->proof.proved());
}

// Of more than four in one memmap= the image keeps its place, which none of them is.
// The kernel cuts its line at 2,048 bytes: what is behind that is not left out of its memory.
TEST(SuggestBadram, KeepsToWhatTheLineHasRoomFor) {
  const Given given;
  const Subject subject = given.subject();
  Prover prover(subject);
  std::vector<std::uint64_t> pages;
  for (std::uint64_t i = 0; i < 200; ++i) pages.push_back(0x10000000 + i * 0x200000);
  const auto found = suggest_badram(prover, bad_at(pages), std::nullopt);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->proof.proved());
  EXPECT_LT(prover.line_with(found->parameter).size(), 2048u);
  EXPECT_GT(prover.line_with(found->parameter).size(), 2000u);
  for (const Tried& other : found->others)
    EXPECT_LT(prover.line_with(other.parameter).size(), 2048u) << other.parameter;
  const auto too_many = suggest_badram(prover, bad_at(pages), 200);
  ASSERT_FALSE(too_many);
  EXPECT_NE(too_many.errors().front().message.find("2047 bytes"), std::string::npos);
}

TEST(SuggestBadram, FiveAreSafe) {
  const Given given;
  const Subject subject = given.subject();
  Prover prover(subject);
  const auto found = suggest_badram(
      prover, bad_at({0x10000000, 0x14000000, 0x18000000, 0x1c000000, 0x20000000}), 5);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->proof.proved()) << found->proof.fault;
  EXPECT_EQ(found->proof.places, 1u);
}

// What threads made and what one made; crashkernel=700M fits at some places of the image alone.
TEST(Prover, SeveralThreadsProveWhatOneProves) {
  Given given;
  Subject subject = given.subject();
  plugin::PluginHost host({});
  std::vector<plugin::Chain> chains;
  for (int i = 0; i < 3; ++i) chains.push_back(*plugin::Chain::create(host));
  Prover alone(subject);
  Subject shared = given.subject();
  for (const plugin::Chain& chain : chains) chain.use_in(shared.others.emplace_back());
  Prover together(shared);
  const auto judge = [](const boot::Outcome& outcome) -> Judgement {
    for (const boot::Owned& owned : outcome.owners) {
      if (owned.owner == &boot::owner::kCrashKernel) return {.at = owned.range.base()};
    }
    return {"nothing is reserved"};
  };
  for (const char* parameter : {"crashkernel=700M", "crashkernel=700M"}) {
    const auto one = alone.prove(parameter, judge);
    const auto many = together.prove(parameter, judge);
    ASSERT_TRUE(one && many);
    EXPECT_GE(one->boots, 32u) << parameter;  // enough for all four threads
    EXPECT_EQ(one->boots, many->boots) << parameter;
    EXPECT_EQ(one->good, many->good) << parameter;
    EXPECT_EQ(one->fault, many->fault) << parameter;
    EXPECT_EQ(one->fault_at, many->fault_at) << parameter;
    EXPECT_EQ(one->at, many->at) << parameter;
    EXPECT_EQ(one->cost_least, many->cost_least) << parameter;
    EXPECT_EQ(one->cost_most, many->cost_most) << parameter;
  }
}

TEST(SuggestBadram, RefusesAnotherMachinesList) {
  const Given given;
  const Subject subject = given.subject();
  Prover prover(subject);
  EXPECT_FALSE(suggest_badram(prover, bad_at({0x1000000000}), std::nullopt));
}

TEST(CheckBadram, TellsWhatALineLeaves) {
  const Given given;
  const Subject subject = given.subject();
  Prover prover(subject);
  const BadMemory bad = bad_at({0x10000000, 0x20000000});
  struct {
    const char* line;
    std::size_t uncovered;
    std::size_t offered;
  } const kLines[] = {
      {"memmap=4K$0x10000000,4K$0x20000000", 0, 0},
      {"quiet memmap=4K$0x10000000", 1, 0},
      {"mem=256M", 0, 0},
      {"quiet", 2, 0},
      {"memmap=1M!0x10000000 memmap=4K$0x20000000", 0, 1},
      {"GRUB_BADRAM=\"0x10000000,0xfffffffffffff000\"", 1, 0},
      {"badram 0x10000000,0xfffffffffffff000,0x20000000,0xfffffffff0000000", 0, 0},
  };
  for (const auto& c : kLines) {
    const auto checked = check_badram(prover, bad, c.line);
    ASSERT_TRUE(checked);
    EXPECT_EQ(checked->uncovered.size(), c.uncovered) << c.line;
    EXPECT_EQ(checked->offered.size(), c.offered) << c.line;
    EXPECT_EQ(checked->bad, 8192u);
  }
}

TEST(SuggestHugepages, LeavesWhatIsAskedFor) {
  Given given;
  given.machine.cpu.pse = true;
  const Subject subject = given.subject();
  Prover prover(subject);
  const auto found = suggest_hugepages(prover, {.page = 2 * kMiB, .leave = 512 * kMiB});
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->parameter.starts_with("hugepagesz=2M hugepages=")) << found->why;
  EXPECT_LE(found->size, 512 * kMiB);
  EXPECT_GE(found->size, 300 * kMiB);
}

TEST(Kdump, EndsWhereItEnds) {
  Given given;
  given.line = "nokaslr";
  const Subject subject = given.subject();
  Prover first(subject);
  const auto end = [&](const char* crashkernel, const KdumpWish& wish) {
    const auto kdump = run_kdump(first, crashkernel, wish);
    EXPECT_TRUE(kdump);
    return kdump ? kdump->end : KdumpEnd::stops;
  };
  const Initrd initrd{.packed = 10 * kMiB, .unpacked = 30 * kMiB};
  EXPECT_EQ(end("quiet", {.initrd = initrd}), KdumpEnd::not_reserved);
  EXPECT_EQ(end("crashkernel=32M", {.initrd = initrd}), KdumpEnd::not_loaded);
  const Initrd large{.packed = 10 * kMiB, .unpacked = 60 * kMiB};
  EXPECT_EQ(end("crashkernel=128M", {.initrd = large}), KdumpEnd::not_unpacked);
  EXPECT_EQ(end("crashkernel=256M", {.initrd = initrd, .need = kGiB}), KdumpEnd::no_room);
  EXPECT_EQ(end("crashkernel=256M", {.initrd = initrd}), KdumpEnd::gets_up);
}

// kernel: init_mount_tree(), fs/namespace.c, v6.12.117 and v7.2
TEST(Kdump, UnpacksIntoWhatInitramfsOptionsSay) {
  Given given;
  given.line = "nokaslr";
  const auto run = [&](const std::string& append) {
    const Subject subject = given.subject();
    Prover first(subject);
    const auto kdump = run_kdump(
        first, "crashkernel=256M",
        {.initrd = {.packed = 10 * kMiB, .unpacked = 30 * kMiB}, .append = "nr_cpus=1 " + append});
    EXPECT_TRUE(kdump);
    return kdump ? *kdump : Kdump{};
  };
  const std::uint64_t half = run("").limit;
  EXPECT_NE(half, 0u);
  const auto is_half = [&](const Kdump& kdump) {  // a longer line takes some bytes more
    return kdump.limit <= half && half - kdump.limit <= 2 * kPageSize;
  };
  EXPECT_TRUE(is_half(run("initramfs_options=size=90%")));  // this kernel does not know it
  given.profile.parameters.setup.emplace_back("initramfs_options=");
  const std::uint64_t most = run("initramfs_options=size=90%").limit;
  EXPECT_GT(most, half / 10 * 17);
  EXPECT_LT(most, half / 10 * 19);
  EXPECT_EQ(run("initramfs_options=mode=755,size=20M").limit, 20 * kMiB);
  EXPECT_EQ(run("initramfs_options=size=20M").end, KdumpEnd::not_unpacked);
  EXPECT_EQ(run("initramfs_options=nr_blocks=1k").limit, 4 * kMiB);
  EXPECT_EQ(run("initramfs_options=size=0").limit, 0u);
  EXPECT_EQ(run("root=/dev/sda1 initramfs_options=size=20M").limit, 0u);
  EXPECT_EQ(run("rootfstype=ramfs").limit, 0u);
  EXPECT_TRUE(is_half(run("rootfstype=tmpfs")));
  EXPECT_EQ(run("initramfs_options=size=20MB").end, KdumpEnd::stops);
}

// With a large buffer of its log the second kernel has room for it in a large area alone, which then may be
// too small: sizes that are enough lie below sizes that are not.
TEST(Kdump, TheSmallestGetsUpAndOneLessDoesNot) {
  bool is_not_monotonic = false;
  for (const char* line : {"nokaslr", "nokaslr log_buf_len=64M"}) {
    Given given;
    given.line = line;
    const Subject subject = given.subject();
    Prover first(subject);
    const KdumpWish wish{.initrd = {.packed = 10 * kMiB, .unpacked = 30 * kMiB}};
    const auto smallest = smallest_crashkernel(first, wish);
    ASSERT_TRUE(smallest);
    ASSERT_TRUE(*smallest);
    const std::uint64_t mib = **smallest / kMiB;
    const auto gets_up = [&](std::uint64_t size) {
      return run_kdump(first, "crashkernel=" + std::to_string(size) + "M", wish)->end ==
             KdumpEnd::gets_up;
    };
    EXPECT_TRUE(gets_up(mib)) << line;
    EXPECT_FALSE(gets_up(mib - 1)) << line;
    for (std::uint64_t size = 16; size < mib; size += 16) EXPECT_FALSE(gets_up(size)) << size;
    for (std::uint64_t size = mib; size < mib + 512; size += 16)
      is_not_monotonic = is_not_monotonic || !gets_up(size);
  }
  EXPECT_TRUE(is_not_monotonic);
}

TEST(SecondLine, IsWhatTheToolMakesOfIt) {
  kernel::Profile p = small_kernel();
  EXPECT_EQ(second_line("root=x crashkernel=1G hugepages=4 quiet", p, std::nullopt),
            "root=x quiet reset_devices systemd.unit=kdump-tools-dump.service nr_cpus=1 irqpoll "
            "usbcore.nousb");
  EXPECT_EQ(second_line("root=x crashkernel=1G", p, "nr_cpus=1"), "root=x nr_cpus=1");
  p.distribution = "el9";
  EXPECT_TRUE(second_line("root=x quiet", p, std::nullopt).starts_with("root=x irqpoll nr_cpus=1"));
}

}  // namespace
}  // namespace memmap::suggest
