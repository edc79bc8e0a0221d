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

}  // namespace
}  // namespace memmap::input
