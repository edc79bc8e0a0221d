#include "property/logs/logs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "input/log/dmesg.h"
#include "machine/e820_words.h"

namespace memmap::input {
namespace {

namespace fs = std::filesystem;

// A made-up machine's whole log, with the lines that later tell of its map.
constexpr const char* kWhole[] = {
    "Linux version 6.1.0-99-amd64 (builder@example.org) (gcc 12.2.0) #1 SMP PREEMPT_DYNAMIC",
    // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one line of a log
    "Command line: BOOT_IMAGE=/vmlinuz-6.1.0-99-amd64 root=/dev/mapper/group-root ro quiet "
    "crashkernel=2G-16G:256M,16G-:512M console=tty0 console=ttyS0,115200n8",
    "BIOS-provided physical RAM map:",
    "BIOS-e820: [mem 0x0000000000000000-0x000000000009dbff] usable",
    "BIOS-e820: [mem 0x000000000009dc00-0x000000000009ffff] reserved",
    "BIOS-e820: [mem 0x00000000000e0000-0x00000000000fffff] reserved",
    "BIOS-e820: [mem 0x0000000000100000-0x000000009b7fefff] usable",
    "BIOS-e820: [mem 0x000000009b7ff000-0x000000009bffefff] reserved",
    "BIOS-e820: [mem 0x000000009bfff000-0x000000009c2fefff] ACPI NVS",
    "BIOS-e820: [mem 0x000000009c2ff000-0x000000009c3fefff] ACPI data",
    "BIOS-e820: [mem 0x000000009c3ff000-0x000000009c3fffff] usable",
    "BIOS-e820: [mem 0x00000000e0000000-0x00000000efffffff] reserved",
    "BIOS-e820: [mem 0x00000000fe010000-0x00000000fe010fff] reserved",
    "BIOS-e820: [mem 0x00000000fed10000-0x00000000fed19fff] reserved",
    "BIOS-e820: [mem 0x00000000ff800000-0x00000000ffffffff] reserved",
    "BIOS-e820: [mem 0x0000000100000000-0x000000045dffffff] usable",
    "NX (Execute Disable) protection: active",
    "SMBIOS 3.0 present.",
    "e820: update [mem 0x00000000-0x00000fff] usable ==> reserved",
    "e820: remove [mem 0x000a0000-0x000fffff] usable",
    "last_pfn = 0x45e000 max_arch_pfn = 0x400000000",
    "last_pfn = 0x9c400 max_arch_pfn = 0x400000000",
    "Using GB pages for direct mapping",
    "RAMDISK: [mem 0x32d5f000-0x35e3afff]",
    "ACPI: RSDP 0x000000009C3FE014 000024 (v02 EXAMPL)",
    "ACPI: XSDT 0x000000009C393188 0000F4 (v01 EXAMPL BOARD    00000001      01000013)",
    "Zone ranges:",
    "  DMA      [mem 0x0000000000001000-0x0000000000ffffff]",
    "  DMA32    [mem 0x0000000001000000-0x00000000ffffffff]",
    "  Normal   [mem 0x0000000100000000-0x000000045dffffff]",
    "Early memory node ranges",
    "  node   0: [mem 0x0000000000001000-0x000000000009cfff]",
    "  node   0: [mem 0x0000000000100000-0x000000009b7fefff]",
    "  node   0: [mem 0x000000009c3ff000-0x000000009c3fffff]",
    "  node   0: [mem 0x0000000100000000-0x000000045dffffff]",
    "PM: hibernation: Registered nosave memory: [mem 0x00000000-0x00000fff]",
    "PM: hibernation: Registered nosave memory: [mem 0x0009d000-0x0009dfff]",
    "PM: hibernation: Registered nosave memory: [mem 0x0009e000-0x0009ffff]",
    "PM: hibernation: Registered nosave memory: [mem 0x000a0000-0x000dffff]",
    "PM: hibernation: Registered nosave memory: [mem 0x000e0000-0x000fffff]",
    "PM: hibernation: Registered nosave memory: [mem 0x9b7ff000-0x9bffefff]",
    "PM: hibernation: Registered nosave memory: [mem 0x9bfff000-0x9c2fefff]",
    "PM: hibernation: Registered nosave memory: [mem 0x9c2ff000-0x9c3fefff]",
    "PM: hibernation: Registered nosave memory: [mem 0x9c400000-0xdfffffff]",
    "PM: hibernation: Registered nosave memory: [mem 0xe0000000-0xefffffff]",
    "PM: hibernation: Registered nosave memory: [mem 0xf0000000-0xfe00ffff]",
    "PM: hibernation: Registered nosave memory: [mem 0xfe010000-0xfe010fff]",
    "PM: hibernation: Registered nosave memory: [mem 0xfe011000-0xfed0ffff]",
    "PM: hibernation: Registered nosave memory: [mem 0xfed10000-0xfed19fff]",
    "PM: hibernation: Registered nosave memory: [mem 0xfed1a000-0xff7fffff]",
    "PM: hibernation: Registered nosave memory: [mem 0xff800000-0xffffffff]",
    "[mem 0x9c400000-0xdfffffff] available for PCI devices",
    "Kernel command line: BOOT_IMAGE=/vmlinuz-6.1.0-99-amd64 root=/dev/mapper/group-root ro quiet "
    "crashkernel=2G-16G:256M,16G-:512M console=tty0 console=ttyS0,115200n8",
    "Memory: 16126936K/16639324K available (14342K kernel code, 2341K rwdata, 9052K rodata, 2804K "
    "init, 17388K bss, 512128K reserved, 0K cma-reserved)",
};

LogLines lines_of_file(const fs::path& path, std::size_t most) {
  std::ifstream in(path, std::ios::binary);
  LogLines lines;
  for (std::string line; lines.size() < most && std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<fs::path> files() {
  const fs::path tests = fs::path(MEMMAP_SOURCE_DIR) / "tests";
  std::vector<fs::path> out;
  for (const fs::path& folder : {tests / "unit/input/data/dmesg"}) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".txt") out.push_back(entry.path());
    }
  }
  for (const fs::path& folder : {tests / "conformance/boots", tests / "conformance/old_boots"}) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      const fs::path log = entry.path() / "machine/dmesg.txt";
      if (fs::exists(log)) out.push_back(log);
    }
  }
  std::ranges::sort(out);
  return out;
}

GoodLog made_up(const std::string& name, const std::string& stamp) {
  GoodLog log{.name = name};
  for (const char* line : kWhole) log.lines.push_back(stamp + line);
  return log;
}

}  // namespace

std::vector<GoodLog> good_logs(std::size_t most, std::size_t lines) {
  std::vector<GoodLog> out{made_up("made up, stamped", "[    0.000000] "),
                           made_up("made up, dates", "[Tue Nov 24 19:32:10 2026] ")};
  for (const fs::path& path : files()) {
    if (out.size() == most) break;
    GoodLog log{.name = path.string(), .lines = lines_of_file(path, lines)};
    if (read(text_of(log.lines)).ok()) out.push_back(std::move(log));
  }
  return out;
}

std::string text_of(const LogLines& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

Result<Machine> read(const std::string& text) {
  Source source;
  source.name = "boot.log";
  source.bytes = text;
  return read_dmesg(source, {});
}

std::string shown(const Machine& machine) {
  std::string out;
  for (const E820Entry& e : machine.firmware_map) {
    out += fmt::format("{:#x}-{:#x} {}\n", raw(e.addr), e.end(), e820_word(e.type));
  }
  return out + machine.command_line.value_or("(no command line)") + "\n";
}

}  // namespace memmap::input
