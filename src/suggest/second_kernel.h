// The machine that the kernel sees which starts when the first one crashes: made of the first's boot, as
// kexec_file_load() makes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "boot/outcome.h"
#include "kernel/profile.h"
#include "machine/machine.h"
#include "suggest/crashkernel.h"

namespace memmap::suggest {

// Bytes.
struct Initrd {
  std::uint64_t packed = 0;
  std::uint64_t unpacked = 0;  // in pages of files, and what each entry takes beside them
  bool measured = false;       // false: `unpacked` is a guess
};

// What is loaded into the crash kernel's memory.
struct Segment {
  std::string_view what{};  // `kernel`
  PhysRange range{};
};

struct SecondKernel {
  Machine machine{};  // what it finds; it has the command line, the image's place and the initrd
  std::vector<Segment> segments{};  // ascending
  std::string
      fault{};  // what does not fit: a sentence; empty: all of it does, else `machine` is unset
  std::vector<std::string> guessed{};
};

// The line that the second kernel gets, but for elfcorehdr=: the first's without what concerns only
// that one, and what the distribution's tool adds, or `append` in its place.
// kdump-tools: kdump-config; kdump-utils: kdump-lib.sh
std::string second_line(std::string_view first, const kernel::Profile& profile,
                        const std::optional<std::string>& append);

// `first` is the boot of `machine` that reserved `area`; the second kernel is the same kernel.
// kernel: bzImage64_load(), arch/x86/kernel/kexec-bzimage64.c; crash_load_segments(),
// crash_setup_memmap_entries(), arch/x86/kernel/crash.c, v6.1 and v6.12
SecondKernel second_kernel(const Machine& machine, const kernel::Profile& profile,
                           const boot::Outcome& first, const CrashArea& area, const Initrd& initrd,
                           std::string_view line);

}  // namespace memmap::suggest
