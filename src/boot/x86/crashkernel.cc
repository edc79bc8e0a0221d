#include "boot/x86/crashkernel.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "base/range_union.h"
#include "boot/mm/cma.h"
#include "boot/mm/swiotlb.h"
#include "boot/owner.h"
#include "boot/rules.h"
#include "boot/x86/crashkernel_parse.h"
#include "kernel/distribution.h"
#include "memblock/iterate.h"

namespace memmap::boot {
namespace {

constexpr std::uint64_t kAlign = 16 * kMiB;  // CRASH_ALIGN
constexpr std::uint64_t kLowMax = 4 * kGiB;  // CRASH_ADDR_LOW_MAX
constexpr std::uint64_t kOldLowMax = 896 * kMiB;
constexpr std::uint64_t kHighMax = 64 * kTiB;  // CRASH_ADDR_HIGH_MAX
constexpr const Owner& kOwner = owner::kCrashKernel;

// Room for DMA below 4 GiB. kernel: crash_low_size_default()
std::uint64_t default_low_size(const Boot& boot) {
  return std::max(swiotlb::settings(boot).bytes() + 8 * kMiB, 256 * kMiB);
}

// The command line as this kernel reads it: EL7's and EL8's know `auto`.
std::string line_of(Boot& boot, std::uint64_t memory, const Rule& rule) {
  std::string out = crash::with_auto(boot.in.command_line, boot.in.profile, memory);
  if (out == boot.in.command_line) return out;
  const auto meant = kernel::crashkernel_auto(boot.in.profile, memory);
  boot.story.tell(
      Severity::info, rule,
      meant == "0M" ? "crashkernel=auto resulted in zero bytes of reserved memory."
                    : fmt::format("crashkernel=auto is {} in this distribution's kernel", *meant));
  return out;
}

// A paravirtualised guest has no kexec. kernel: arch_reserve_crashkernel(), v6.12
bool is_refused(Boot& boot, const crash::Request& r, const Rule& rule) {
  if (r.parse != crash::Parse::ok || r.size == 0 || !is_pv(boot.in.machine.xen_domain))
    return false;
  boot.story.tell(Severity::warning, rule, "Ignoring crashkernel for a Xen PV domain");
  return true;
}

std::optional<PhysAddr> take(Boot& boot, std::uint64_t size, std::uint64_t align,
                             std::uint64_t from, std::uint64_t to, const memblock::Caller& caller) {
  return boot.take_within(boot.in.behaviour.bounded_crash_kernel, size, align, PhysAddr{from},
                          PhysAddr{to}, caller);
}

std::optional<PhysAddr> take_low(Boot& boot, std::uint64_t size, const memblock::Caller& caller) {
  const auto found = take(boot, size, kAlign, 0, kLowMax, caller);
  if (!found) {
    boot.story.tell(Severity::warning, rule::kReserveCrashkernelGeneric,
                    fmt::format("cannot allocate crashkernel low memory (size:{:#x}).", size));
  }
  return found;
}

void insert_crash_kernel(Boot& boot, PhysAddr base, std::uint64_t size) {
  if (const auto range = PhysRange::from_size(base, size))
    boot.state.iomem.insert(*range, "Crash kernel");
}

void complain(Boot& boot, const crash::Request& r, const Rule& rule) {
  if (r.fault.empty()) return;
  const bool bad = r.parse == crash::Parse::bad;
  boot.story.tell(bad ? Severity::warning : Severity::info, rule, r.fault);
}

// kernel: CRASH_ADDR_LOW_MAX, CRASH_ADDR_HIGH_MAX
void keep_room(Boot& boot, CrashRoom room) {
  std::vector<PhysRange> memory;
  std::vector<PhysRange> taken;
  for (const memblock::Region& r : boot.state.memblock.memory().regions())
    memory.push_back(r.range);
  for (const memblock::Region& r : boot.state.memblock.reserved().regions())
    taken.push_back(r.range);
  room.free =
      without(united(std::move(memory)), without(united(std::move(taken)), boot.in.kernel_image()));
  boot.state.crash_room = std::move(room);
}

struct Wanted {
  crash::Request request{};
  std::uint64_t low_size = 0;
  std::uint64_t cma_size = 0;
  bool high = false;
};

// kernel: parse_crashkernel(), kernel/crash_reserve.c, v6.12 and v7.2
std::optional<Wanted> wanted(Boot& boot) {
  const std::uint64_t memory = boot.state.memblock.phys_mem_size();
  const std::string line = line_of(boot, memory, rule::kReserveCrashkernelGeneric);
  const crash::Suffixes known = crash::suffixes_of(boot.in.behaviour);
  Wanted w{.request = crash::parse(line, memory, known)};
  complain(boot, w.request, rule::kReserveCrashkernelGeneric);
  if (w.request.parse == crash::Parse::none) {
    w.request = crash::parse(boot.in.command_line, 0, known, ",high");
    complain(boot, w.request, rule::kReserveCrashkernelGeneric);
    if (w.request.parse != crash::Parse::ok || w.request.size == 0) return std::nullopt;
    const crash::Request low = crash::parse(boot.in.command_line, 0, known, ",low");
    complain(boot, low, rule::kReserveCrashkernelGeneric);
    if (low.parse == crash::Parse::bad) return std::nullopt;
    w.low_size = low.parse == crash::Parse::none ? default_low_size(boot) : low.size;
    w.high = true;
  }
  if (known == crash::Suffixes::all) {
    const crash::Request area = crash::parse(boot.in.command_line, 0, known, ",cma");
    complain(boot, area, rule::kReserveCrashkernelGeneric);
    w.cma_size = area.size;
  }
  if (w.request.parse != crash::Parse::ok) return std::nullopt;
  if (w.request.size == 0 || w.request.size >= memory) return std::nullopt;
  if (is_refused(boot, w.request, rule::kReserveCrashkernelGeneric)) return std::nullopt;
  return w;
}

// Where it was asked for; else low, then high; with `,high` the other way round.
// kernel: reserve_crashkernel_generic()
std::optional<PhysAddr> search(Boot& boot, Wanted& w, const memblock::Caller& caller) {
  const std::uint64_t size = w.request.size;
  if (const std::uint64_t base = w.request.base; base != 0) {
    const auto found = take(boot, size, kAlign, base, base + size, caller);
    if (!found) {
      boot.story.tell(Severity::warning, rule::kReserveCrashkernelGeneric,
                      "crashkernel reservation failed - memory is in use.");
    }
    return found;
  }
  keep_room(boot, {.size = size,
                   .low_size = w.high ? w.low_size : default_low_size(boot),
                   .low_end = kLowMax,
                   .high_first = w.high});
  auto found = w.high ? take(boot, size, kAlign, kLowMax, kHighMax, caller)
                      : take(boot, size, kAlign, 0, kLowMax, caller);
  if (!found && !w.high) {
    w.low_size = default_low_size(boot);
    found = take(boot, size, kAlign, kLowMax, kHighMax, caller);
  } else if (!found) {
    found = take(boot, size, kAlign, 0, kLowMax, caller);
  }
  if (!found) {
    boot.story.tell(Severity::warning, rule::kReserveCrashkernelGeneric,
                    fmt::format("cannot allocate crashkernel (size:{:#x})", size));
  }
  return found;
}

// kernel: reserve_crashkernel_generic(), kernel/crash_reserve.c, v6.12
void reserve_generic(Boot& boot, Wanted w) {
  const memblock::Caller caller =
      boot.caller(kOwner, {function::reserve_crashkernel_generic, function::setup_arch});
  const auto found = search(boot, w, caller);
  if (!found) return;
  const std::uint64_t base = raw(*found);
  const std::uint64_t size = w.request.size;
  if (base >= kLowMax && w.low_size != 0) {
    const auto low = take_low(boot, w.low_size, caller);
    if (!low) {
      boot.state.memblock.phys_free(*found, size, caller);
      return;
    }
    boot.story.tell(Severity::info, rule::kReserveCrashkernelGeneric,
                    fmt::format("crashkernel low memory reserved: {:#010x} - {:#010x} ({} MB)",
                                raw(*low), raw(*low) + w.low_size, w.low_size >> 20));
    insert_crash_kernel(boot, *low, w.low_size);
  }
  insert_crash_kernel(boot, *found, size);
  boot.story.tell(Severity::info, rule::kReserveCrashkernelGeneric,
                  fmt::format("crashkernel reserved: {:#018x} - {:#018x} ({} MB)", base,
                              base + size, size >> 20),
                  PhysRange::make(base, base + size));
}

// Areas of the size that is asked for, each time one is refused of half of it.
// kernel: reserve_crashkernel_cma(), kernel/crash_reserve.c, v7.2
void reserve_cma(Boot& boot, std::uint64_t wanted) {
  constexpr unsigned kMostRanges = 4;  // CRASHKERNEL_CMA_RANGES_MAX
  const auto tell = [&](Severity severity, std::string text) {
    boot.story.tell(severity, rule::kReserveCrashkernelCma, std::move(text));
  };
  if (wanted == 0) return;
  if (!boot.in.profile.has(config::CMA)) {
    return tell(Severity::warning, "crashkernel CMA reservation not supported");
  }
  std::uint64_t request = align_up(wanted, kPageSize);
  std::uint64_t reserved = 0;
  unsigned ranges = 0;
  while (wanted > reserved && ranges < kMostRanges) {
    if (declare_contiguous(boot, request, owner::kCMACrashKernel)) {
      ++ranges;
      reserved += request;
      continue;
    }
    if (request <= kPageSize) break;
    request = align_up(request / 2, kPageSize);
  }
  if (wanted > reserved) {
    return tell(Severity::warning,
                fmt::format("crashkernel CMA reservation failed: {} MB requested, {} MB reserved "
                            "in {} ranges",
                            wanted >> 20, reserved >> 20, ranges));
  }
  tell(Severity::info,
       fmt::format("crashkernel CMA reserved: {} MB in {} ranges", reserved >> 20, ranges));
}

}  // namespace

// kernel: arch_reserve_crashkernel(), arch/x86/kernel/setup.c, v6.12 and v7.2
void arch_reserve_crashkernel(Boot& boot) {
  const auto w = wanted(boot);
  if (!w) return;
  reserve_generic(boot, *w);
  reserve_cma(boot, w->cma_size);
}

namespace {

// kernel: memblock_mem_size(), mm/memblock.c, v5.4
std::uint64_t low_memory(const Boot& boot) {
  std::uint64_t pages = 0;
  for (const memblock::PfnRange& r : memblock::mem_pfn_ranges(boot.state.memblock)) {
    const std::uint64_t end = std::min(raw(r.end), kLowMax >> kPageShift);
    if (raw(r.start) < end) pages += end - raw(r.start);
  }
  return pages << kPageShift;
}

// Room for DMA beside a crash kernel above 4 GiB; false: there is none.
// kernel: reserve_crashkernel_low(), arch/x86/kernel/setup.c, v5.4 to v6.1
bool reserve_low(Boot& boot, std::uint64_t memory) {
  const crash::Request low =
      crash::parse(boot.in.command_line, memory, crash::suffixes_of(boot.in.behaviour), ",low");
  complain(boot, low, rule::kReserveCrashkernelLow);
  const std::uint64_t size = low.parse == crash::Parse::ok ? low.size : default_low_size(boot);
  if (size == 0) return true;
  const auto found =
      take(boot, size, kAlign, 0, kLowMax,
           boot.caller(kOwner, {function::reserve_crashkernel_low, function::reserve_crashkernel,
                                function::setup_arch}));
  if (!found) {
    boot.story.tell(
        Severity::warning, rule::kReserveCrashkernelLow,
        fmt::format("Cannot reserve {}MB crashkernel low memory, please try smaller size.",
                    size >> 20));
    return false;
  }
  insert_crash_kernel(boot, *found, size);
  const std::string limit =
      boot.in.behaviour.crash_kernel_tells_low_ram
          ? fmt::format("System low RAM: {}MB", low_memory(boot) >> 20)
          : fmt::format("low RAM limit: {}MB",
                        std::min(boot.state.memblock.phys_mem_size(), kLowMax) >> 20);
  boot.story.tell(Severity::info, rule::kReserveCrashkernelLow,
                  fmt::format("Reserving {}MB of low memory at {}MB for crashkernel ({})",
                              size >> 20, raw(*found) >> 20, limit),
                  PhysRange::from_size(*found, size));
  return true;
}

}  // namespace

// kernel: reserve_crashkernel(), arch/x86/kernel/setup.c, v5.4 to v6.1
void reserve_crashkernel(Boot& boot) {
  const std::uint64_t memory = boot.state.memblock.phys_mem_size();
  const memblock::Caller caller =
      boot.caller(kOwner, {function::reserve_crashkernel, function::setup_arch});
  const std::string line = line_of(boot, memory, rule::kReserveCrashkernel);
  const crash::Suffixes known = crash::suffixes_of(boot.in.behaviour);
  crash::Request r = crash::parse(line, memory, known);
  complain(boot, r, rule::kReserveCrashkernel);
  const bool high = known != crash::Suffixes::none && (r.parse != crash::Parse::ok || r.size == 0);
  if (high) r = crash::parse(boot.in.command_line, memory, known, ",high");
  if (high) complain(boot, r, rule::kReserveCrashkernel);
  if (r.parse != crash::Parse::ok || r.size == 0) return;
  if (is_refused(boot, r, rule::kReserveCrashkernel)) return;
  std::optional<PhysAddr> found;
  if (r.base != 0) {
    found = take(boot, r.size, kMiB, r.base, r.base + r.size, caller);
  } else {
    const bool below_4g = boot.in.behaviour.crash_kernel_below_4g;
    keep_room(boot, {.size = r.size,
                     .low_size = default_low_size(boot),
                     .low_end = below_4g ? kLowMax : kOldLowMax,
                     .high_first = high,
                     .high_too = high || below_4g});
    if (!high) found = take(boot, r.size, kAlign, kAlign, below_4g ? kLowMax : kOldLowMax, caller);
    if (!found && (high || below_4g)) {
      found = take(boot, r.size, kAlign, kAlign, kHighMax, caller);
    }
  }
  if (!found) {
    return boot.story.tell(Severity::warning, rule::kReserveCrashkernel,
                           r.base != 0
                               ? "crashkernel reservation failed - memory is in use."
                               : "crashkernel reservation failed - No suitable area found.");
  }
  if (raw(*found) >= kLowMax && !reserve_low(boot, memory)) {
    boot.state.memblock.phys_free(*found, r.size, caller);
    return;
  }
  insert_crash_kernel(boot, *found, r.size);
  boot.story.tell(Severity::info, rule::kReserveCrashkernel,
                  fmt::format("Reserving {}MB of memory at {}MB for crashkernel (System RAM: {}MB)",
                              r.size >> 20, raw(*found) >> 20, memory >> 20),
                  PhysRange::from_size(*found, r.size));
}

}  // namespace memmap::boot
