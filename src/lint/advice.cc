// What is good to know of a line that has no fault.
#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "base/range_union.h"
#include "boot/owner.h"
#include "kernel/rootfs.h"
#include "lint/check.h"

namespace memmap::lint {
namespace {

constexpr std::uint64_t kSection = 128 * kMiB;
constexpr std::uint64_t kPage = 2 * kMiB;
constexpr std::size_t kMost = 6;

// RAM that neither kernel nor initrd lies in, of a size that persistent memory is of use with.
std::string free_for_pmem(Check& check) {
  if (std::ranges::none_of(check.memmap_items(),
                           [](const MemmapItem& i) { return i.mark == '!'; })) {
    return {};
  }
  std::vector<PhysRange> free = without(check.ram(), PhysRange::make(0, 16 * kMiB));
  if (const auto initrd = check.machine()->initrd) free = without(free, *initrd);
  if (!check.kaslr()) {
    for (const PhysRange image : check.owned_by(boot::owner::kKernelImage))
      free = without(free, image);
  }
  std::string out;
  std::size_t count = 0;
  for (const PhysRange r : free) {
    const std::uint64_t base = align_up(raw(r.base()), kPage);
    const std::uint64_t end = align_down(raw(r.end()), kPage);
    if (base >= end || end - base < kSection || ++count > kMost) continue;
    out += fmt::format("{}{}!{}", out.empty() ? "" : ", ", size_text(end - base), size_text(base));
  }
  if (out.empty()) return {};
  return fmt::format(
      "memmap=nn!ss: of the machine's RAM these whole ranges, or parts of them, may become "
      "persistent "
      "memory: {} (the kernel itself needs some hundred MiB){}",
      out,
      check.kaslr() ? "; KASLR keeps the kernel's image out of the first four that are named" : "");
}

std::string crash_kernel_fits(Check& check) {
  const auto found = crash_kernel_places(check);
  if (!found || found->bad != 0 || found->places == 0) return {};
  return "crashkernel=: it fits wherever KASLR may put the kernel's image";
}

// A kernel that was started by another that crashed, with what is left to unpack its initrd into.
std::string initrd_of_crash_kernel(Check& check) {
  const auto initrd = check.machine()->initrd;
  if (!initrd || check.named("elfcorehdr").empty() || check.outcome().panicked) return {};
  const boot::Totals& totals = check.outcome().totals;
  const std::uint64_t free = totals.memory - totals.reserved;
  const kernel::Rootfs fs = kernel::rootfs_of(check.line(), check.profile(), free);
  const std::uint64_t room = fs.limit == 0 ? free : std::min(free, fs.limit);
  const std::string_view why = fs.limit == 0        ? ""
                               : fs.options.empty() ? " (half: it is a tmpfs)"
                                                    : " (initramfs_options=)";
  std::string out = fmt::format(
      "a crash kernel (elfcorehdr=): {} MiB are free when it unpacks its initrd, which may fill {} "
      "MiB of them{}; packed it has {} MiB, unpacked usually two to four times as much",
      free >> 20, room >> 20, why, initrd->size() >> 20);
  if (initrd->size() * 2 > room)
    out += ": too small, give crashkernel= a larger size in the kernel that starts it";
  return out;
}

}  // namespace

std::vector<std::string> advice(const Subject& subject) {
  std::vector<std::string> out;
  if (subject.machine == nullptr) return out;
  Check check(subject);
  for (std::string text :
       {free_for_pmem(check), crash_kernel_fits(check), initrd_of_crash_kernel(check)}) {
    if (!text.empty()) out.push_back(std::move(text));
  }
  return out;
}

}  // namespace memmap::lint
