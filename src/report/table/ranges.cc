// Tables of ranges of memory: e820, memblock, and who has what of it.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "machine/e820_words.h"
#include "report/form/names.h"
#include "report/table/columns.h"
#include "report/table/map_rows.h"
#include "report/table/things.h"

namespace memmap::report {
namespace {

using memblock::Region;

// RAM's colour, and that of all else.
Paint paint_of_type(const Value& value) {
  const auto* name = std::get_if<std::string>(&value);
  if (name == nullptr) return Paint::faint;
  return *name == e820_name(E820Type::ram) ? Paint::green : Paint::blue;
}

Value type_text(const E820Row& row, std::size_t table) {
  const auto& type = row.types[table];
  return text(type ? e820_name(*type) : "-");
}

// clang-format off
constexpr ColumnOf<E820Row> kE820[] = {
    {{"changed",  "",         Kind::text,    Shown::always,      "`*` where the kernel's table differs from the firmware's", yellow}, [](const E820Row& r) { return text(changed(r) ? "*" : ""); }},
    {{"range",    "range",    Kind::range,   Shown::to_people,   "from the first byte to the last"},            [](const E820Row& r) -> Value { return r.range; }},
    {{"start",    "start",    Kind::address, Shown::to_programs, "the first byte"},                             [](const E820Row& r) { return number(raw(r.range.base())); }},
    {{"end",      "end",      Kind::address, Shown::to_programs, "the first byte behind it"},                   [](const E820Row& r) { return number(raw(r.range.end())); }},
    {{"size",     "size",     Kind::bytes,   Shown::always,      "bytes"},                                      [](const E820Row& r) { return number(r.range.size()); }},
    {{"firmware", "firmware", Kind::text,    Shown::always,      "type in e820_table_firmware", paint_of_type}, [](const E820Row& r) { return type_text(r, kFirmwareTable); }},
    {{"kexec",    "kexec",    Kind::text,    Shown::to_programs, "type in e820_table_kexec", paint_of_type},    [](const E820Row& r) { return type_text(r, kKexecTable); }},
    {{"kernel",   "kernel",   Kind::text,    Shown::always,      "type in e820_table, which the kernel works with", paint_of_type}, [](const E820Row& r) { return type_text(r, kKernelTable); }},
};
// clang-format on

struct RegionRow {
  std::string_view list{};
  Region region{};
  bool has_node = false;
  std::string owners{};
};

// clang-format off
constexpr ColumnOf<RegionRow> kMemblock[] = {
    {{"list",   "list",   Kind::text,    Shown::always,      "memory or reserved"},                       [](const RegionRow& r) { return text(r.list); }},
    {{"range",  "range",  Kind::range,   Shown::to_people,   "from the first byte to the last"},          [](const RegionRow& r) -> Value { return r.region.range; }},
    {{"start",  "start",  Kind::address, Shown::to_programs, "the first byte"},                           [](const RegionRow& r) { return number(raw(r.region.range.base())); }},
    {{"end",    "end",    Kind::address, Shown::to_programs, "the first byte behind it"},                 [](const RegionRow& r) { return number(raw(r.region.range.end())); }},
    {{"size",   "size",   Kind::bytes,   Shown::always,      "bytes"},                                    [](const RegionRow& r) { return number(r.region.range.size()); }},
    {{"node",   "node",   Kind::count,   Shown::always,      "the NUMA node; none: no node is set"},      [](const RegionRow& r) { return r.has_node ? number(r.region.nid) : Value(); }},
    {{"flags",  "flags",  Kind::text,    Shown::always,      "MEMBLOCK_*, without that prefix", yellow},  [](const RegionRow& r) { return text(region_flags(r.region.flags)); }},
    {{"owners", "owners", Kind::text,    Shown::always,      "whose it is, of reserved memory", faint},   [](const RegionRow& r) { return text(r.owners); }},
};

constexpr ColumnOf<boot::Owned> kReserved[] = {
    {{"range",    "range",        Kind::range,   Shown::to_people,   "from the first byte to the last"},     [](const boot::Owned& o) -> Value { return o.range; }},
    {{"start",    "start",        Kind::address, Shown::to_programs, "the first byte"},                      [](const boot::Owned& o) { return number(raw(o.range.base())); }},
    {{"end",      "end",          Kind::address, Shown::to_programs, "the first byte behind it"},            [](const boot::Owned& o) { return number(raw(o.range.end())); }},
    {{"size",     "size",         Kind::bytes,   Shown::always,      "bytes", yellow},                       [](const boot::Owned& o) { return number(o.range.size()); }},
    {{"owner",    "owner",        Kind::text,    Shown::always,      "what it is for", strong},              [](const boot::Owned& o) { return text(o.words); }},
    {{"owner_id", "owner id",     Kind::text,    Shown::to_programs, "the same as a word that stays"},       [](const boot::Owned& o) { return text(o.owner == nullptr ? "" : o.owner->id); }},
    {{"function", "asked for by", Kind::text,    Shown::always,      "the kernel function that asked", faint}, [](const boot::Owned& o) { return text(o.function); }},
};

constexpr ColumnOf<OwnerGroup> kOwners[] = {
    {{"owner",    "owner",        Kind::text,    Shown::always,      "what it is for", strong},                [](const OwnerGroup& g) { return text(g.owner); }},
    {{"owner_id", "owner id",     Kind::text,    Shown::to_programs, "the same as a word that stays"},         [](const OwnerGroup& g) { return text(g.pieces.front()->owner == nullptr ? "" : g.pieces.front()->owner->id); }},
    {{"size",     "size",         Kind::bytes,   Shown::always,      "bytes of all its ranges", yellow},       [](const OwnerGroup& g) { return number(g.bytes); }},
    {{"ranges",   "ranges",       Kind::count,   Shown::always,      "how many it has"},                       [](const OwnerGroup& g) { return number(g.pieces.size()); }},
    {{"start",    "from",         Kind::address, Shown::always,      "the first byte of its first range"},     [](const OwnerGroup& g) { return number(raw(g.pieces.front()->range.base())); }},
    {{"function", "asked for by", Kind::text,    Shown::always,      "the kernel functions that asked", faint}, [](const OwnerGroup& g) { return text(functions_of(g)); }},
};
// clang-format on

// Whose a reserved region is, each once, in the order of addresses; `owned` ascends.
std::string owners_in(PhysRange range, const std::vector<boot::Owned>& owned) {
  std::string out;
  std::set<std::string_view> told;
  auto o = std::ranges::lower_bound(owned, range.base(), {},
                                    [](const boot::Owned& x) { return x.range.end(); });
  for (; o != owned.end() && o->range.base() < range.end(); ++o) {
    if (!o->range.overlaps(range) || !told.insert(o->words).second) continue;
    out += (out.empty() ? "" : ", ") + o->words;
  }
  return out;
}

std::vector<RegionRow> region_rows(const boot::Outcome& outcome) {
  std::vector<RegionRow> out;
  const memblock::Memblock& m = outcome.state.memblock;
  for (const Region& r : m.memory().regions()) out.push_back({"memory", r, m.has_node(r), {}});
  for (const Region& r : m.reserved().regions())
    out.push_back({"reserved", r, m.has_node(r), owners_in(r.range, outcome.owners)});
  return out;
}

}  // namespace

std::string functions_of(const OwnerGroup& group) {
  std::vector<std::string_view> told;
  for (const boot::Owned* piece : group.pieces) {
    if (std::ranges::find(told, piece->function) == told.end()) told.push_back(piece->function);
  }
  return fmt::format("{}", fmt::join(told, ", "));
}

std::vector<OwnerGroup> by_owner(const std::vector<boot::Owned>& owned) {
  std::map<std::string_view, OwnerGroup> groups;
  for (const boot::Owned& o : owned) {
    OwnerGroup& group = groups[o.words];
    group.owner = o.words;
    group.bytes += o.range.size();
    group.pieces.push_back(&o);
  }
  std::vector<OwnerGroup> out;
  for (auto& [name, group] : groups) out.push_back(std::move(group));
  std::ranges::stable_sort(out, std::ranges::greater(), &OwnerGroup::bytes);
  return out;
}

Listing first_of_e820(const std::vector<E820Row>& rows, std::size_t most) {
  return listing_of(kE820, rows, most);
}

Listing first_of_regions(const memblock::Memblock& memblock, std::string_view list,
                         const memblock::Regions& regions, std::size_t most) {
  std::vector<RegionRow> rows;
  rows.reserve(regions.size());
  for (const Region& r : regions) rows.push_back({list, r, memblock.has_node(r), {}});
  return listing_of(kMemblock, rows, most);
}

Listing list_e820(const Facts* facts) {
  return listing_of(
      kE820, facts == nullptr ? std::vector<E820Row>() : map_rows(facts->outcome.state.e820));
}

Listing list_memblock(const Facts* facts) {
  return listing_of(kMemblock,
                    facts == nullptr ? std::vector<RegionRow>() : region_rows(facts->outcome));
}

Listing list_reserved(const Facts* facts) {
  return listing_of(kReserved,
                    facts == nullptr ? std::vector<boot::Owned>() : facts->outcome.owners);
}

Listing list_owners(const Facts* facts) {
  return listing_of(kOwners,
                    facts == nullptr ? std::vector<OwnerGroup>() : by_owner(facts->outcome.owners));
}

}  // namespace memmap::report
