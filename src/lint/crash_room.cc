// Whether a crash kernel has room, for each place that KASLR may give the kernel's image.
#include <algorithm>

#include "base/align.h"
#include "base/range_union.h"
#include "lint/check.h"
#include "machine/efi.h"

namespace memmap::lint {
namespace {

constexpr std::uint64_t kCrashAlign = 16 * kMiB;  // CRASH_ALIGN
constexpr std::uint64_t kStep = 2 * kMiB;         // CONFIG_PHYSICAL_ALIGN
constexpr std::uint64_t k4GiB = 4 * kGiB;
constexpr std::uint64_t kHighEnd = 64 * kTiB;
constexpr std::size_t kMostPlaces = 8;

using Ranges = std::vector<PhysRange>;

bool has_room(const Ranges& free, std::uint64_t size, std::uint64_t from, std::uint64_t to) {
  return std::ranges::any_of(free, [&](PhysRange r) {
    const std::uint64_t base = align_up(std::max(raw(r.base()), from), kCrashAlign);
    const std::uint64_t end = std::min(raw(r.end()), to);
    return base <= end && end - base >= size;
  });
}

// kernel: reserve_crashkernel_generic(), kernel/crash_reserve.c, v6.12; reserve_crashkernel(),
// arch/x86/kernel/setup.c, v6.1
bool fits(const boot::CrashRoom& room, const Ranges& free) {
  const bool below = has_room(free, room.size, kCrashAlign, room.low_end);
  const bool above = room.high_too && has_room(free, room.size, k4GiB, kHighEnd);
  // Beside one above there must be room below.
  const bool both =
      above && (room.low_size == 0 || has_room(free, room.low_size, kCrashAlign, k4GiB));
  if (room.high_first) return both || (!above && below);
  return below || both;
}

// Where the code that unpacks the kernel may put it, whole.
// kernel: process_efi_entries(), process_e820_entries(), mem_avoid_init(),
// arch/x86/boot/compressed/kaslr.c, v6.12
Ranges image_ranges(const Check& check) {
  const Machine& machine = *check.machine();
  Ranges out;
  for (const EfiMemory& m : machine.efi_map) {
    const bool kept = (m.attributes & efi::kSpecificPurpose) != 0;
    if (m.type == efi::kConventional && !kept) out.push_back(m.range);
  }
  out = united(out.empty() ? check.ram() : std::move(out));
  const auto cut = [&](PhysRange r) { out = without(out, r); };
  if (const auto limit = check.ram_limit())
    cut(PhysRange::make(*limit, std::max(*limit, kHighEnd)));
  if (machine.initrd) cut(*machine.initrd);
  for (const SetupData& data : machine.setup_data) {
    if (const auto range = data.range()) cut(*range);
  }
  for (const MemmapItem* item : avoided(check)) {
    if (const auto range = item->range()) cut(*range);
  }
  return out;
}

}  // namespace

std::optional<ImagePlaces> crash_kernel_places(Check& check) {
  if (!check.kaslr()) return std::nullopt;
  const auto& room = check.outcome().state.crash_room;
  if (!room) return std::nullopt;
  const std::uint64_t image = align_up(check.profile().image.end, kStep);
  const std::uint64_t lowest = std::min(check.profile().default_phys_base, 512 * kMiB);
  ImagePlaces out;
  const auto look = [&](std::uint64_t at) {
    const PhysRange place = PhysRange::make(at, at + image);
    ++out.places;
    if (fits(*room, without(room->free, place))) return;
    ++out.bad;
    out.where.push_back(place);
  };
  for (const PhysRange r : image_ranges(check)) {
    const std::uint64_t end = std::min(raw(r.end()), kHighEnd);
    std::uint64_t at = align_up(std::max(raw(r.base()), lowest), kStep);
    for (; at < k4GiB && at + image <= end; at += kStep) look(at);
    // Above, the worst place is the middle.
    at = align_up(at + (end - std::min(at, end)) / 2, kStep);
    if (at >= k4GiB && at + image <= end) look(at - image / 2 / kStep * kStep);
  }
  out.where = united(std::move(out.where));
  if (out.where.size() > kMostPlaces) out.where.resize(kMostPlaces);
  return out;
}

}  // namespace memmap::lint
