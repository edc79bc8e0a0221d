// For every rule a line that it warns of, with the place, and one that it leaves alone.
#include "lint/lint.h"

#include <gtest/gtest.h>

#include <set>

#include "kernel/command_line.h"
#include "support/default_chain.h"

namespace memmap::lint {
namespace {

Machine machine() {
  Machine m;
  m.firmware_map = {{PhysAddr{0}, 0x9fc00, E820Type::ram},
                    {PhysAddr{0xf0000}, 0x10000, E820Type::reserved},
                    {PhysAddr{kMiB}, 1023 * kMiB, E820Type::ram},
                    {PhysAddr{kGiB}, 16 * kMiB, E820Type::reserved}};
  m.cpu.possible = 2;
  m.initrd = PhysRange::make(0x30000000, 0x31000000);
  return m;
}

kernel::Profile profile() {
  kernel::Profile p;
  p.name = "made-up";
  p.version = {6, 12, 0};
  p.image = {.end_of_kernel_reserve = 0x2000000, .brk_base = 0x2000000, .end = 0x2030000};
  p.parameters = {{"mem",
                   "memmap",
                   "nosmp",
                   "maxcpus",
                   "nr_cpus",
                   "possible_cpus",
                   "crashkernel",
                   "log_buf_len",
                   "numa",
                   "kernelcore",
                   "movablecore",
                   "pti",
                   "acpi",
                   "cma",
                   "hugetlb_cma",
                   "percpu_alloc",
                   "debug_pagealloc",
                   "swiotlb",
                   "quiet",
                   "reserve_mem"},
                  {"root=", "ro", "hugepages=", "hugepagesz=", "hashdist=", "dhash_entries="},
                  {"panic"}};
  p.config["CMA"] = "true";
  p.config["NUMA_EMU"] = "true";
  p.config["DMA_CMA"] = "true";
  p.config["CMA_SIZE_SEL_MBYTES"] = "true";
  return p;
}

// `rule at text` of each finding.
std::vector<std::string> found(std::string_view line, const Machine* m) {
  const kernel::Profile p = profile();
  std::vector<std::string> out;
  for (const Finding& f : lint({line, p, m, test::default_options()})) {
    EXPECT_FALSE(f.message.empty() || f.reason.empty() || f.advice.empty()) << f.rule;
    EXPECT_LE(f.at + f.size, line.size());
    out.push_back(std::string(f.rule) + " " + std::string(line.substr(f.at, f.size)));
  }
  return out;
}

struct Case {
  const char* bad;   // nokaslr is added where the rule is not about it
  const char* want;  // its finding
  const char* good;  // a line like it without any
};

// Without a machine.
const Case kLines[] = {
    {"quiet -- mem=1G foo", "after-dashes mem=1G", "mem=1G quiet -- foo"},
    {"crashkernal=64M", "unknown-parameter crashkernal", "crashkernel=64M"},
    {"no_such", "unknown-parameter no_such", "splash usb.no_such=1 BOOT_IMAGE=/x sysctl.vm.x=1"},
    {"rx", "unknown-parameter rx", "ip=dhcp spectre_v2=off video=x"},
    {"memmap=79G82G", "lost-dollar 79G82G", "memmap=79G$82G"},
    {"memmap=64M", "lost-dollar 64M", "mem=64M"},
    {"memmap=64M\\$1G", "lost-dollar 64M\\$1G", "memmap=64M$1G"},
    {"memmap=4GiB$1G", "lost-dollar 4GiB$1G", "memmap=4G$1G"},
    {"mem=4GiB", "size-misread 4GiB", "mem=4G"},
    {"mem=1.5G", "size-misread 1.5G", "mem=1536M"},
    {"mem=010M", "size-misread 010M", "mem=0x10M"},
    {"log_buf_len=16E", "size-misread 16E", "log_buf_len=15E"},
    {"log_buf_len=18446744073709551617", "size-misread 18446744073709551617",
     "log_buf_len=18446744073709551615"},
    {"crashkernel=512M-2Gb:64M", "crashkernel-malformed crashkernel=512M-2Gb:64M",
     "crashkernel=512M-2G:64M"},
    {"crashkernel=64MB", "crashkernel-malformed crashkernel=64MB", "crashkernel=64M"},
    {"crashkernel=auto", "crashkernel-malformed crashkernel=auto", "crashkernel=0"},
    {"crashkernel", "crashkernel-malformed crashkernel", "crashkernel=64M,high"},
    {"crashkernel=010M", "size-misread 010M", "crashkernel=10M"},
    {"mem=all", "value-ignored mem=all", "mem=1k"},
    {"mem", "value-ignored mem", "mem=0x40000000"},
    {"memmap=x$1G", "value-ignored x$1G", "memmap=exactmap,1M@0"},
    {"memmap=1M$", "value-ignored 1M$", "memmap=1M$0"},
    {"memmap=0$1G", "value-ignored 0$1G", "memmap=1M%1G-1+2"},
    {"hugepagesz=4M", "value-ignored hugepagesz=4M", "hugepagesz=2M"},
    {"hugepages=2G", "value-ignored hugepages=2G", "hugepages=0:2,1:3"},
    {"percpu_alloc=pages", "value-ignored percpu_alloc=pages", "percpu_alloc=page"},
    {"debug_pagealloc=maybe", "value-ignored debug_pagealloc=maybe", "debug_pagealloc=yes"},
    {"nr_cpus=0", "value-ignored nr_cpus=0", "nr_cpus=1"},
    {"maxcpus=few", "value-ignored maxcpus=few", "maxcpus=0"},
    {"numa=of", "value-ignored numa=of", "numa=fake=4 numa=off"},
    {"pti=yes", "value-ignored pti=yes", "pti=auto"},
    {"acpi=no", "value-ignored acpi=no", "acpi=off"},
    {"kernelcore=half", "value-ignored kernelcore=half", "kernelcore=mirror kernelcore=50%"},
    {"kfence.sample_interval=1s", "value-ignored kfence.sample_interval=1s",
     "kfence.sample_interval=0"},
    {"swiotlb=on", "value-ignored swiotlb=on", "swiotlb=65536,4,force"},
    {"nokaslr=1", "value-ignored nokaslr=1", "nokaslr"},
    {"no5lvl=yes", "value-ignored no5lvl=yes", "no5lvl"},
    {"memmap=1M!2399M", "pmem-mark 1M!2399M", "memmap=4G!12G"},
    {"memmap=512M$1G,512M$1280M", "memmap-overlap 512M$1280M", "memmap=512M$1G,512M$1536M"},
    {"mem=1G memmap=64M$2G", "above-mem 64M$2G", "mem=1G memmap=64M$512M"},
    {"mem=1G memmap=64M#1G", "above-mem 64M#1G", "mem=1G memmap=1G!4G"},
    {"nr_cpus=2 possible_cpus=4", "cpu-limits possible_cpus=4", "nr_cpus=4 possible_cpus=4"},
    {"nr_cpus=2 maxcpus=4", "cpu-limits maxcpus=4", "nr_cpus=4 maxcpus=2"},
    {"nr_cpus=100", "cpu-limits nr_cpus=100", "nr_cpus=64"},
    {"nosmp maxcpus=4", "cpu-limits maxcpus=4", "nosmp maxcpus=0"},
    {"crashkernel=64M crashkernel=128M", "crashkernel-ignored crashkernel=64M",
     "crashkernel=128M,high crashkernel=64M,low"},
    {"crashkernel=64M,low", "crashkernel-ignored crashkernel=64M,low", "crashkernel=64M"},
    {"crashkernel=256", "size-without-unit 256", "crashkernel=256M"},
    {"crashkernel=256,high", "size-without-unit 256", "crashkernel=256M,high crashkernel=0,low"},
    {"crashkernel=512M-2G:64,2G-:256M", "size-without-unit 64", "crashkernel=0-2G:64M,2G-:256M"},
    {"cma=64", "size-without-unit 64", "cma=0"},
    {"movablecore=2", "size-without-unit 2", "movablecore=2%"},
    {"memmap=64$1G", "size-without-unit 64", "memmap=0x1000$1G"},
    {"log_buf_len=64K", "log-buffer-idle log_buf_len=64K", "log_buf_len=1M"},
    {"log_buf_len=2M log_buf_len=8M", "replaced log_buf_len=2M", "log_buf_len=8M log_buf_len=8M"},
    {"log_buf_len=8M log_buf_len=64K", "log-buffer-idle log_buf_len=64K", "log_buf_len=8M"},
    {"numa=fake=2 numa=fake=4", "replaced numa=fake=2", "numa=noacpi numa=fake=4"},
    {"numa=fake=0", "value-ignored numa=fake=0", "numa=fake=2"},
    {"numa=fake=0M", "value-ignored numa=fake=0M", "numa=fake=64M"},
    {"numa=fake=U", "value-ignored numa=fake=U", "numa=fake=2U"},
    {"numa=fake=", "value-ignored numa=fake=", "numa=fake=0x2"},
    {"kernelcore=1G kernelcore=50%", "replaced kernelcore=1G", "kernelcore=1G movablecore=1G"},
    {"cma=64M cma=128M", "replaced cma=64M", "cma=64M hugetlb_cma=64M"},
    {"reserve_mem=2M", "value-ignored reserve_mem=2M", "reserve_mem=2M:4096:oops"},
    {"reserve_mem=2M:4K:", "value-ignored reserve_mem=2M:4K:", "reserve_mem=2M::oops"},
    {"reserve_mem=0:4K:oops", "value-ignored reserve_mem=0:4K:oops", "reserve_mem=2M:0:oops"},
    {"reserve_mem=2M:4K:sixteen_letters_", "value-ignored reserve_mem=2M:4K:sixteen_letters_",
     "reserve_mem=2M:4K:fifteen_letters"},
    {"crashkernel=64M@300M", "crashkernel-place crashkernel=64M@300M", "crashkernel=64M@304M"},
};

TEST(Lint, WarnsOfALine) {
  for (const Case& c : kLines) {
    const bool about_kaslr = std::string_view(c.bad).starts_with("nokaslr");
    const std::string bad = about_kaslr ? c.bad : std::string("nokaslr ") + c.bad;
    const std::string good = std::string("nokaslr ") + c.good;
    EXPECT_EQ(found(bad, nullptr), std::vector<std::string>{c.want}) << c.bad;
    EXPECT_EQ(found(good, nullptr), std::vector<std::string>{}) << c.good;
  }
}

// On a machine of 1 GiB whose image lies at 16 MiB, with 16 MiB of the firmware's at 1 GiB.
const Case kOnTheMachine[] = {
    {"mem=1T", "mem-idle mem=1T", "mem=512M"},
    {"mem=512M mem=512M", "mem-idle mem=512M", "mem=512M mem=256M"},
    {"memmap=16M$1G", "memmap-idle 16M$1G", "memmap=16M$512M"},
    {"memmap=16M@1G", "memmap-idle 16M@1G", "memmap=exactmap,639K@0,1023M@1M"},
    {"memmap=16M@32M", "memmap-idle 16M@32M", "memmap=exactmap,639K@0,1023M@1M"},
    {"memmap=16M#1G", "not-ram 16M#1G", "memmap=16M#512M"},
    {"memmap=16M%1G+1-2", "value-ignored 16M%1G+1-2", "memmap=16M%1G-2+3"},
    {"memmap=16M%1G-2+3x", "value-ignored 16M%1G-2+3x", "memmap=16M%1G-2+3"},
    {"memmap=16M%1G+2", "memmap-idle 16M%1G+2", "memmap=16M%1G-2+3"},
    {"memmap=16M%1G-3+1", "memmap-idle 16M%1G-3+1", "memmap=16M%1G-2+3"},
    {"memmap=16M%1G-2+1", "makes-ram 16M%1G-2+1", "memmap=16M%512M-1+2"},
    {"memmap=32M$1008M", "not-ram 32M$1008M", "memmap=16M$1008M"},
    {"memmap=1G@2G", "makes-ram 1G@2G", "memmap=1M$512M"},
    {"memmap=32M@1G", "makes-ram 32M@1G", "memmap=1M$512M"},
    {"memmap=16M$16M", "holds-kernel 16M$16M", "memmap=16M$64M"},
    {"memmap=16M$760M", "holds-initrd 16M$760M", "memmap=16M$752M"},
    {"crashkernel=64M@16M", "crashkernel-place crashkernel=64M@16M", "crashkernel=64M@64M"},
    {"crashkernel=2G-:64M", "crashkernel-ranges crashkernel=2G-:64M", "crashkernel=512M-:64M"},
    {"crashkernel=64M@992M", "crashkernel-not-reserved crashkernel=64M@992M",
     "crashkernel=64M@512M"},
    {"crashkernel=2G", "crashkernel-not-reserved crashkernel=2G", "crashkernel=256M"},
    {"crashkernel=1000M", "crashkernel-not-reserved crashkernel=1000M", "crashkernel=0"},
    {"crashkernel=1000M,high", "crashkernel-not-reserved crashkernel=1000M,high",
     "crashkernel=256M,high"},
    {"movablecore=100%", "movable-idle movablecore=100%", "movablecore=50%"},
    {"kernelcore=150%", "movable-idle kernelcore=150%", "kernelcore=50%"},
    {"kernelcore=2G", "movable-idle kernelcore=2G", "kernelcore=512M"},
    {"kernelcore=mirror movablecore=512M", "movable-idle movablecore=512M", "movablecore=512M"},
    {"kernelcore=50% movablecore=150%", "kernel-complains movablecore=150%",
     "kernelcore=50% movablecore=30%"},
    {"reserve_mem=2G:4K:oops", "kernel-complains reserve_mem=2G:4K:oops",
     "reserve_mem=2M:4K:oops reserve_mem=2M:4K:more"},
    {"reserve_mem=2M:4K:oops reserve_mem=2M:4K:oops", "kernel-complains reserve_mem=2M:4K:oops",
     "reserve_mem=2M:4K:oops"},
    {"numa=fake=64", "kernel-complains numa=fake=64", "numa=fake=4"},
    {"hugepages=600", "hugepages-too-many hugepages=600", "hugepages=256"},
    {"cma=2G", "kernel-complains cma=2G", "cma=64M"},
    {"hugepagesz=1G", "kernel-complains hugepagesz=1G", "hugepagesz=2M hugepages=1"},
    {"hugepages=1 hugepages=2", "kernel-complains hugepages=2", "hugepages=2"},
};

TEST(Lint, WarnsOfALineOnAMachine) {
  const Machine m = machine();
  for (const Case& c : kOnTheMachine) {
    const std::string bad = std::string("nokaslr ") + c.bad;
    EXPECT_EQ(found(bad, &m), std::vector<std::string>{c.want}) << c.bad;
    const std::string good = std::string("nokaslr ") + c.good;
    EXPECT_EQ(found(good, &m), std::vector<std::string>{}) << c.good;
  }
}

// Most pages of a large machine are set up later, and are there when huge pages are taken.
TEST(Lint, CountsPagesThatAreSetUpLater) {
  Machine m = machine();
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, 60 * kGiB, E820Type::ram});
  kernel::Profile p = profile();
  p.deferred_struct_page_init = true;
  EXPECT_TRUE(lint({"nokaslr hugepages=20000", p, &m, test::default_options()}).empty());
  EXPECT_EQ(lint({"nokaslr hugepages=40000", p, &m, test::default_options()}).size(), 1u);
}

TEST(Lint, WarnsWhereTheKernelStops) {
  Machine m = machine();
  m.initrd = PhysRange::make(0x30000000, 0x3f000000);
  EXPECT_EQ(found("nokaslr mem=64M", &m), std::vector<std::string>{"no-boot mem=64M"});
  EXPECT_TRUE(found("nokaslr mem=1000M", &m).empty());
  kernel::Profile p = profile();
  p.parameters.setup.emplace_back("initramfs_options=");
  const std::string line = "nokaslr mem=1000M initramfs_options=size=20MB ro";
  const auto findings = lint({line, p, &m, test::default_options()});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].rule, "no-boot");
  EXPECT_EQ(line.substr(findings[0].at, findings[0].size), "initramfs_options=size=20MB");
}

// The word is right; what it lacks is told, not the same word again.
TEST(Lint, AskForAValueWhereThereMustBeOne) {
  const kernel::Profile p = profile();
  const auto findings = lint({"nokaslr dhash_entries", p, nullptr, test::default_options()});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].rule, "unknown-parameter");
  EXPECT_EQ(findings[0].message, "dhash_entries needs a value");
  kernel::Profile old = profile();
  old.version = {6, 10, 0};  // to which reserve_mem= is no parameter at all
  EXPECT_TRUE(lint({"nokaslr reserve_mem=x", old, nullptr, test::default_options()}).empty());
}

TEST(Lint, TellsWhichParametersStopTheKernelWithoutAValue) {
  kernel::Profile p = profile();
  p.parameters.early.insert(p.parameters.early.end(), {"swiotlb", "pti"});
  const auto findings = lint({"nokaslr swiotlb pti=on", p, nullptr, test::default_options()});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].message, "swiotlb needs a value");
  EXPECT_NE(findings[0].reason.find("the kernel stops before it can print"), std::string::npos);
}

TEST(Lint, TellsHowNumbersOfHashEntriesAreRead) {
  const auto reason = [](const std::string& line, kernel::Version version) {
    kernel::Profile p = profile();
    p.version = version;
    const auto findings = lint({"nokaslr " + line, p, nullptr, test::default_options()});
    return findings.empty() ? "" : findings[0].reason;
  };
  EXPECT_EQ(reason("dhash_entries=64K", {6, 18, 0}), "the kernel reads it as 64");
  EXPECT_NE(reason("dhash_entries=64K", {7, 0, 0}).find("the kernel refuses it"),
            std::string::npos);
  EXPECT_EQ(reason("dhash_entries=0x10000", {7, 0, 0}), "");
}

TEST(Lint, KnowsWhatKaslrMayDo) {
  const std::string five = "memmap=1M$1G memmap=1M$2G memmap=1M$3G memmap=1M$4G ";
  EXPECT_EQ(found(five + "memmap=1M$5G", nullptr),
            std::vector<std::string>{"too-many-memmap 1M$5G"});
  EXPECT_TRUE(found(five, nullptr).empty());
  EXPECT_TRUE(found(five + "memmap=1M@5G", nullptr).empty());
  EXPECT_TRUE(found(five + "memmap=1M$5G nokaslr", nullptr).empty());
  EXPECT_EQ(found("crashkernel=64M@512M", nullptr),
            std::vector<std::string>{"crashkernel-place crashkernel=64M@512M"});
  // Where no RAM is, it is not KASLR that makes it fail.
  const Machine without = machine();
  EXPECT_EQ(found("crashkernel=64M@3G", &without),
            std::vector<std::string>{"crashkernel-not-reserved crashkernel=64M@3G"});
  // With KASLR nobody knows where the kernel lies, but for the boot that was recorded.
  Machine m = machine();
  EXPECT_TRUE(found("memmap=16M$16M", &m).empty());
  m.kernel_phys_base = PhysAddr{0x10000000};
  m.command_line = "memmap=64M$256M";
  EXPECT_EQ(found("memmap=64M$256M", &m), std::vector<std::string>{"holds-kernel 64M$256M"});
}

TEST(Lint, KnowsWhatAKernelIsTooOldFor) {
  struct Old {
    kernel::Version version;
    const char* line;
    std::vector<std::string> want;
  };
  const Old cases[] = {
      {{4, 16, 0}, "memmap=1G%8G-1", {"lost-dollar 1G%8G-1"}},
      {{4, 17, 0}, "memmap=1G%8G-1", {}},
      {{4, 0, 0}, "memmap=1G!8G", {"lost-dollar 1G!8G"}},
      {{3, 8, 0}, "memmap=1M$3M,1M$2M", {"value-ignored 1M$3M,1M$2M"}},
      {{5, 15, 0}, "hugepages=0:10", {"value-ignored hugepages=0:10"}},
      {{5, 16, 0}, "hugepages=0:10", {}},
      {{4, 16, 0}, "kernelcore=50%", {"value-ignored kernelcore=50%"}},
      {{4, 17, 0}, "kernelcore=50%", {}},
      {{3, 8, 0}, "crashkernel=64M,high", {"crashkernel-malformed crashkernel=64M,high"}},
      {{3, 9, 0}, "crashkernel=64M,high", {}},
  };
  for (const Old& c : cases) {
    kernel::Profile p = profile();
    p.version = c.version;
    const std::string line = std::string("nokaslr ") + c.line;
    std::vector<std::string> got;
    for (const Finding& f : lint({line, p, nullptr, test::default_options()}))
      got.push_back(std::string(f.rule) + " " + line.substr(f.at, f.size));
    EXPECT_EQ(got, c.want) << c.line;
  }
}

TEST(Lint, KnowsWhichKernelsMakeNodes) {
  kernel::Profile p = profile();
  const auto count = [&] {
    return lint({"nokaslr numa=fake=2", p, nullptr, test::default_options()}).size();
  };
  EXPECT_EQ(count(), 0u);
  p.config["NUMA_EMU"] = "false";
  EXPECT_EQ(count(), 1u);
}

// Since 6.17 crashkernel= has a part of CMA, beside one that reserves memory.
TEST(Lint, KnowsThatACrashKernelNeedsMoreThanCma) {
  kernel::Profile p = profile();
  p.version = {7, 2, 0};
  const auto rules = [&](std::string_view line) {
    std::string out;
    for (const Finding& f : lint({line, p, nullptr, test::default_options()}))
      out += std::string(f.rule) + " " + std::string(line.substr(f.at, f.size)) + ";";
    return out;
  };
  EXPECT_EQ(rules("nokaslr crashkernel=64M,cma"), "crashkernel-ignored crashkernel=64M,cma;");
  EXPECT_EQ(rules("nokaslr crashkernel=64M,cma crashkernel=64M"), "");
  EXPECT_EQ(rules("nokaslr crashkernel=64M,cma crashkernel=64M,high"), "");
}

// The higher type holds: soft reserved memory becomes no persistent memory.
TEST(Lint, KnowsWhichTypeHolds) {
  Machine m = machine();
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, kGiB, E820Type::soft_reserved});
  const auto reason = [&](std::string_view line) {
    const kernel::Profile p = profile();
    for (const Finding& f : lint({line, p, &m, test::default_options()})) {
      if (f.rule == "not-ram") return f.reason;
    }
    return std::string();
  };
  EXPECT_EQ(reason("nokaslr memmap=1G!3G").find("there it only adds an entry"), 0u);
  EXPECT_EQ(reason("nokaslr memmap=2G!3G").find("part of it stays soft reserved: "), 0u);
}

TEST(Lint, WarnsOfALineThatIsCut) {
  const std::string most(kernel::kCommandLineSize - 1, ' ');
  EXPECT_TRUE(found(most, nullptr).empty());
  EXPECT_EQ(found(most + "x", nullptr), std::vector<std::string>{"line-too-long x"});
}

TEST(Lint, FindsThePlaceInsideQuotes) {
  EXPECT_EQ(found("nokaslr memmap=\"64M$1G,79G82G\"", nullptr),
            std::vector<std::string>{"lost-dollar 79G82G"});
  EXPECT_EQ(found("nokaslr \"mem=4GiB\"", nullptr), std::vector<std::string>{"size-misread 4GiB"});
}

// GRUB's list of bad memory, on a machine with RAM above 4 GiB.
const Case kBadram[] = {
    {"0x12345000,0xfffffffffffff000,0x20000000", "badram-malformed 0x20000000",
     "0x12345000,0xfffffffffffff000"},
    {"0x12345000 0xfffffffffffff000", "badram-malformed  0xfffffffffffff000",
     "12345000,fffffffffffff000"},
    {"badram=1,2", "badram-malformed badram=1", "0x12345000,0xfffffffffffff000"},
    {"0x12345000,0xfffff000", "badram-mask 0x12345000,0xfffff000", "0x12345000,0xfffffffffffff000"},
    {"0x12345000,0xffffffffffff0000", "badram-mask 0x12345000,0xffffffffffff0000",
     "0x12340000,0xffffffffffff0000"},
    {"0x40000000,0xfffffffff0000000", "badram-covers 0x40000000,0xfffffffff0000000",
     "0x40000000,0xffffffffff000000"},
    {"0xf0000000,0xfffffffffffff000", "badram-covers 0xf0000000,0xfffffffffffff000",
     "0x40000000,0xfffffffffffff000"},
    {"0x40000000,0xfffffffffff01000", "badram-covers 0x40000000,0xfffffffffff01000",
     "0x40000000,0xffffffffffff1000"},
};

TEST(Lint, WarnsOfGrubsListOfBadMemory) {
  Machine m = machine();
  m.firmware_map = {{PhysAddr{0}, 0x9fc00, E820Type::ram},
                    {PhysAddr{kMiB}, 3 * kGiB - kMiB, E820Type::ram},
                    {PhysAddr{4 * kGiB}, 4 * kGiB, E820Type::ram}};
  const kernel::Profile p = profile();
  const auto of = [&](std::string_view list) {
    std::vector<std::string> out;
    for (const Finding& f : lint({.line = list, .profile = p, .machine = &m, .is_badram = true}))
      out.push_back(std::string(f.rule) + " " + std::string(list.substr(f.at, f.size)));
    return out;
  };
  for (const Case& c : kBadram) {
    EXPECT_EQ(of(c.bad), std::vector<std::string>{c.want}) << c.bad;
    EXPECT_EQ(of(c.good), std::vector<std::string>{}) << c.good;
  }
  m.firmware = Firmware::efi;
  EXPECT_EQ(of("0x40000000,0xfffffffffffff000"),
            std::vector<std::string>{"badram-idle 0x40000000,0xfffffffffffff000"});
  for (const char* text : {"", ",", ",,", "0x", "0,0", "ffffffffffffffff,ffffffffffffffff"})
    (void)of(text);
}

// With KASLR the image may lie where neither part beside it has room.
TEST(Lint, KnowsWhereACrashKernelHasRoom) {
  const Machine m = machine();
  kernel::Profile p = profile();
  p.config["RANDOMIZE_BASE"] = "true";
  const auto of = [&](std::string_view line) {
    std::vector<std::string> out;
    for (const Finding& f : lint({line, p, &m, test::default_options()})) out.emplace_back(f.rule);
    return out;
  };
  const auto advised = [&](std::string_view line) {
    return advice({line, p, &m, test::default_options()});
  };
  EXPECT_EQ(of("crashkernel=448M"), std::vector<std::string>{"crashkernel-fit"});
  EXPECT_TRUE(of("crashkernel=448M nokaslr").empty());
  EXPECT_TRUE(of("crashkernel=64M").empty());
  EXPECT_EQ(advised("crashkernel=64M").size(), 1u);
  EXPECT_TRUE(advised("crashkernel=448M").empty());
  EXPECT_TRUE(advised("quiet").empty());
}

TEST(Lint, NamesRangesForPersistentMemory) {
  Machine m = machine();
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, 4 * kGiB, E820Type::ram});
  const kernel::Profile p = profile();
  const auto got = advice({"nokaslr memmap=2G!4G", p, &m, test::default_options()});
  ASSERT_EQ(got.size(), 1u);
  EXPECT_NE(got[0].find("4G!4G"), std::string::npos) << got[0];
}

TEST(Lint, TellsACrashKernelsRoomForItsInitrd) {
  Machine m = machine();
  m.firmware_map[2].size = 192 * kMiB;
  m.initrd = PhysRange::make(0x8000000, 0x8000000 + 42 * kMiB);
  const kernel::Profile p = profile();
  const auto got = advice({"nokaslr elfcorehdr=0xc000000", p, &m, test::default_options()});
  ASSERT_EQ(got.size(), 1u);
  EXPECT_NE(got[0].find("too small"), std::string::npos) << got[0];
}

// Every rule is in one of the tables above, and none has the name of another.
TEST(Lint, HasATestOfEachRule) {
  std::set<std::string> tested{"no-boot", "too-many-memmap", "line-too-long", "crashkernel-fit"};
  for (const Case& c : kBadram)
    tested.insert(std::string(c.want).substr(0, std::string(c.want).find(' ')));
  tested.insert("badram-idle");
  for (const Case& c : kLines)
    tested.insert(std::string(c.want).substr(0, std::string(c.want).find(' ')));
  for (const Case& c : kOnTheMachine) {
    tested.insert(std::string(c.want).substr(0, std::string(c.want).find(' ')));
  }
  std::set<std::string> all;
  for (const Rule& rule : rules()) EXPECT_TRUE(all.insert(std::string(rule.id)).second) << rule.id;
  EXPECT_EQ(all, tested);
}

class FailingTrim : public boot::Trim {
 public:
  const std::string& name() const override { return name_; }
  void begin(const boot::Facts&) override {}
  bool acts_at(boot::Hook) const override { return true; }
  Result<boot::TrimAnswer> run(const boot::TrimInput&) override { return Error{"out of memory"}; }

 private:
  std::string name_ = "failing";
};

// A boot that what is plugged in ended tells nothing of the line.
TEST(Lint, TellsWhatIsPluggedInDidWrong) {
  const kernel::Profile p = profile();
  const Machine m = machine();
  FailingTrim trim;
  Errors faults;
  Subject subject{"crashkernel=64M", p, &m, test::default_options()};
  subject.faults = &faults;
  (void)lint(subject);
  EXPECT_TRUE(faults.empty());
  subject.boot.trims = {&trim};
  (void)lint(subject);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults.front().message, "out of memory");
  faults.clear();
  (void)advice(subject);
  EXPECT_EQ(faults.size(), 1u);
  subject.faults = nullptr;
  (void)lint(subject);
}

TEST(Lint, TakesAnyLine) {
  const Machine m = machine();
  for (const char* line :
       {"", " ", "=", "\"", "--", "-- --", "memmap", "memmap=", "memmap=,", "memmap=%", "memmap=1%",
        "crashkernel", "crashkernel=", "hugepages=:", "hugepages=1:", "mem==", "\"\"=\"\"",
        "memmap=1M$18446744073709551615"}) {
    (void)found(line, nullptr);
    (void)found(line, &m);
  }
}

}  // namespace
}  // namespace memmap::lint
