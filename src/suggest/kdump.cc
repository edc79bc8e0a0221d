#include "suggest/kdump.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/number.h"
#include "boot/run.h"
#include "boot/special.h"
#include "kernel/rootfs.h"

namespace memmap::suggest {
namespace {

std::string mib(std::uint64_t bytes) { return fmt::format("{} MiB", bytes / kMiB); }

// What the page allocator gets only after the initrd is unpacked: the packed one, the kernel's own code
// for the start. kernel: do_populate_rootfs(), init/initramfs.c; free_initmem(), mark_rodata_ro(),
// arch/x86/mm, v6.12
std::uint64_t freed_later(const boot::Outcome& outcome) {
  std::uint64_t out = 0;
  for (const boot::GivenBack& back : outcome.state.page_allocator.given_back) {
    if (back.what == "initrd" || back.what.starts_with("unused")) out += back.range.size();
  }
  return out;
}

std::string of_tmpfs(const kernel::Rootfs& fs) {
  if (fs.options.empty()) return " (half of RAM: it is a tmpfs)";
  return fmt::format(" (of a tmpfs, by initramfs_options={})", fs.options);
}

// What the initrd's files find.
void unpack(const boot::Outcome& outcome, const kernel::Profile& profile, const KdumpWish& wish,
            Kdump& out) {
  const std::uint64_t unpacked = wish.initrd.unpacked;
  const auto less = [](std::uint64_t from, std::uint64_t what) {
    return from - std::min(from, what);
  };
  const std::uint64_t early = less(out.mem_total, freed_later(outcome));
  out.at_unpack = less(early, boot::kTakenUntilInit);
  const kernel::Rootfs fs = kernel::rootfs_of(outcome.subject.command_line, profile, early);
  out.limit = fs.limit;
  const std::uint64_t room = out.limit == 0 ? out.at_unpack : std::min(out.at_unpack, out.limit);
  if (unpacked > room) {
    out.end = KdumpEnd::not_unpacked;
    out.why = fmt::format("the initrd's files need {}, and {} are free for them{}", mib(unpacked),
                          mib(room), room == out.limit ? of_tmpfs(fs) : "");
    return;
  }
  out.left = less(less(out.mem_total, boot::kTakenUntilInit), unpacked);
  if (out.left < wish.need) {
    out.end = KdumpEnd::no_room;
    out.why = fmt::format("{} are left for programs, which need {}", mib(out.left), mib(wish.need));
    return;
  }
  out.end = KdumpEnd::gets_up;
  out.why = fmt::format("{} are left for programs", mib(out.left));
}

}  // namespace

Result<Kdump> run_kdump(Prover& first, std::string_view crashkernel, const KdumpWish& wish) {
  const Subject& subject = first.subject();
  Kdump out{.first_line = first.line_with(crashkernel)};
  const auto booted = first.boot(crashkernel, PhysAddr{first.places_with(crashkernel).place(0)});
  if (!booted) return booted.errors();
  out.area = crash_area_of(*booted);
  if (!out.area || booted->panicked) {
    out.why = booted->panicked ? "the first kernel does not come up: " + end_of(*booted)
                               : "the first kernel reserves nothing for it";
    return out;
  }
  out.second = second_kernel(subject.machine, subject.profile, *booted, *out.area, wish.initrd,
                             second_line(out.first_line, subject.profile, wish.append));
  if (!out.second.fault.empty()) {
    out.end = KdumpEnd::not_loaded;
    out.why = out.second.fault;
    return out;
  }
  boot::Options options = subject.boot;
  options.command_line = out.second.machine.command_line;
  options.append.clear();
  options.record_memblock = false;
  const boot::Outcome outcome = boot::run(out.second.machine, subject.profile, options);
  if (!outcome.faults.empty()) return outcome.faults;
  out.memory = outcome.totals.memory;
  if (outcome.panicked) {
    out.end = KdumpEnd::stops;
    out.why = end_of(outcome);
    return out;
  }
  out.mem_total = mem_total_of(outcome);
  unpack(outcome, subject.profile, wish, out);
  return out;
}

Result<std::optional<std::uint64_t>> smallest_crashkernel(Prover& first, const KdumpWish& wish) {
  const auto base = first.base();
  if (!base) return base.errors();
  const auto gets_up = [&](std::uint64_t mib) -> Result<bool> {
    const auto tried = run_kdump(first, fmt::format("crashkernel={}M", mib), wish);
    if (!tried) return tried.errors();
    return tried->end == KdumpEnd::gets_up;
  };
  // A larger area is not always enough where a smaller one is: what the second kernel takes for itself may
  // fit only then, as the log's buffer. So sizes are tried from the bottom on, and the step before the first
  // that is enough is halved.
  const std::uint64_t most = std::min(4 * kGiB, (*base)->totals.memory / 2) / kMiB;
  std::uint64_t bad = 0;
  std::uint64_t good = 0;
  while (good == 0) {
    const std::uint64_t step = bad < 1024 ? 16 : 64;
    if (bad + step > most) return std::optional<std::uint64_t>();
    const auto up = gets_up(bad + step);
    if (!up) return up.errors();
    if (*up) {
      good = bad + step;
    } else {
      bad += step;
    }
  }
  while (good - bad > 1) {
    const std::uint64_t middle = bad + (good - bad) / 2;
    const auto up = gets_up(middle);
    if (!up) return up.errors();
    (*up ? good : bad) = middle;
  }
  return std::optional(good * kMiB);
}

}  // namespace memmap::suggest
