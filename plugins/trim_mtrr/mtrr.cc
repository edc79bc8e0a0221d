// RAM that no write-back MTRR covers is taken from the map: it would be far too slow.
// kernel: mtrr_trim_uncached_memory(), arch/x86/kernel/cpu/mtrr/cleanup.c, v6.12
#include <algorithm>
#include <vector>

#include "plugin/plugin.hpp"

namespace {

using memmap::plugin::Host;

constexpr std::uint32_t kRam = 1;
constexpr std::uint32_t kReserved = 2;
constexpr std::uint64_t kMiB = 1ull << 20;
constexpr std::uint64_t k4GiB = 1ull << 32;
constexpr char kRule[] = "mtrr_trim_uncached_memory(), arch/x86/kernel/cpu/mtrr/cleanup.c";

struct Span {
  std::uint64_t base;
  std::uint64_t end;
};
using Spans = std::vector<Span>;  // ascending, disjoint

Spans joined(Spans spans) {
  std::sort(spans.begin(), spans.end(), [](Span a, Span b) { return a.base < b.base; });
  Spans out;
  for (const Span s : spans) {
    if (!out.empty() && s.base <= out.back().end) {
      out.back().end = std::max(out.back().end, s.end);
    } else {
      out.push_back(s);
    }
  }
  return out;
}

Spans without(const Spans& spans, Span gone) {
  Spans out;
  for (const Span s : spans) {
    if (s.base < std::min(s.end, gone.base)) out.push_back({s.base, std::min(s.end, gone.base)});
    if (std::max(s.base, gone.end) < s.end) out.push_back({std::max(s.base, gone.end), s.end});
  }
  return out;
}

// What the variable MTRRs (and, on AMD, TOM2) say can be cached. An uncachable entry below 1M is
// taken from 1M on: there the fixed MTRRs decide. kernel: x86_get_mtrr_mem_range()
Spans cached(const memmap_facts_t& facts) {
  Spans out;
  if (facts.mtrr_tom2 > k4GiB) out.push_back({k4GiB, facts.mtrr_tom2});
  for (std::size_t i = 0; i < facts.mtrr_count; ++i) {
    const memmap_range_t& m = facts.mtrrs[i];
    if (m.type == MEMMAP_MTRR_WRITE_BACK) out.push_back({m.base, m.end});
  }
  out = joined(std::move(out));
  for (std::size_t i = 0; i < facts.mtrr_count; ++i) {
    const memmap_range_t& m = facts.mtrrs[i];
    if (m.type != MEMMAP_MTRR_UNCACHABLE) continue;
    const std::uint64_t base = std::max(m.base, kMiB);
    if (base < m.end) out = without(out, {base, m.end});
  }
  return out;
}

// Whether the MTRRs are set up as on real machines that need no more than two types.
bool can_tell(const memmap_facts_t& facts) {
  if (facts.mtrr_default != MEMMAP_MTRR_UNCACHABLE) return false;
  std::size_t write_back = 0;
  std::size_t uncachable = 0;
  for (std::size_t i = 0; i < facts.mtrr_count; ++i) {
    write_back += facts.mtrrs[i].type == MEMMAP_MTRR_WRITE_BACK;
    uncachable += facts.mtrrs[i].type == MEMMAP_MTRR_UNCACHABLE;
  }
  // A virtual machine's are all blank.
  return write_back != 0 && write_back + uncachable == facts.mtrr_count;
}

std::uint64_t ram_in(const memmap_trim_input_t& in, Span span) {
  std::uint64_t sum = 0;
  for (const memmap_range_t& r : memmap::plugin::ranges_of(in)) {
    const std::uint64_t base = std::max(r.base, span.base);
    const std::uint64_t end = std::min(r.end, span.end);
    if (r.type == kRam && base < end) sum += end - base;
  }
  return sum;
}

std::int32_t run(const memmap_trim_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const Host& h) -> std::int32_t {
    const memmap_facts_t& facts = *in->facts;
    if (!can_tell(facts) || memmap::plugin::find_parameter(facts, "disable_mtrr_trim") != nullptr) {
      return MEMMAP_NONE;
    }
    const Spans covered = cached(facts);
    if (covered.empty()) return MEMMAP_NONE;
    std::uint64_t trimmed = 0;
    const auto trim = [&](Span gap) {
      if (gap.base >= gap.end) return;
      h.retype(gap.base, gap.end, kRam, kReserved, "no write-back MTRR covers it", kRule);
      trimmed += ram_in(*in, gap);
    };
    std::uint64_t up_to = 0;
    for (const Span s : covered) {
      trim({up_to, s.base});
      up_to = s.end;
    }
    trim({up_to, in->end_of_ram});
    if (trimmed != 0) {
      h.say(MEMMAP_SEVERITY_WARNING,
            "WARNING: BIOS bug: CPU MTRRs don't cover all of memory, losing " +
                std::to_string(trimmed >> 20) + "MB of RAM.",
            kRule);
    }
    return MEMMAP_OK;
  });
}

constexpr memmap_trim_t kTrim = {sizeof(memmap_trim_t), MEMMAP_HOOK_E820_MTRR, run};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_TRIM_1) ? &kTrim : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "trim_mtrr", "1.0", "Takes RAM that cannot be cached from the map", get_interface);
