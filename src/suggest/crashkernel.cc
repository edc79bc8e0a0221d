#include "suggest/crashkernel.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "base/number.h"
#include "base/range_union.h"
#include "boot/owner.h"
#include "boot/x86/crashkernel_parse.h"
#include "kernel/command_line.h"
#include "suggest/room.h"

namespace memmap::suggest {
namespace {

constexpr std::uint64_t kAlign = 16 * kMiB;  // CRASH_ALIGN
constexpr std::uint64_t k4GiB = 4 * kGiB;
// What a 32-bit device's DMA needs: the software IO TLB and 8 MiB. kernel: crash_low_size_default()
constexpr std::string_view kLeastLow = "crashkernel=72M,low";

// All of `size` was had, in one piece; where ,high or ,low were asked for too, they may be others.
Judge judge_of(std::uint64_t size) {
  return [size](const boot::Outcome& outcome) -> Judgement {
    const auto area = crash_area_of(outcome);
    if (area && area->area.size() >= size) return {.at = area->area.base()};
    std::string said = "nothing is reserved";
    for (const Event& event : outcome.events) {
      const bool of_it = event.text.find("crashkernel") != std::string::npos;
      if (event.severity == Severity::warning && of_it) said = "the kernel says: " + event.text;
    }
    return {said};
  };
}

class Search {
 public:
  Search(const Subject& subject, std::uint64_t size)
      : prover_(subject), size_(align_up(size, kMiB)) {}

  Result<Suggestion> run();

 private:
  struct Form {
    std::string parameter{};
    std::string why{};
  };

  std::string plain(std::uint64_t size) const {
    return fmt::format("crashkernel={}", number_with_unit(size));
  }
  Result<std::vector<Form>> forms();
  Result<std::optional<Form>> at_address();
  Result<std::uint64_t> most_at(const std::vector<PhysAddr>& places);
  Status add_largest();
  Status explain();

  Prover prover_;
  const std::uint64_t size_;
  Suggestion out_{};
};

// Where no image can lie and nothing else does, below 4 GiB if there is room.
Result<std::optional<Search::Form>> Search::at_address() {
  auto room = room_for_range(prover_, std::nullopt);
  if (!room) return room.errors();
  const kaslr::PossiblePlaces places = prover_.places_with("");
  for (const kaslr::SlotArea& area : places.slots.areas) {
    const std::uint64_t last = area.first + (area.count - 1) * places.align;
    room->free = without(room->free, PhysRange::make(area.first, last + places.image_size));
  }
  for (const PhysRange r : room->free) {
    const std::uint64_t base = align_up(raw(r.base()), kAlign);
    if (base >= raw(r.end()) || raw(r.end()) - base < size_) continue;
    return std::optional(Form{fmt::format("{}@{}", plain(size_), number_with_unit(base)),
                              "at an address that is the same in every boot"});
  }
  return std::optional<Form>();
}

Result<std::vector<Search::Form>> Search::forms() {
  std::vector<Form> out{
      {plain(size_),
       "the kernel looks below 4 GiB first, which every device of the second kernel "
       "can reach, and above where there is no room"}};
  const auto base = prover_.base();
  if (!base) return base.errors();
  if ((*base)->state.max_pfn > Pfn{k4GiB >> kPageShift}) {
    out.push_back(
        {plain(size_) + ",high",
         "above 4 GiB, which keeps the memory below free; the kernel takes more below beside "
         "it, for 32-bit devices"});
    out.push_back({fmt::format("{},high {}", plain(size_), kLeastLow),
                   "above 4 GiB, with the least below that 32-bit devices do with"});
  }
  auto fixed = at_address();
  if (!fixed) return fixed.errors();
  if (*fixed) out.push_back(**std::move(fixed));
  return out;
}

// How many times CRASH_ALIGN are had with the image at each of `places`.
Result<std::uint64_t> Search::most_at(const std::vector<PhysAddr>& places) {
  std::uint64_t good = 0;
  std::uint64_t bad = align_up(size_, kAlign) / kAlign;
  while (bad - good > 1) {
    const std::uint64_t middle = good + (bad - good) / 2;
    bool is_good = true;
    for (const PhysAddr place : places) {
      const auto outcome = prover_.boot(plain(middle * kAlign), place);
      if (!outcome) return outcome.errors();
      is_good =
          is_good && end_of(*outcome).empty() && judge_of(middle * kAlign)(*outcome).fault.empty();
    }
    (is_good ? good : bad) = middle;
  }
  return good;
}

// The largest that is had in every boot: first at some places, and those that a proof failed at, then
// proved at all.
Status Search::add_largest() {
  constexpr int kMostTried = 8;
  constexpr std::uint64_t kFewPlaces = 64;
  std::vector<PhysAddr> worst{out_.others.front().proof.fault_at};
  const kaslr::PossiblePlaces places = prover_.places_with("");
  for (const std::uint64_t n : kaslr::spread_over(places, kFewPlaces))
    worst.push_back(PhysAddr{places.place(n)});
  for (int i = 0; i < kMostTried; ++i) {
    const auto most = most_at(worst);
    if (!most) return most.errors();
    const std::uint64_t size = *most * kAlign;
    if (size == 0) return Done{};
    auto proof = prover_.prove(plain(size), judge_of(size));
    if (!proof) return proof.errors();
    if (!proof->proved()) {
      worst.push_back(proof->fault_at);
      continue;
    }
    out_.others.insert(
        out_.others.begin(),
        {plain(size), "the largest without a suffix, in steps of 16 MiB, that is had in every boot",
         *std::move(proof)});
    return Done{};
  }
  return Done{};
}

// What lies where a crash kernel would.
Status Search::explain() {
  const auto room = room_for_range(prover_, std::nullopt);
  if (!room) return room.errors();
  out_.excluded = room->excluded;
  const kaslr::PossiblePlaces places = prover_.places_with("");
  if (places.count() > 1) {
    out_.needs.push_back(fmt::format(
        "the kernel's image takes {} wherever it lies, and what is free is split there: "
        "that is tried with every place",
        number_with_unit(places.image_size)));
  }
  out_.needs.push_back(
      "a tool that loads the second kernel: kdump-tools, kexec-tools with kdumpctl");
  return Done{};
}

Result<Suggestion> Search::run() {
  out_.what = "crashkernel";
  out_.size = size_;
  if (!boot::crash::is_supported(prover_.subject().profile)) {
    out_.why = fmt::format(
        "kernel {} cannot start a crash kernel: it was built without CONFIG_KEXEC "
        "or CONFIG_CRASH_DUMP",
        prover_.subject().profile.name);
    return std::move(out_);
  }
  const auto tried = forms();
  if (!tried) return tried.errors();
  for (const Form& form : *tried) {
    auto proof = prover_.prove(form.parameter, judge_of(size_));
    if (!proof) return proof.errors();
    if (proof->proved() && out_.parameter.empty()) {
      out_.parameter = form.parameter;
      out_.why = form.why;
      out_.proof = *std::move(proof);
      continue;
    }
    const std::string why = proof->proved() ? form.why : proof->fault;
    out_.others.push_back({form.parameter, why, *std::move(proof)});
  }
  if (out_.parameter.empty()) {
    out_.why = fmt::format("{} are not had in every boot in any form", number_with_unit(size_));
    if (const Status added = add_largest(); !added) return added.errors();
  }
  if (const Status explained = explain(); !explained) return explained.errors();
  return std::move(out_);
}

}  // namespace

std::string line_without(std::string_view line, std::string_view name) {
  std::string out(line);
  const std::vector<kernel::Parameter> parameters = kernel::parse_command_line(line);
  for (auto p = parameters.rbegin(); p != parameters.rend(); ++p) {
    if (!kernel::parameq(p->name, name)) continue;
    // A blank goes with it.
    const bool has_before = p->at != 0;
    out.erase(p->at - (has_before ? 1 : 0), p->size + 1);
  }
  return out;
}

std::optional<CrashArea> crash_area_of(const boot::Outcome& outcome) {
  std::optional<CrashArea> out;
  for (const boot::Owned& owned : outcome.owners) {
    if (owned.owner != &boot::owner::kCrashKernel) continue;
    // The piece above, if there are two, is the one that was asked for.
    if (out) out->low = out->area;
    if (!out) out.emplace();
    out->area = owned.range;
  }
  return out;
}

Result<Suggestion> suggest_crashkernel(const Subject& subject, std::uint64_t size) {
  return Search(subject, size).run();
}

}  // namespace memmap::suggest
