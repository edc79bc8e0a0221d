#include <fmt/format.h>

#include <algorithm>

#include "base/range_union.h"
#include "boot/steps/steps.h"
#include "e820/names.h"

namespace memmap::boot {
namespace {

constexpr std::string_view kRule =
    "mtrr_trim_uncached_memory(), arch/x86/kernel/cpu/mtrr/cleanup.c";

// What the variable MTRRs (and, on AMD, TOM2) say can be cached. An uncachable entry below 1M is
// taken from 1M on: there the fixed MTRRs decide. kernel: x86_get_mtrr_mem_range()
std::vector<PhysRange> cached(const Machine& machine) {
  std::vector<PhysRange> out;
  if (machine.mtrr_tom2) {
    const auto above_4g = PhysRange::from_bounds(PhysAddr{4 * kGiB}, *machine.mtrr_tom2);
    if (above_4g) out.push_back(*above_4g);
  }
  for (const MtrrRange& m : machine.mtrrs) {
    if (m.type == "write-back") out.push_back(m.range);
  }
  out = united(std::move(out));
  for (const MtrrRange& m : machine.mtrrs) {
    if (m.type != "uncachable") continue;
    const std::uint64_t base = std::max(raw(m.range.base()), kMiB);
    if (base < raw(m.range.end())) out = without(out, PhysRange::make(base, raw(m.range.end())));
  }
  return out;
}

}  // namespace

// RAM that no write-back MTRR covers is taken from the map: it would be far too slow.
void mtrr_trim_uncached_memory(Boot& boot) {
  const Machine& machine = boot.machine;
  if (machine.mtrr_default != "uncachable" || boot.has_parameter("disable_mtrr_trim")) return;
  const auto is = [](std::string_view type) {
    return [type](const MtrrRange& m) { return m.type == type; };
  };
  const auto write_back = std::ranges::count_if(machine.mtrrs, is("write-back"));
  const auto uncachable = std::ranges::count_if(machine.mtrrs, is("uncachable"));
  if (write_back == 0) return;  // a virtual machine's are all blank
  if (write_back + uncachable != std::ssize(machine.mtrrs)) return;

  const std::vector<PhysRange> ranges = cached(machine);
  if (ranges.empty()) return;
  e820::Editor edit(boot.table, boot.events, std::string(boot.step));
  std::uint64_t trimmed = 0;
  const auto trim = [&](std::uint64_t start, std::uint64_t end) {
    if (start < end) trimmed += edit.update(start, end - start, E820Type::ram, E820Type::reserved);
  };
  std::uint64_t covered_to = 0;
  for (const PhysRange r : ranges) {
    trim(covered_to, raw(r.base()));
    covered_to = raw(r.end());
  }
  trim(covered_to, raw(phys_of(boot.max_pfn)));
  if (trimmed == 0) return;
  boot.tell(
      Severity::warning, std::string(kRule),
      fmt::format("WARNING: BIOS bug: CPU MTRRs don't cover all of memory, losing {}MB of RAM.",
                  trimmed >> 20));
  edit.sanitize();
  e820_end_of_ram_pfn(boot);
}

}  // namespace memmap::boot
