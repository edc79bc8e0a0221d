#include "suggest/range.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "base/align.h"
#include "base/number.h"
#include "base/range_union.h"
#include "boot/owner.h"
#include "kernel/behaviour.h"
#include "suggest/room.h"

namespace memmap::suggest {
namespace {

constexpr std::uint64_t kSubsection = 2 * kMiB;  // of which pmem's struct pages are made
constexpr std::uint64_t kSection = 128 * kMiB;
constexpr std::uint64_t kRamoopsLeast = 4 * kKiB;  // MIN_MEM_SIZE

// One row a use.
struct Kind {
  Use use{};
  std::string_view name{};
  char mark = '$';
  E820Type type = E820Type::reserved;
  std::uint64_t unit = 0;                   // of the size
  std::vector<std::uint64_t> alignments{};  // of the start: the best first
};

Kind kind_of(Use use, std::uint64_t size) {
  switch (use) {
    case Use::pmem: {
      Kind out{use, "pmem", '!', E820Type::pram, kSubsection, {kSection, kSubsection}};
      if (size >= kGiB) out.alignments.insert(out.alignments.begin(), kGiB);
      return out;
    }
    case Use::ramoops:
      return {use, "ramoops", '$', E820Type::reserved, kPageSize, {kSubsection, 64 * kKiB}};
    case Use::device:
      return {use, "device", '$', E820Type::reserved, kPageSize, {kSubsection, kPageSize}};
  }
  return {};
}

struct Candidate {
  PhysRange range{};
  std::uint64_t alignment = 0;
};

// One in each free range, at its end: what lies above 4 GiB first, from above, so that what devices and
// the crash kernel need below stays.
std::vector<Candidate> candidates(const std::vector<PhysRange>& free, const Kind& kind,
                                  std::uint64_t size) {
  std::vector<Candidate> out;
  for (auto r = free.rbegin(); r != free.rend(); ++r) {
    for (const std::uint64_t alignment : kind.alignments) {
      if (r->size() < size) break;
      const std::uint64_t base = align_down(raw(r->end()) - size, alignment);
      if (base < raw(r->base())) continue;
      out.push_back({PhysRange::make(base, base + size), alignment});
      break;
    }
  }
  return out;
}

std::string parameter_of(const Kind& kind, PhysRange range) {
  return fmt::format("memmap={}{}{}", number_with_unit(range.size()), kind.mark,
                     number_with_unit(raw(range.base())));
}

// All bytes that the image may lie in.
std::vector<PhysRange> images_of(const kaslr::PossiblePlaces& places) {
  std::vector<PhysRange> out;
  if (places.count() == 1) {
    out.push_back(PhysRange::make(places.place(0), places.place(0) + places.image_size));
    return out;
  }
  for (const kaslr::SlotArea& area : places.slots.areas) {
    // Places further apart than the image is large are areas of their own as far as it matters here.
    const std::uint64_t last = area.first + (area.count - 1) * places.align;
    out.push_back(PhysRange::make(area.first, last + places.image_size));
  }
  return united(std::move(out));
}

std::uint64_t bytes_of(const boot::Outcome& outcome, const boot::Owner& owner) {
  std::uint64_t out = 0;
  for (const boot::Owned& owned : outcome.owners)
    out += owned.owner == &owner ? owned.range.size() : 0;
  return out;
}

// The range is of the type that was asked for, whole, and nothing that the line asks for beside it is
// gone.
Judge judge_of(const Kind& kind, PhysRange range, const boot::Outcome& base) {
  const std::uint64_t crash = bytes_of(base, boot::owner::kCrashKernel);
  const std::uint64_t huge = base.state.gigantic_pages.size();
  return [=](const boot::Outcome& outcome) -> Judgement {
    std::vector<PhysRange> of_type;
    for (const E820Entry& e : outcome.state.e820.table.entries()) {
      const auto own = PhysRange::from_size(e.addr, e.size);
      if (e.type == kind.type && own) of_type.push_back(*own);
    }
    const auto holds = [&](PhysRange r) { return r.contains(range); };
    if (std::ranges::none_of(united(std::move(of_type)), holds))
      return {"the range is not what was asked for: the kernel's image lies in it"};
    if (bytes_of(outcome, boot::owner::kCrashKernel) < crash)
      return {"the crash kernel has no room any more"};
    if (outcome.state.gigantic_pages.size() < huge)
      return {"there are fewer huge pages of 1 GiB than without it"};
    return {.at = range.base()};
  };
}

std::string place_words(const Candidate& c) {
  return fmt::format(
      "{}, aligned to {}, as far up as RAM is free",
      raw(c.range.base()) >= 4 * kGiB
          ? "above 4 GiB, where neither a BIOS, a boot loader nor a 32-bit device looks"
          : "below 4 GiB, where this machine's RAM is",
      number_with_unit(c.alignment));
}

class Search {
 public:
  Search(Prover& prover, const RangeWish& wish)
      : prover_(prover),
        kind_(kind_of(wish.use, wish.size)),
        size_(align_up(std::max(wish.size, wish.use == Use::ramoops ? kRamoopsLeast : 1),
                       kind_.unit)) {}

  Result<Suggestion> run(std::optional<int> nid);

 private:
  // Whether it is the one.
  Result<bool> try_out(const Candidate& candidate, const boot::Outcome& base);
  void no_room(const Room& room);

  Prover& prover_;
  const Kind kind_;
  const std::uint64_t size_;
  Suggestion out_{};
};

Result<bool> Search::try_out(const Candidate& candidate, const boot::Outcome& base) {
  const std::string parameter = parameter_of(kind_, candidate.range);
  auto proof = prover_.prove(parameter, judge_of(kind_, candidate.range, base));
  if (!proof) return proof.errors();
  if (!proof->proved()) {
    const std::string why = proof->fault;
    out_.others.push_back({parameter, why, *std::move(proof)});
    return false;
  }
  out_.parameter = parameter;
  out_.why = place_words(candidate);
  out_.range = candidate.range;
  out_.proof = *std::move(proof);
  return true;
}

void Search::no_room(const Room& room) {
  std::uint64_t largest = 0;
  for (const PhysRange r : room.free) largest = std::max(largest, r.size());
  out_.why = fmt::format("no free range of RAM has room for {}; the largest has {}",
                         number_with_unit(size_), number_with_unit(align_down(largest, kPageSize)));
}

Result<Suggestion> Search::run(std::optional<int> nid) {
  constexpr std::size_t kMostTried = 8;
  out_.what = std::string(kind_.name);
  out_.size = size_;
  const auto base = prover_.base();
  if (!base) return base.errors();
  auto room = room_for_range(prover_, nid);
  if (!room) return room.errors();
  std::vector<Candidate> left = candidates(room->free, kind_, size_);
  if (left.empty()) no_room(*room);
  bool is_without_images = false;
  for (std::size_t i = 0; i < left.size() && out_.others.size() < kMostTried; ++i) {
    const auto images = images_of(prover_.places_with(parameter_of(kind_, left[i].range)));
    const auto meets = [&](PhysRange image) { return image.overlaps(left[i].range); };
    if (!is_without_images && std::ranges::any_of(images, meets)) {
      // Whoever chooses the image's place does not keep clear of it: only what no image can lie in is
      // left.
      for (const PhysRange image : images) {
        room->free = without(room->free, image);
        room->excluded.push_back({image,
                                  "the kernel's image may lie there: its place is chosen "
                                  "without a look at this memmap="});
      }
      is_without_images = true;
      left = candidates(room->free, kind_, size_);
      if (left.empty()) no_room(*room);
      i = static_cast<std::size_t>(-1);
      continue;
    }
    const auto is_it = try_out(left[i], **base);
    if (!is_it) return is_it.errors();
    if (*is_it) break;
  }
  if (out_.parameter.empty() && out_.why.empty())
    out_.why =
        "no range that is free stands the proof; the first fault: " + out_.others.front().why;
  std::ranges::sort(room->excluded, {}, [](const Excluded& e) { return e.range; });
  out_.excluded = std::move(room->excluded);
  return std::move(out_);
}

// kernel: reserve_mem(), mm/memblock.c; ramoops.mem_name=, fs/pstore/ram.c, v6.12
Status add_reserve_mem(Prover& prover, Suggestion& suggestion) {
  const Subject& subject = prover.subject();
  if (!kernel::behaviour_of(subject.profile).has_reserve_mem) return Done{};
  const std::string parameter =
      fmt::format("reserve_mem={}:4096:oops", number_with_unit(suggestion.size));
  auto proof = prover.prove(parameter, [&](const boot::Outcome& outcome) -> Judgement {
    for (const boot::Owned& owned : outcome.owners) {
      if (owned.owner == &boot::owner::kReserveMem) return {.at = owned.range.base()};
    }
    return {"nothing is reserved"};
  });
  if (!proof) return proof.errors();
  std::string why =
      "the kernel finds the place itself, and ramoops.mem_name=oops takes it; it survives as long "
      "as "
      "the next boot finds the same place";
  if (proof->moves()) why += ", which depends on where KASLR puts the image";
  suggestion.others.push_back(
      {parameter + " ramoops.mem_name=oops", std::move(why), *std::move(proof)});
  return Done{};
}

void add_needs(const RangeWish& wish, const Machine& machine, Suggestion& out) {
  if (!out.range) return;
  if (!machine.initrd) {
    out.needs.push_back(
        "where the boot loader puts the initrd is not known of this machine: it must not be in the "
        "range (a boot log has a line `RAMDISK:`)");
  }
  if (wish.use == Use::pmem) {
    out.needs.push_back("the kernel needs CONFIG_X86_PMEM_LEGACY: the range becomes /dev/pmem0");
    return;
  }
  if (wish.use != Use::ramoops) return;
  const RamoopsSizes sizes = ramoops_sizes(out.size);
  out.needs.push_back(
      fmt::format("ramoops.mem_address={:#x} ramoops.mem_size={:#x} ramoops.record_size={:#x} "
                  "ramoops.console_size={:#x} ramoops.pmsg_size={:#x}: each size a power of two, "
                  "which the kernel "
                  "would round down to",
                  raw(out.range->base()), out.size, sizes.record, sizes.console, sizes.pmsg));
  out.needs.push_back(
      "the firmware must leave the range alone over a restart, which nobody can tell from a map: "
      "try "
      "it with `echo c >/proc/sysrq-trigger` and a look into /sys/fs/pstore");
}

}  // namespace

RamoopsSizes ramoops_sizes(std::uint64_t size) {
  const auto part = [&](std::uint64_t of) {
    return std::bit_floor(std::max(size / of, kRamoopsLeast));
  };
  // Half of it for records of crashes, four of them at least, where there is so much.
  RamoopsSizes out{.record = std::min(part(8), 128 * kKiB)};
  if (size >= 4 * kRamoopsLeast) out.console = part(4);
  if (size >= 8 * kRamoopsLeast) out.pmsg = part(8);
  return out;
}

Result<Suggestion> suggest_range(Prover& prover, const RangeWish& wish) {
  auto out = Search(prover, wish).run(wish.nid);
  if (!out) return out;
  if (wish.use == Use::ramoops) {
    if (const Status added = add_reserve_mem(prover, *out); !added) return added.errors();
  }
  add_needs(wish, prover.subject().machine, *out);
  return out;
}

}  // namespace memmap::suggest
