// A small made-up machine and kernel, and what a boot of them asked of memblock.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "boot/run.h"
#include "support/default_chain.h"

namespace memmap::boot {

using Sizes = std::vector<std::uint64_t>;
using Config = std::map<std::string, std::string, std::less<>>;

inline Machine machine() {
  Machine m;
  m.firmware_map = {{PhysAddr{0}, 0x9fc00, E820Type::ram},
                    {PhysAddr{0xf0000}, 0x10000, E820Type::reserved},
                    {PhysAddr{kMiB}, 1023 * kMiB, E820Type::ram}};
  m.cpu.possible = 2;
  m.cpu.gbpages = true;
  m.acpi_tables = {{"RSDP", PhysRange::make(0xf59d0, 0xf59e4)},
                   {"FACP", PhysRange::make(0x3f001000, 0x3f001074)},
                   {"DSDT", PhysRange::make(0x3f000000, 0x3f001000)},
                   {"HPET", PhysRange::make(0x3f002000, 0x3f002038)}};
  return m;
}

// With 8 GiB above 4 GiB.
inline Machine large() {
  Machine m = machine();
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, 8 * kGiB, E820Type::ram});
  return m;
}

inline kernel::Profile profile(kernel::Version version = {6, 12, 0}) {
  kernel::Profile p;
  p.version = version;
  p.image = {.end_of_kernel_reserve = 0x2000000, .brk_base = 0x2000000, .end = 0x2030000};
  p.parameters = {{"mem", "nosmp"}, {"root=", "ro", "rdinit=", "init=", "isolcpus="}, {"panic"}};
  for (const char* option :
       {"CPUMASK_OFFSTACK", "CPU_ISOLATION", "NO_HZ_FULL", "STACKDEPOT", "SLUB_DEBUG"}) {
    p.config[option] = "true";
  }
  return p;
}

inline Outcome boot(const std::string& line, const kernel::Profile& kernel, const Machine& m) {
  Options options = test::default_options();
  options.command_line = line;
  return run(m, kernel, options);
}

inline Outcome boot(const std::string& line, kernel::Version version = {6, 12, 0},
                    const Machine& m = machine()) {
  return boot(line, profile(version), m);
}

// Sizes of the requests with this owner, in order.
inline Sizes asked(const Outcome& outcome, std::string_view owner) {
  Sizes out;
  for (const MemblockLine& line : outcome.memblock_log.lines) {
    if (line.dump || line.call.caller.owner.words() != owner) continue;
    if (line.call.kind == memblock::CallKind::alloc) out.push_back(line.call.size);
  }
  return out;
}

// Bytes that an owner has.
inline std::uint64_t owned(const Outcome& outcome, std::string_view owner) {
  std::uint64_t bytes = 0;
  for (const Owned& o : outcome.owners) {
    if (o.words == owner) bytes += o.range.size();
  }
  return bytes;
}

}  // namespace memmap::boot
