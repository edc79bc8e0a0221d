#include "inputs/generate.h"

#include <array>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <ostream>

namespace memmap::bench {
namespace {

// A fixed sequence (xorshift): sizes that do not repeat, yet the same bytes on every run.
class Sequence {
 public:
  std::uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }

 private:
  std::uint64_t state_ = 0x9e3779b97f4a7c15;
};

template <class... Values>
void print(std::ostream& out, const char* format, Values... values) {
  std::array<char, 160> line{};
  const int length = std::snprintf(line.data(), line.size(), format, values...);
  out.write(line.data(), length);
}

}  // namespace

void write_scenario(std::ostream& out, std::size_t entries) {
  out << "description: many entries\ne820:\n  - {start: 0x0, end: 0x9f000, type: usable}\n";
  Sequence sequence;
  std::uint64_t start = 0x100000;
  for (std::size_t i = 1; i < entries; ++i) {
    const std::uint64_t pages = 16 + sequence.next() % 64;
    const std::uint64_t end = start + pages * 4096;
    print(out, "  - {start: 0x%" PRIx64 ", end: 0x%" PRIx64 ", type: %s}\n", start, end,
          i % 2 != 0 ? "usable" : "reserved");
    start = end;
  }
}

void write_boot_log(std::ostream& out, std::size_t lines) {
  constexpr const char* kHead[] = {
      "Linux version 6.12.0-amd64 (builder@example) (gcc 12.2.0) #1 SMP PREEMPT_DYNAMIC",
      "Command line: BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro quiet",
      "BIOS-provided physical RAM map:",
      "BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable",
      "BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved",
      "BIOS-e820: [mem 0x00000000000f0000-0x00000000000fffff] reserved",
      "BIOS-e820: [mem 0x0000000000100000-0x000000007ffdffff] usable",
      "BIOS-e820: [mem 0x000000007ffe0000-0x000000007fffffff] reserved",
      "BIOS-e820: [mem 0x00000000b0000000-0x00000000bfffffff] reserved",
      "BIOS-e820: [mem 0x00000000fed1c000-0x00000000fed1ffff] reserved",
      "BIOS-e820: [mem 0x00000000fffc0000-0x00000000ffffffff] reserved",
      "BIOS-e820: [mem 0x0000000100000000-0x000000013fffffff] usable",
      "BIOS-e820: [mem 0x000000fd00000000-0x000000ffffffffff] reserved",
      "NX (Execute Disable) protection: active",
  };
  std::size_t line = 0;
  for (const char* head : kHead) {
    if (line == lines) return;
    print(out, "[    0.000000] %s\n", head);
    ++line;
  }
  Sequence sequence;
  for (; line < lines; ++line) {
    const std::uint64_t value = sequence.next();
    print(out, "[%5" PRIu64 ".%06" PRIu64 "] pci 0000:%02x:%02x.%u: BAR %u [mem 0x%08x-0x%08x]\n",
          std::uint64_t{line / 1000}, value % 1000000, static_cast<unsigned>(value >> 8 & 0xff),
          static_cast<unsigned>(value >> 16 & 0x1f), static_cast<unsigned>(value >> 24 & 7),
          static_cast<unsigned>(value >> 28 & 7), static_cast<unsigned>(value >> 32 & 0x7ffff000),
          static_cast<unsigned>((value >> 32 & 0x7ffff000) + 0xfff));
  }
}

}  // namespace memmap::bench
