#include "input/log/statement_facts.h"

#include <gtest/gtest.h>

#include "input/log/dmesg.h"

namespace memmap::input {
namespace {

constexpr std::string_view kStatementFactsMap =
    "BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n"
    "BIOS-e820: [mem 0x0000000000100000-0x00000000bffdffff] usable\n"
    "BIOS-e820: [mem 0x0000000100000000-0x000000043fffffff] usable\n";

Machine machine_of(const std::string& text) {
  auto machine = read_dmesg({.name = "boot.log", .bytes = text}, {});
  EXPECT_TRUE(machine.ok());
  return machine.ok() ? *std::move(machine) : Machine{};
}

TEST(StatementFacts, TheFirstLineTellsAStableVersion) {
  const auto version = [](const std::string& line) {
    return machine_of("Linux version " + line + "\n" + std::string(kStatementFactsMap))
        .kernel_version;
  };
  EXPECT_EQ(version("5.10.0-21-amd64 (gcc-10 (Debian 10.2.1-6) 10.2.1) #1 SMP Debian 5.10.162-1 "
                    "(2023-01-21)"),
            "5.10.162");
  EXPECT_EQ(version("5.15.0-67-generic (gcc (Ubuntu 11.3.0-1) 11.3.0) #74-Ubuntu SMP (Ubuntu "
                    "5.15.0-67.74-generic 5.15.85)"),
            "5.15.85");
  EXPECT_EQ(version("5.9.0 (gcc (Debian 8.3.0-6) 8.3.0) #1 SMP Mon Oct 12"), std::nullopt);
  EXPECT_EQ(version("2.6.27-11-server (gcc version 4.3.2 (Ubuntu 4.3.2-1ubuntu11) ) (Ubuntu "
                    "2.6.27-11.27-server)"),
            std::nullopt);
}

TEST(StatementFacts, ABuiltInCommandLineStandsBeforeTheLoaders) {
  const Machine m = machine_of(std::string(kStatementFactsMap) +
                               "Command line: quiet\nKernel command line: memmap=2M$1G quiet\n");
  EXPECT_EQ(m.command_line, "memmap=2M$1G quiet");
  const Machine same = machine_of(std::string(kStatementFactsMap) +
                                  "Command line: quiet\nKernel command line: quiet\n");
  EXPECT_EQ(same.command_line, "quiet");
  EXPECT_TRUE(same.notes.empty());
}

TEST(StatementFacts, HugePagesTellOfTheProcessor) {
  EXPECT_EQ(machine_of(std::string(kStatementFactsMap) +
                       "HugeTLB: registered 1.00 GiB page size, pre-allocated 0 pages\n")
                .cpu.gbpages,
            true);
  EXPECT_EQ(machine_of(std::string(kStatementFactsMap) +
                       "HugeTLB: registered 2.00 MiB page size, pre-allocated 0 pages\n")
                .cpu.gbpages,
            std::nullopt);
}

TEST(StatementFacts, PagesKeptOfEfisTables) {
  const std::string log = std::string(kStatementFactsMap) +
                          "efi: EFI v2.7 by Nobody\n"
                          "e820: update [mem 0x00000000-0x00000fff] usable ==> reserved\n"
                          "last_pfn = 0x440000 max_arch_pfn = 0x400000000\n"
                          "e820: update [mem 0xb0000000-0xffffffff] usable ==> reserved\n"
                          "last_pfn = 0xbffe0 max_arch_pfn = 0x400000000\n"
                          "e820: update [mem 0xac750000-0xac752fff] usable ==> reserved\n"
                          "NODE_DATA(0) allocated [mem 0x43ffd5000-0x43fffffff]\n"
                          "e820: update [mem 0xa8653000-0xa8681fff] usable ==> reserved\n";
  const Machine m = machine_of(log);
  EXPECT_EQ(m.efi_kept, std::vector{PhysRange::make(0xac750000, 0xac753000)});
  EXPECT_EQ(m.efi_picture, PhysRange::make(0xa8653000, 0xa8682000));
}

TEST(StatementFacts, APictureThatTheKernelRefused) {
  const auto refused = [](const char* line) {
    return machine_of(std::string(kStatementFactsMap) + line).has_event_of(FirmwareTable::bgrt);
  };
  EXPECT_TRUE(refused("efi_bgrt: Ignoring BGRT: invalid image address\n"));
  EXPECT_FALSE(refused("efi_bgrt: Ignoring BGRT: invalid status 0 (expected 1)\n"));
}

TEST(StatementFacts, TheImageLiesBelowItsBrkArea) {
  const std::string sizes =
      "Memory: 1K/2K available (12300K kernel code, 2480K rwdata, 4208K rodata, 2428K init, 2704K "
      "bss, 6K reserved, 0K cma-reserved)\n";
  const Machine m = machine_of(std::string(kStatementFactsMap) +
                               "BRK [0x26358e000, 0x26358efff] PGTABLE\n" + sizes);
  EXPECT_EQ(m.kernel_phys_base, PhysAddr{0x261a00000});
  // An image at its usual place ends there; nothing is to be worked out.
  const Machine low = machine_of(std::string(kStatementFactsMap) +
                                 "BRK [0x0220c000, 0x0220cfff] PGTABLE\n" + sizes);
  EXPECT_EQ(low.kernel_phys_base, std::nullopt);
  // Not RAM: the sizes are of another boot.
  const Machine hole = machine_of(std::string(kStatementFactsMap) +
                                  "BRK [0xf358e000, 0xf358efff] PGTABLE\n" + sizes);
  EXPECT_EQ(hole.kernel_phys_base, std::nullopt);
}

TEST(StatementFacts, WhoseKernelItIs) {
  const auto machine = machine_of(
      "Linux version 6.6.31-0-lts (gcc (Alpine 13.2.1_git20240309) 13.2.1) #1-Alpine SMP\n" +
      std::string(kStatementFactsMap));
  EXPECT_EQ(machine.kernel_distribution, "alpine");
  const auto own = machine_of("Linux version 6.8.12-mine (gcc (GCC) 14.2.1) #1 SMP\n" +
                              std::string(kStatementFactsMap));
  EXPECT_EQ(own.kernel_distribution, std::nullopt);
  const auto rebuilt = machine_of(
      "Linux version 6.1.0-55-amd64 (gcc (Ubuntu 13.3.0-6ubuntu2~24.04) 13.3.0) #1 SMP\n" +
      std::string(kStatementFactsMap));
  ASSERT_FALSE(rebuilt.notes.empty());
  EXPECT_NE(rebuilt.notes[0].find("Ubuntu's compiler built it"), std::string::npos);
}

constexpr std::string_view kAvailable =
    "Memory: 16012345K/16776412K available (14343K kernel code)\n";
constexpr std::string_view kLittle = "Memory: 3079144K/16776412K available (14343K kernel code)\n";

std::optional<bool> deferral_of(const std::string& lines) {
  return machine_of(std::string(kStatementFactsMap) + lines)
      .kernel_options.deferred_struct_page_init;
}

TEST(StatementFacts, ANodeTellsThatItsStructPagesCameLate) {
  EXPECT_EQ(deferral_of(std::string(kLittle) + "node 0 initialised, 3297158 pages in 20ms\n"),
            true);
  EXPECT_EQ(deferral_of(std::string(kLittle) + "node 1 deferred pages initialised in 92ms\n"),
            true);
  // Since 6.11 the line of all memory comes behind.
  EXPECT_EQ(deferral_of("SLUB: HWalign=64\nnode 0 deferred pages initialised in 4ms\n" +
                        std::string(kAvailable)),
            true);
  EXPECT_EQ(deferral_of("node 0: [mem 0x1000-0x9efff]\n"), std::nullopt);
}

TEST(StatementFacts, AllMemoryThatIsThereAtOnceTellsThatNoneCameLate) {
  EXPECT_EQ(deferral_of(std::string(kAvailable)), false);
  // Behind the slab allocator the line itself comes late; before it nothing tells where the last
  // zone is one that the command line asks for.
  EXPECT_EQ(deferral_of("SLUB: HWalign=64\n" + std::string(kAvailable)), false);
  EXPECT_EQ(deferral_of("Command line: movablecore=2G\n" + std::string(kAvailable)), std::nullopt);
  EXPECT_EQ(deferral_of(std::string(kLittle)), std::nullopt);
  EXPECT_EQ(deferral_of(""), std::nullopt);
}

TEST(StatementFacts, ALogThatGoesOnWithoutANodesLineTellsItToo) {
  const std::string front = "Command line: kernelcore=2G\n";
  for (const char* line : {"Freeing unused kernel image (initmem) memory: 2628K\n",
                           "Freeing initrd memory: 51440K\n", "Run /init as init process\n",
                           "PCI-DMA: Using software bounce buffering for IO (SWIOTLB)\n",
                           "software IO TLB: tearing down default memory pool\n"}) {
    EXPECT_EQ(deferral_of(front + std::string(kAvailable) + line), false) << line;
    // Too little for that: the log may have lost the line.
    EXPECT_EQ(deferral_of(std::string(kLittle) + line), std::nullopt) << line;
  }
}

TEST(StatementFacts, OptionsOfTheLogsBuffer) {
  const Machine m = machine_of(std::string(kStatementFactsMap) +
                               "printk: log_buf_len individual max cpu contribution: 32768 bytes\n"
                               "printk: log_buf_len total cpu_extra contributions: 229376 bytes\n"
                               "printk: log_buf_len min size: 262144 bytes\n"
                               "printk: log_buf_len: 524288 bytes\n");
  EXPECT_EQ(m.kernel_options.log_cpu_max_buf_shift, 15u);
  EXPECT_EQ(m.kernel_options.log_buf_shift, 18u);
  const Machine old = machine_of(std::string(kStatementFactsMap) +
                                 "log_buf_len individual max cpu contribution: 4096 bytes\n"
                                 "log_buf_len min size: 131073 bytes\n");
  EXPECT_EQ(old.kernel_options.log_cpu_max_buf_shift, 12u);
  EXPECT_EQ(old.kernel_options.log_buf_shift, std::nullopt);
}

TEST(StatementFacts, ABounceBufferThatIsGivenBack) {
  EXPECT_TRUE(machine_of(std::string(kStatementFactsMap) +
                         "software IO TLB: tearing down default memory pool\n")
                  .swiotlb_torn_down);
  EXPECT_FALSE(machine_of(std::string(kStatementFactsMap) +
                          "software IO TLB: mapped [mem 0xbbfe0000-0xbffe0000] (64MB)\n")
                   .swiotlb_torn_down);
}

}  // namespace
}  // namespace memmap::input
