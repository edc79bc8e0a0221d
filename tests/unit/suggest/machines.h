// A machine and a kernel for searches.
#pragma once

#include <string>

#include "suggest/prove.h"
#include "support/default_chain.h"

namespace memmap::suggest {

// QEMU's map of `gib` GiB (1 to 3), with an initrd at its end.
inline Machine small_machine(std::uint64_t gib = 1) {
  Machine m;
  const std::uint64_t end = gib * kGiB - 128 * kKiB;
  m.firmware_map = {{PhysAddr{0}, 0x9fc00, E820Type::ram},
                    {PhysAddr{0x9fc00}, 0x400, E820Type::reserved},
                    {PhysAddr{0xf0000}, 0x10000, E820Type::reserved},
                    {PhysAddr{kMiB}, end - kMiB, E820Type::ram},
                    {PhysAddr{end}, 128 * kKiB, E820Type::reserved}};
  m.cpu.possible = 1;
  m.initrd = PhysRange::make(end - kMiB, end);
  return m;
}

inline kernel::Profile small_kernel() {
  kernel::Profile p;
  p.name = "made-up";
  p.version = {6, 12, 0};
  p.image = {.end_of_kernel_reserve = 0x2c00000, .brk_base = 0x2c00000, .end = 0x2c30000};
  p.decompressor = {.load_address = 0x1000000,
                    .align = 0x200000,
                    .init_size = 0x37ee000,
                    .input_offset = 0x2cc,
                    .end = 0xbe7000,
                    .output_len = 0x36fa00c};
  for (const char* option : {"RANDOMIZE_BASE", "KEXEC_CORE", "CRASH_RESERVE"})
    p.config[option] = "true";
  return p;
}

// What a search is made of, kept together.
struct Given {
  Machine machine = small_machine();
  kernel::Profile profile = small_kernel();
  std::string line{};

  Subject subject() const { return {machine, profile, test::default_options(), line}; }
};

}  // namespace memmap::suggest
