// Tables of what is set aside because it was asked for, and of what it was asked with.
#include <fmt/format.h>

#include <algorithm>

#include "boot/owner.h"
#include "kernel/command_line.h"
#include "report/table/columns.h"
#include "report/table/things.h"

namespace memmap::report {
namespace {

using kernel::Parameter;

Paint paint_of_effect(const Value& value) {
  return std::holds_alternative<std::monostate>(value) ? Paint::plain : Paint::yellow;
}

struct HugeRow {
  std::string_view from{};
  std::uint64_t size = 0;
  std::optional<std::uint64_t> pages{};
};

struct UnitRow {
  std::uint64_t cpu = 0;
  const boot::PerCpuUnits* units = nullptr;
};

struct ParameterRow {
  Parameter parameter{};
  const lint::Finding* finding = nullptr;  // null: nothing is wrong with it
  std::string_view effect{};
};

struct SlotRow {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  const kaslr::PossiblePlaces* places = nullptr;

  std::uint64_t last() const { return first + (count - 1) * places->align; }
};

// clang-format off
constexpr ColumnOf<boot::Owned> kCma[] = {
    {{"area",     "area",         Kind::text,    Shown::always,      "what it is for", strong},               [](const boot::Owned& o) { return text(o.words); }},
    {{"range",    "range",        Kind::range,   Shown::to_people,   "from the first byte to the last"},      [](const boot::Owned& o) -> Value { return o.range; }},
    {{"start",    "start",        Kind::address, Shown::to_programs, "the first byte"},                       [](const boot::Owned& o) { return number(raw(o.range.base())); }},
    {{"end",      "end",          Kind::address, Shown::to_programs, "the first byte behind it"},             [](const boot::Owned& o) { return number(raw(o.range.end())); }},
    {{"size",     "size",         Kind::bytes,   Shown::always,      "bytes", yellow},                        [](const boot::Owned& o) { return number(o.range.size()); }},
    {{"function", "asked for by", Kind::text,    Shown::always,      "the kernel function that asked", faint}, [](const boot::Owned& o) { return text(o.function); }},
};

constexpr ColumnOf<HugeRow> kHugePages[] = {
    {{"page",  "page",  Kind::bytes, Shown::always, "the size of a page", strong},             [](const HugeRow& r) { return number(r.size); }},
    {{"pages", "pages", Kind::count, Shown::always, "how many; none: as many as were free, which nobody can tell"}, [](const HugeRow& r) { return number(r.pages); }},
    {{"size",  "size",  Kind::bytes, Shown::always, "bytes of all of them", yellow},           [](const HugeRow& r) { return r.pages ? number(*r.pages * r.size) : Value(); }},
    {{"from",  "from",  Kind::text,  Shown::always, "memblock: taken before the hand-over; page allocator: behind it"}, [](const HugeRow& r) { return text(r.from); }},
};

constexpr ColumnOf<UnitRow> kPercpu[] = {
    {{"cpu",      "CPU",      Kind::count,   Shown::always,      "the processor", strong},                    [](const UnitRow& r) { return number(r.cpu); }},
    {{"start",    "start",    Kind::address, Shown::always,      "where its unit begins"},                    [](const UnitRow& r) { return number(raw(r.units->pieces[r.cpu * r.units->pieces_of_each])); }},
    {{"size",     "size",     Kind::bytes,   Shown::always,      "of the unit"},                              [](const UnitRow& r) { return number(r.units->piece_size * r.units->pieces_of_each); }},
    {{"pieces",   "pieces",   Kind::count,   Shown::always,      "one, or one for each page"},                [](const UnitRow& r) { return number(r.units->pieces_of_each); }},
    {{"static",   "static",   Kind::bytes,   Shown::always,      "of the kernel's own variables"},            [](const UnitRow& r) { return number(r.units->static_size); }},
    {{"reserved", "reserved", Kind::bytes,   Shown::always,      "kept for modules"},                         [](const UnitRow& r) { return number(r.units->reserved_size); }},
    {{"dynamic",  "dynamic",  Kind::bytes,   Shown::always,      "for alloc_percpu()"},                       [](const UnitRow& r) { return number(r.units->dynamic_size); }},
};

constexpr ColumnOf<ParameterRow> kParameters[] = {
    {{"at",        "at",        Kind::count, Shown::to_programs, "where it stands in the line, in bytes from 0"},      [](const ParameterRow& r) { return number(r.parameter.at); }},
    {{"parameter", "parameter", Kind::text,  Shown::always,      "as it was given", strong},                           [](const ParameterRow& r) { return text(kernel::to_text(r.parameter)); }},
    {{"effect",    "",          Kind::text,  Shown::always,      "`no effect`, or `look` where something else is odd", paint_of_effect}, [](const ParameterRow& r) { return text(r.effect); }},
    {{"message",   "what",      Kind::text,  Shown::always,      "what is wrong with it"},                             [](const ParameterRow& r) { return text(r.finding == nullptr ? "" : r.finding->message); }},
    {{"rule",      "rule",      Kind::text,  Shown::to_programs, "of `memmap lint` that says so"},                     [](const ParameterRow& r) { return text(r.finding == nullptr ? "" : r.finding->rule); }},
    {{"reason",    "reason",    Kind::text,  Shown::to_programs, "what the kernel does"},                              [](const ParameterRow& r) { return text(r.finding == nullptr ? "" : r.finding->reason); }},
    {{"advice",    "advice",    Kind::text,  Shown::to_programs, "what to write instead"},                             [](const ParameterRow& r) { return text(r.finding == nullptr ? "" : r.finding->advice); }},
};

constexpr ColumnOf<SlotRow> kSlots[] = {
    {{"first", "first", Kind::address, Shown::always, "the lowest place of the image"},                 [](const SlotRow& r) { return number(r.first); }},
    {{"last",  "last",  Kind::address, Shown::always, "the highest"},                                   [](const SlotRow& r) { return number(r.last()); }},
    {{"align", "every", Kind::bytes,   Shown::always, "how far apart they are"},                        [](const SlotRow& r) { return number(r.places->align); }},
    {{"count", "places", Kind::count,  Shown::always, "how many they are", green},                      [](const SlotRow& r) { return number(r.count); }},
    {{"end",   "end",   Kind::address, Shown::always, "the first byte behind an image at the highest"}, [](const SlotRow& r) { return number(r.last() + r.places->image_size); }},
};
// clang-format on

std::vector<boot::Owned> cma_rows(const boot::Outcome& outcome) {
  constexpr const boot::Owner* kAreas[] = {
      &boot::owner::kCMACrashKernel, &boot::owner::kCMADMABuffers, &boot::owner::kCMAHugePages};
  std::vector<boot::Owned> out;
  for (const boot::Owned& o : outcome.owners)
    if (std::ranges::find(kAreas, o.owner) != std::end(kAreas)) out.push_back(o);
  return out;
}

std::vector<HugeRow> huge_rows(const boot::State& state) {
  constexpr std::uint64_t kGigantic = std::uint64_t{1} << 30;
  std::vector<HugeRow> out;
  for (const boot::HugePageSize& h : state.huge_page_sizes) {
    const bool taken = h.size >= kGigantic && !state.gigantic_pages.empty();
    out.push_back({taken ? "memblock" : "page allocator", h.size, h.pages});
  }
  return out;
}

std::vector<UnitRow> unit_rows(const boot::PerCpuUnits& units) {
  std::vector<UnitRow> out;
  if (units.pieces_of_each == 0) return out;
  for (std::uint64_t cpu = 0; (cpu + 1) * units.pieces_of_each <= units.pieces.size(); ++cpu)
    out.push_back({cpu, &units});
  return out;
}

std::string_view effect_of(const lint::Finding& finding) {
  const auto rule = std::ranges::find(lint::rules(), finding.rule, &lint::Rule::id);
  return rule != lint::rules().end() && rule->is_idle ? "no effect" : "look";
}

// A parameter with several findings has a row for each.
std::vector<ParameterRow> parameter_rows(const Facts& facts) {
  std::vector<ParameterRow> out;
  for (const Parameter& p : kernel::parse_command_line(facts.outcome.subject.command_line)) {
    const std::size_t before = out.size();
    if (facts.findings != nullptr) {
      for (const lint::Finding& f : *facts.findings)
        if (f.at >= p.at && f.at < p.at + std::max<std::size_t>(p.size, 1))
          out.push_back({p, &f, effect_of(f)});
    }
    if (out.size() == before) out.push_back({p, nullptr, {}});
  }
  return out;
}

std::vector<SlotRow> slot_rows(const kaslr::PossiblePlaces& places) {
  std::vector<SlotRow> out;
  for (const kaslr::SlotArea& a : places.slots.areas) out.push_back({a.first, a.count, &places});
  if (out.empty()) out.push_back({places.stays, 1, &places});
  return out;
}

}  // namespace

Listing list_cma(const Facts* facts) {
  return listing_of(kCma, facts == nullptr ? std::vector<boot::Owned>() : cma_rows(facts->outcome));
}

Listing list_huge_pages(const Facts* facts) {
  return listing_of(kHugePages,
                    facts == nullptr ? std::vector<HugeRow>() : huge_rows(facts->outcome.state));
}

Listing list_percpu(const Facts* facts) {
  return listing_of(
      kPercpu, facts == nullptr ? std::vector<UnitRow>() : unit_rows(facts->outcome.state.per_cpu));
}

Listing list_parameters(const Facts* facts) {
  return listing_of(kParameters,
                    facts == nullptr ? std::vector<ParameterRow>() : parameter_rows(*facts));
}

Listing list_slots(const Facts* facts) {
  return listing_of(kSlots, facts == nullptr || facts->places == nullptr
                                ? std::vector<SlotRow>()
                                : slot_rows(*facts->places));
}

}  // namespace memmap::report
