#include "boot/x86/mtrr_cleanup.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/range_union.h"
#include "boot/rules.h"
#include "boot/x86/mtrr_layout.h"

namespace memmap::boot::mtrr {
namespace {

std::uint64_t bytes_of(const std::vector<PhysRange>& ranges) {
  return std::accumulate(ranges.begin(), ranges.end(), std::uint64_t{0},
                         [](std::uint64_t sum, PhysRange r) { return sum + r.size(); });
}

// The settings that are tried: every power of two, and every chunk that is no smaller.
constexpr std::uint64_t kSmallest = 64 * kKiB;
constexpr std::uint64_t kLargest = 2 * kGiB;

// kernel: mtrr_need_cleanup()
bool needed(const Registers& registers) {
  bool uncachable = false;
  for (const MtrrRange& r : registers) {
    if (r.range.empty()) continue;
    if (r.type != MtrrType::uncachable && r.type != MtrrType::write_back) return false;
    uncachable = uncachable || r.type == MtrrType::uncachable;
  }
  return uncachable;
}

// kernel: mtrr_calc_range_state()
Trial tried(const std::vector<PhysRange>& memory, std::size_t count, Setting setting,
            PhysRange elsewhere) {
  LaidOut laid_out = lay_out(memory, count, setting);
  const std::vector<PhysRange> now = cached(laid_out.registers, {}, elsewhere);
  const std::uint64_t before = bytes_of(memory);
  const std::uint64_t after = bytes_of(now);
  return {.setting = setting,
          .registers = std::move(laid_out.registers),
          .used = laid_out.used,
          .change = before < after ? after - before : before - after,
          .bad = before < after || (before == after && now != memory)};
}

// The first setting that loses nothing with the fewest registers that any such needs, leaving
// `spare` free. kernel: mtrr_search_optimal_index()
const Trial* best_of(const std::vector<Trial>& trials, std::size_t count, std::uint64_t spare) {
  const std::size_t most = count - std::min<std::uint64_t>(spare, count - 1);
  const Trial* best = nullptr;
  for (const Trial& t : trials) {
    if (t.bad || t.change != 0 || t.used == 0 || t.used > most) continue;
    if (best == nullptr || t.used < best->used) best = &t;
  }
  return best;
}

}  // namespace

std::vector<PhysRange> cached(std::span<const MtrrRange> registers, std::vector<PhysRange> also,
                              PhysRange elsewhere) {
  std::vector<PhysRange> out = std::move(also);
  for (const MtrrRange& r : registers) {
    if (r.type == MtrrType::write_back) out.push_back(r.range);
  }
  out = united(std::move(out));
  for (const MtrrRange& r : registers) {
    if (r.type != MtrrType::uncachable && r.type != MtrrType::write_protect) continue;
    // Below 1 MiB the fixed registers decide.
    const std::uint64_t base = std::max(raw(r.range.base()), kMiB);
    if (base < raw(r.range.end())) out = without(out, PhysRange::make(base, raw(r.range.end())));
  }
  return without(out, elsewhere);
}

std::optional<Cleanup> clean_up(const Registers& registers, const Wanted& wanted) {
  if (!needed(registers)) return std::nullopt;
  constexpr std::uint64_t k4G = 4 * kGiB;
  const PhysRange elsewhere =
      wanted.tom2 > k4G ? PhysRange::make(k4G, wanted.tom2) : PhysRange::make(k4G, k4G);
  const std::vector<PhysRange> memory = cached(registers, {PhysRange::make(0, kMiB)}, elsewhere);
  Cleanup out{.covered = bytes_of(memory)};
  if (wanted.asked.gran != 0 && wanted.asked.chunk != 0) {
    out.asked = tried(memory, registers.size(), wanted.asked, elsewhere);
    if (!out.asked->bad) {
      out.found = out.asked;
      return out;
    }
  }
  for (std::uint64_t gran = kSmallest; gran <= kLargest; gran <<= 1) {
    for (std::uint64_t chunk = gran; chunk <= kLargest; chunk <<= 1)
      out.tried.push_back(tried(memory, registers.size(), {gran, chunk}, elsewhere));
  }
  if (const Trial* const best = best_of(out.tried, registers.size(), wanted.spare))
    out.found = *best;
  return out;
}

}  // namespace memmap::boot::mtrr

namespace memmap::boot {
namespace {

// In the largest unit that it is a whole number of. kernel: to_size_factor()
std::string in_units(std::uint64_t bytes) {
  if (bytes % kMiB != 0) return fmt::format("{}K", bytes >> 10);
  if (bytes % kGiB != 0) return fmt::format("{}M", bytes >> 20);
  return fmt::format("{}G", bytes >> 30);
}

void tell(Boot& boot, std::string text) {
  boot.story.tell(Severity::info, rule::kMtrrCleanup, std::move(text));
}

// kernel: mtrr_print_out_one_result()
void tell(Boot& boot, const mtrr::Trial& t) {
  tell(boot, fmt::format("{}gran_size: {} chunk_size: {} num_reg: {} lose cover RAM: {}{}",
                         t.bad ? "*BAD*" : "", in_units(t.setting.gran), in_units(t.setting.chunk),
                         t.used, t.bad ? "-" : "", in_units(t.change)));
}

mtrr::Wanted wanted(const Inputs& in) {
  mtrr::Wanted out{.asked = {.gran = 0, .chunk = 256 * kMiB},
                   .spare = in.profile.number(config::MTRR_SANITIZER_SPARE_REG_NR_DEFAULT),
                   .tom2 = raw(in.machine.mtrr_tom2.value_or(PhysAddr{0}))};
  const auto last = [&](std::string_view name, auto read, std::uint64_t& to) {
    for (const auto& value : in.values_of(name)) {
      if (value) to = read(*value).value;
    }
  };
  const auto size = [](std::string_view text) { return kernel::memparse(text); };
  last("mtrr_gran_size", size, out.asked.gran);
  last("mtrr_chunk_size", size, out.asked.chunk);
  last(
      "mtrr_spare_reg_nr", [](std::string_view text) { return kernel::simple_strtoull(text); },
      out.spare);
  return out;
}

// As many as the machine has; where nothing tells, as many as are used and one that is free.
mtrr::Registers registers_of(const Machine& machine) {
  mtrr::Registers out = machine.mtrrs;
  constexpr std::size_t kUsual = 8;
  const std::size_t count = machine.mtrr_count.value_or(kUsual);
  if (out.size() < count) out.resize(count);
  return out;
}

}  // namespace

bool cleans_mtrrs(const Boot& boot) {
  const Inputs& in = boot.in;
  if (!in.profile.has(config::MTRR_SANITIZER)) return false;
  bool enabled = in.profile.number(config::MTRR_SANITIZER_ENABLE_DEFAULT) != 0 ||
                 in.machine.mtrrs_were_cleaned;
  for (const kernel::Parameter& p : in.parameters) {
    if (kernel::parameq(p.name, "enable_mtrr_cleanup")) enabled = true;
    if (kernel::parameq(p.name, "disable_mtrr_cleanup")) enabled = false;
  }
  return enabled;
}

// kernel: mtrr_cleanup(), arch/x86/kernel/cpu/mtrr/cleanup.c, v6.1 to v7.2
void mtrr_cleanup(Boot& boot) {
  const Machine& machine = boot.in.machine;
  if (machine.mtrr_default != MtrrType::uncachable) return;
  const auto cleanup = mtrr::clean_up(registers_of(machine), wanted(boot.in));
  if (!cleanup) return;
  tell(boot, fmt::format("total RAM covered: {}M", cleanup->covered >> 20));
  if (cleanup->asked) {
    tell(boot, *cleanup->asked);
    if (cleanup->asked->bad) {
      tell(boot, "invalid mtrr_gran_size or mtrr_chunk_size, will find optimal one");
    }
  }
  if (cleanup->found && !cleanup->tried.empty()) {
    tell(boot, "Found optimal setting for mtrr clean up");
    tell(boot, *cleanup->found);
  }
  if (cleanup->found) {
    boot.state.mtrrs = cleanup->found->registers;
    std::erase_if(boot.state.mtrrs, [](const MtrrRange& r) { return r.range.empty(); });
    return;
  }
  for (const mtrr::Trial& t : cleanup->tried) tell(boot, t);
  tell(boot, "mtrr_cleanup: can not find optimal value");
  tell(boot, "please specify mtrr_gran_size/mtrr_chunk_size");
}

}  // namespace memmap::boot
