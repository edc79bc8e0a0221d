#include "suggest/badram.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/number.h"
#include "base/range_union.h"
#include "kernel/command_line.h"
#include "machine/badram.h"

namespace memmap::suggest {
namespace {

constexpr std::size_t kAvoided = 4;  // MAX_MEMMAP_REGIONS: as many KASLR keeps clear of
// The zero page has as many entries. grub: GRUB_E820_MAX_ENTRY
constexpr std::size_t kMostEntries = 128;

std::uint64_t bytes_of(const std::vector<PhysRange>& ranges) {
  std::uint64_t out = 0;
  for (const PhysRange r : ranges) out += r.size();
  return out;
}

// The bytes that are in both; as united() returns them.
std::vector<PhysRange> both(const std::vector<PhysRange>& a, const std::vector<PhysRange>& b) {
  return without(a, without(a, b));
}

// One memmap= for all: where more than four stand in one, the kernel's image keeps its place, and does
// not land in the fifth by chance. kernel: mem_avoid_memmap(), arch/x86/boot/compressed/kaslr.c
std::string parameter_of(const std::vector<PhysRange>& ranges) {
  std::string out = "memmap=";
  for (const PhysRange r : ranges) {
    if (!out.ends_with('=')) out += ',';
    out += fmt::format("{}${:#x}", number_with_unit(r.size()), raw(r.base()));
  }
  return out;
}

std::string grub_list(const std::vector<PhysRange>& ranges) {
  std::vector<BadramPair> pairs;
  for (const PhysRange r : ranges) add_badram_pairs(r, pairs);
  std::string out;
  for (const BadramPair& pair : pairs) {
    if (!out.empty()) out += ',';
    out += fmt::format("{:#x},{:#x}", pair.address, pair.mask);
  }
  return out;
}

std::string cost_words(const std::vector<PhysRange>& ranges, const std::vector<PhysRange>& bad,
                       const std::vector<PhysRange>& ram) {
  const std::uint64_t lost = bytes_of(both(ram, ranges));
  const std::uint64_t needed = bytes_of(bad);
  const std::uint64_t good = lost - std::min(lost, needed);
  return fmt::format("{} range{}: {} of RAM go, {} of it good", ranges.size(),
                     ranges.size() == 1 ? "" : "s", number_with_unit(lost),
                     good == 0 ? "nothing" : number_with_unit(good));
}

// The first of [from, end) from which on `good` holds; `end`: it does not.
template <class Good>
std::size_t first_of(std::size_t from, std::size_t end, const Good& good) {
  while (from < end) {
    const std::size_t n = std::midpoint(from, end);
    if (good(n)) {
      end = n;
    } else {
      from = n + 1;
    }
  }
  return end;
}

// Whether the kernel keeps all of the line, which it cuts at COMMAND_LINE_SIZE.
bool fits(const Prover& prover, const std::vector<PhysRange>& ranges) {
  return prover.line_with(parameter_of(ranges)).size() < kernel::kCommandLineSize;
}

// How many ranges the line has room for, one at least.
std::size_t room_for(const Prover& prover, const std::vector<PhysRange>& bad) {
  const auto too_many = [&](std::size_t n) { return !fits(prover, cover(bad, n)); };
  return first_of(2, std::min(bad.size(), kernel::kCommandLineSize) + 1, too_many) - 1;
}

std::size_t how_many(const std::vector<PhysRange>& bad, const std::vector<PhysRange>& ram,
                     std::size_t room) {
  const std::uint64_t most = bytes_of(ram) / 64;
  // One range more gives back one gap more: what is lost falls with their number.
  const std::size_t all = std::min(bad.size(), room);
  return first_of(std::min(kAvoided, all), all, [&](std::size_t n) {
    return bytes_of(both(ram, cover(bad, n))) - bytes_of(bad) <= most;
  });
}

// None of it is RAM for the kernel any more.
Judge judge_of(std::vector<PhysRange> bad) {
  return [bad = std::move(bad)](const boot::Outcome& outcome) -> Judgement {
    const auto left = both(ram_of(outcome), bad);
    if (left.empty()) return {};
    return {fmt::format("{:#x} is RAM all the same: the kernel's image lies there",
                        raw(left.front().base()))};
  };
}

void add_others(const std::vector<PhysRange>& bad, const std::vector<PhysRange>& ram,
                std::size_t chosen, std::size_t room, Suggestion& out) {
  for (const std::size_t n :
       {std::size_t{1}, std::size_t{2}, std::size_t{4}, std::size_t{8}, bad.size()}) {
    if (n == chosen || n > bad.size() || n > room) continue;
    const auto ranges = cover(bad, n);
    const bool is_known = std::ranges::any_of(
        out.others, [&](const Tried& t) { return t.parameter == parameter_of(ranges); });
    if (!is_known) out.others.push_back({parameter_of(ranges), cost_words(ranges, bad, ram), {}});
  }
}

void add_needs(const Machine& machine, const std::vector<PhysRange>& ranges, const BadMemory& bad,
               std::uint64_t no_ram, Suggestion& out) {
  const std::string list = grub_list(ranges);
  if (machine.firmware == Firmware::efi) {
    out.needs.push_back(
        "GRUB's own list (GRUB_BADRAM=) has no effect here: on a machine that boots by EFI the "
        "kernel "
        "has its map from firmware");
  } else if (std::ranges::count(list, ',') / 2 + 1 > static_cast<std::ptrdiff_t>(kMostEntries)) {
    out.needs.push_back("GRUB's own list would have too many pieces for its table of 128");
  } else {
    out.needs.push_back(fmt::format(
        "or, with GRUB on a BIOS, in /etc/default/grub and without memmap=: GRUB_BADRAM=\"{}\"",
        list));
  }
  if (no_ram != 0)
    out.needs.push_back(fmt::format("{} of the list are no RAM of this machine's map, and left out",
                                    number_with_unit(no_ram)));
  for (const std::string& note : bad.notes) out.needs.push_back(note);
}

}  // namespace

std::vector<PhysRange> ram_of(const boot::Outcome& outcome) {
  std::vector<PhysRange> out;
  for (const E820Entry& e : outcome.state.e820.table.entries()) {
    const auto range = PhysRange::from_size(e.addr, e.size);
    if (is_kernel_ram(e.type) && range) out.push_back(*range);
  }
  return united(std::move(out));
}

std::vector<PhysRange> cover(const std::vector<PhysRange>& pages, std::size_t most) {
  if (pages.size() <= most || most == 0) return pages;
  // Indices of the ranges before the largest gaps.
  std::vector<std::size_t> before(pages.size() - 1);
  for (std::size_t i = 0; i < before.size(); ++i) before[i] = i;
  const auto gap = [&](std::size_t i) { return raw(pages[i + 1].base()) - raw(pages[i].end()); };
  std::ranges::stable_sort(before, std::greater{}, gap);
  before.resize(most - 1);
  std::ranges::sort(before);
  std::vector<PhysRange> out;
  std::size_t first = 0;
  for (const std::size_t last : before) {
    out.push_back(PhysRange::make(raw(pages[first].base()), raw(pages[last].end())));
    first = last + 1;
  }
  out.push_back(PhysRange::make(raw(pages[first].base()), raw(pages.back().end())));
  return out;
}

Result<Suggestion> suggest_badram(Prover& prover, const BadMemory& bad,
                                  std::optional<std::size_t> ranges) {
  const auto base = prover.base();
  if (!base) return base.errors();
  const std::vector<PhysRange> ram = ram_of(**base);
  const std::vector<PhysRange> pages = both(ram, bad.pages);
  if (pages.empty())
    return Error{"no page of the list is RAM of this machine: is the list another machine's?",
                 {"memmap"}};
  Suggestion out{.what = "badram"};
  const std::size_t room = room_for(prover, pages);
  const std::size_t count = ranges.value_or(how_many(pages, ram, room));
  const std::vector<PhysRange> chosen = cover(pages, count);
  if (!fits(prover, chosen)) {
    return Error{fmt::format("{} range{} make the command line longer than the {} bytes that the "
                             "kernel keeps of it: there is room for {}",
                             chosen.size(), chosen.size() == 1 ? "" : "s",
                             kernel::kCommandLineSize - 1, chosen.size() == 1 ? 0 : room),
                 {ranges ? "--ranges" : "memmap"}};
  }
  const std::string parameter = parameter_of(chosen);
  out.size = bytes_of(both(ram, chosen));
  auto proof = prover.prove(parameter, judge_of(pages));
  if (!proof) return proof.errors();
  if (proof->proved()) {
    out.parameter = parameter;
    out.why = cost_words(chosen, pages, ram);
    out.proof = *std::move(proof);
  } else {
    out.why =
        fmt::format("{} does not keep the kernel away from all of it: {}", parameter, proof->fault);
    out.others.push_back({parameter, proof->fault, *std::move(proof)});
  }
  add_others(pages, ram, chosen.size(), room, out);
  if (room < pages.size() && chosen.size() == room) {
    out.needs.push_back(fmt::format(
        "more ranges would lose less good memory: the command line, of which the kernel keeps {} "
        "bytes, has no room for more than these",
        kernel::kCommandLineSize - 1));
  }
  add_needs(prover.subject().machine, chosen, bad, bytes_of(bad.pages) - bytes_of(pages), out);
  return out;
}

Result<CheckedLine> check_badram(Prover& prover, const BadMemory& bad, std::string_view line) {
  const auto base = prover.base();
  if (!base) return base.errors();
  const std::vector<PhysRange> ram = ram_of(**base);
  const std::vector<PhysRange> pages = both(ram, bad.pages);
  CheckedLine out{.line = std::string(line), .bad = bytes_of(pages)};
  std::string_view list = line;
  for (const std::string_view word : {"GRUB_BADRAM=", "badram=", "badram "}) {
    if (!list.starts_with(word)) continue;
    list.remove_prefix(word.size());
    out.is_badram = true;
  }
  while (list.starts_with('"') || list.starts_with('\'')) list.remove_prefix(1);
  while (list.ends_with('"') || list.ends_with('\'')) list.remove_suffix(1);
  const std::vector<BadramPair> pairs = badram_pairs(list);
  out.is_badram = out.is_badram || !pairs.empty();
  if (out.is_badram) {
    std::vector<PhysRange> named;
    for (const BadramPair& pair : pairs) {
      for (const PhysRange r : badram_pieces(pair, ram, std::size_t{1} << 20)) named.push_back(r);
    }
    named = united(std::move(named));
    out.uncovered = without(pages, named);
    out.taken = bytes_of(named);
    return out;
  }
  // Wherever the image may lie: what any boot uses is not covered.
  const kaslr::PossiblePlaces places = prover.places_with(line);
  std::vector<PhysRange> used;
  for (const std::uint64_t n : kaslr::spread_over(places, kaslr::kMostPlacesTried)) {
    const auto outcome = prover.boot(line, PhysAddr{places.place(n)});
    if (!outcome) return outcome.errors();
    const std::vector<PhysRange> left = ram_of(*outcome);
    for (const PhysRange r : both(left, pages)) used.push_back(r);
    if (out.taken != 0) continue;
    out.taken = bytes_of(without(ram, left));
    for (const E820Entry& e : outcome->state.e820.table.entries()) {
      const auto range = PhysRange::from_size(e.addr, e.size);
      if (e.type != E820Type::pram || !range) continue;
      for (const PhysRange r : both(pages, {*range})) out.offered.push_back(r);
    }
  }
  out.uncovered = united(std::move(used));
  return out;
}

}  // namespace memmap::suggest
