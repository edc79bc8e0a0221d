// Whether a crash kernel has room, for each place that KASLR may give the kernel's image.
#include <algorithm>

#include "base/align.h"
#include "base/range_union.h"
#include "kaslr/possible_places.h"
#include "lint/check.h"

namespace memmap::lint {
namespace {

constexpr std::uint64_t kCrashAlign = 16 * kMiB;  // CRASH_ALIGN
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

// Whether the kernel may find one in its line, wherever it stands there, or in what is built in.
// kernel: get_last_crashkernel(), kernel/crash_reserve.c, v6.12
bool asks_for_crash_kernel(const Check& check) {
  const auto asks = [](std::string_view text) { return text.find("crashkernel=") != text.npos; };
  return asks(check.line()) || asks(check.profile().text(config::CMDLINE));
}

}  // namespace

std::optional<ImagePlaces> crash_kernel_places(Check& check) {
  if (!check.kaslr() || !asks_for_crash_kernel(check)) return std::nullopt;
  const auto& room = check.outcome().state.crash_room;
  if (!room) return std::nullopt;
  // So little fits anywhere, and was not meant so: size_without_unit() tells.
  if (room->size < kMiB) return std::nullopt;
  const kaslr::PossiblePlaces places =
      kaslr::possible_places(*check.machine(), check.profile(), check.line());
  if (places.count() == 1) return std::nullopt;
  // What is free is split by what the kernel keeps, not by what it needs while it is unpacked.
  const std::uint64_t image = align_up(check.profile().image.end, places.align);
  ImagePlaces out;
  for (const std::uint64_t n : kaslr::spread_over(places, kaslr::kMostPlacesTried)) {
    const std::uint64_t at = places.place(n);
    const PhysRange place = PhysRange::make(at, at + image);
    ++out.places;
    if (fits(*room, without(room->free, place))) continue;
    ++out.bad;
    out.where.push_back(place);
  }
  out.where = united(std::move(out.where));
  if (out.where.size() > kMostPlaces) out.where.resize(kMostPlaces);
  return out;
}

}  // namespace memmap::lint
