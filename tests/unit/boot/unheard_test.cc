// A boot of which nobody hears each call and whose user space nobody keeps takes memory in rows and leaves
// out what is mapped for user mode. It comes to the same.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "made_up_boot.h"
#include "support/boot_properties.h"

namespace memmap::boot {
namespace {

using Random = std::mt19937;

std::uint64_t below(Random& random, std::uint64_t end) { return random() % end; }

// Up to 70 GiB in pieces, on up to four nodes, with up to 96 processors.
Machine any_machine(Random& random) {
  Machine m = machine();
  m.firmware_map[2].size = (64 + below(random, 1984)) * kMiB;
  m.acpi_tables.clear();
  m.cpu.gbpages = below(random, 3) != 0;
  m.cpu.pse = below(random, 5) != 0;
  m.cpu.possible = 1 + static_cast<unsigned>(below(random, 96));
  m.cpu.vendor = below(random, 2) == 0 ? "GenuineIntel" : "AuthenticAMD";
  m.cpu.family = 6;
  m.cpu.model = 0x55;
  m.node_memory.push_back({.range = PhysRange::make(0, 4 * kGiB), .nid = 0});
  std::uint64_t at = 4 * kGiB;
  for (std::uint64_t n = below(random, 5); n != 0; --n) {
    const std::uint64_t size = (1 + below(random, 140)) * 128 * kMiB + below(random, 2) * 5 * kMiB;
    m.firmware_map.push_back({PhysAddr{at}, size, E820Type::ram});
    m.node_memory.push_back(
        {.range = PhysRange::make(at, at + size), .nid = static_cast<int>(below(random, 4))});
    at += size + below(random, 2) * 128 * kMiB;
  }
  return m;
}

std::string any_line(Random& random) {
  const std::vector<std::string> words = {
      "hugepagesz=1G hugepages=" + std::to_string(below(random, 40)),
      "percpu_alloc=page",
      "crashkernel=256M",
      "pti=on",
      "nokaslr",
      "memblock=debug",
      "hugetlb_free_vmemmap=on",
      "movable_node",
      "debug_pagealloc=on",
      "mem=" + std::to_string(1 + below(random, 30)) + "G"};
  std::string out;
  for (const std::string& word : words)
    if (below(random, 3) == 0) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string difference(const Outcome& heard, Outcome unheard) {
  unheard.user_space = heard.user_space;
  if (const std::string part = test::difference(heard, unheard); !part.empty()) return part;
  for (unsigned level = 1; level <= heard.state.page_tables.levels(); ++level) {
    if (!(heard.state.page_tables.tables(level) == unheard.state.page_tables.tables(level)))
      return "tables";
  }
  if (heard.totals.mem_total_kib != unheard.totals.mem_total_kib) return "MemTotal";
  for (std::size_t i = 0; i < heard.steps.size(); ++i) {
    if (heard.steps[i].calls != unheard.steps[i].calls)
      return "calls of " + std::string(heard.steps[i].function);
  }
  return {};
}

TEST(Unheard, ComesToTheSame) {
  constexpr kernel::Version kVersions[] = {
      {4, 19, 0}, {6, 1, 0}, {6, 12, 0}, {6, 18, 0}, {7, 2, 0}};
  for (unsigned seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const Machine m = any_machine(random);
    kernel::Profile p = profile(kVersions[below(random, std::size(kVersions))]);
    for (const char* option : {"HUGETLB_PAGE", "HUGETLB_PAGE_OPTIMIZE_VMEMMAP", "NUMA",
                               "MITIGATION_PAGE_TABLE_ISOLATION", "RANDOMIZE_MEMORY"})
      p.config[option] = below(random, 4) == 0 ? "false" : "true";
    p.symbols = {{"__per_cpu_start", 0}, {"__per_cpu_end", 0x39000}, {"cpu_tss_rw", 0x5000},
                 {"gdt_page", 0x1000},   {"entry_stack_storage", 0}, {"exception_stacks", 0x9000}};
    Options options = test::default_options();
    options.command_line = any_line(random);
    options.keep_user_space = true;
    const Outcome heard = run(m, p, options);
    options.record_memblock = false;
    options.keep_user_space = false;
    ASSERT_EQ(difference(heard, run(m, p, options)), "")
        << "seed " << seed << ", " << *options.command_line;
  }
}

}  // namespace
}  // namespace memmap::boot
