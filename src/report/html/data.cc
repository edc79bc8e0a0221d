#include "report/html/data.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "report/answers/fate_words.h"
#include "report/form/names.h"
#include "report/html/cells.h"
#include "report/html/data_sections.h"
#include "report/table/map_rows.h"

namespace memmap::report {
namespace {

// What many cells have alike, told once.
struct CellKind {
  const FateCell* first = nullptr;
  std::string words{};
  std::string answer{};
};

class CellKinds {
 public:
  explicit CellKinds(const PageSubject& s) : s_(s) {}

  std::size_t index(const FateCell& cell) {
    const account::Fate& f = cell.fate;
    const Key key{cell.piece->use, cell.piece->type, cell.piece->owner, f.end,
                  f.row,           f.given,          cell.piece->memory};
    const auto [found, is_new] = indices_.try_emplace(key, kinds_.size());
    if (is_new)
      kinds_.push_back(
          {&cell, words_of(*cell.piece, s_.outcome), answer_of(s_.outcome, s_.ledger, f)});
    return found->second;
  }
  const std::vector<CellKind>& all() const { return kinds_; }

 private:
  using Key = std::tuple<account::Use, E820Type, std::string_view, account::End,
                         const account::LedgerRow*, const boot::GivenBack*, bool>;
  const PageSubject& s_;
  std::map<Key, std::size_t> indices_{};
  std::vector<CellKind> kinds_{};
};

void write_cells(DataWriter& out, const PageSubject& s) {
  const std::vector<FateCell> cells = cells_of(s.outcome, s.pieces, s.ledger);
  CellKinds kinds(s);
  out.open("cells");
  out.ranges(cells, [](const FateCell& c) { return c.range; });
  out.numbers("kind", cells, [&](const FateCell& c) { return kinds.index(c); });
  out.numbers("on", cells, [](const FateCell& c) { return c.carries_on; });
  out.open("kinds");
  const auto& all = kinds.all();
  out.numbers("use", all, [](const CellKind& k) { return static_cast<int>(k.first->piece->use); });
  out.numbers("memory", all, [](const CellKind& k) { return k.first->piece->memory; });
  out.texts("words", all, [](const CellKind& k) { return std::string_view(k.words); });
  out.texts("owner", all, [](const CellKind& k) { return k.first->piece->owner; });
  out.texts("answer", all, [](const CellKind& k) { return std::string_view(k.answer); });
  out.texts("counts", all, [&](const CellKind& k) { return counts_of(s.ledger, k.first->fate); });
  out.texts("end", all, [](const CellKind& k) { return account::name_of(k.first->fate.end); });
  out.close();
  out.close();
}

// 0: none; else one more than the type's name.
std::uint64_t type_index(DataWriter& out, const std::optional<E820Type>& type) {
  return type ? 1 + out.strings.index(e820_name(*type)) : 0;
}

void write_e820(DataWriter& out, const boot::State& state) {
  const std::vector<E820Row> rows = map_rows(state.e820);
  out.open("e820");
  out.ranges(rows, [](const E820Row& r) { return r.range; });
  constexpr std::pair<std::string_view, std::size_t> kTables[] = {
      {"firmware", kFirmwareTable}, {"kexec", kKexecTable}, {"kernel", kKernelTable}};
  for (const auto& [name, number] : kTables) {
    const std::size_t table = number;  // clang 14 hands no structured binding to a lambda
    // A column that is left out is the firmware's.
    const auto agrees = [&](const E820Row& r) { return r.agree(kFirmwareTable, table); };
    if (table != kFirmwareTable && std::ranges::all_of(rows, agrees)) continue;
    out.numbers(name, rows, [&](const E820Row& r) { return type_index(out, r.types[table]); });
  }
  out.close();
}

void write_regions(DataWriter& out, std::string_view key, const memblock::Regions& regions) {
  out.open(key);
  out.ranges(regions, [](const memblock::Region& r) { return r.range; });
  write_flags_and_nids(out, regions);
  out.close();
}

// `<` would end the script that the data stands in, or begin a comment in it.
std::string without_markup(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

void write_flags_and_nids(DataWriter& out, const memblock::Regions& regions) {
  out.texts("flags", regions, [](const memblock::Region& r) { return region_flags(r.flags); });
  PackedNumbers nids;
  for (const memblock::Region& r : regions) nids.add_signed(r.nid);
  out.json.member("nid", std::string_view(std::move(nids).take()));
}

void write_ranges_data(DataWriter& out, const PageSubject& s) {
  write_e820(out, s.outcome.state);
  write_cells(out, s);
  write_regions(out, "memory", s.outcome.state.memblock.memory().regions());
  write_regions(out, "reserved", s.outcome.state.memblock.reserved().regions());
  out.open("owners");
  out.ranges(s.outcome.owners, [](const boot::Owned& o) { return o.range; });
  out.texts("words", s.outcome.owners, [](const boot::Owned& o) { return o.words; });
  out.texts("function", s.outcome.owners, [](const boot::Owned& o) { return o.function; });
  out.close();
}

std::string page_data(const PageSubject& s) {
  DataWriter out;
  out.json.open_object();
  out.json.member("schema", "memmap/page/1");
  out.json.member("source",
                  std::string_view(printable(s.outcome.subject.source, Charset::unicode)));
  for (const E820Type type : {E820Type::ram, E820Type::reserved, E820Type::acpi, E820Type::nvs})
    out.strings.index(e820_name(type));  // what is named most has the shortest numbers
  out.json.member("handed_over", s.outcome.state.handed_over);
  out.json.member("has_mem_total", s.outcome.totals.mem_total_kib.has_value());
  if (s.outcome.panicked && !s.outcome.events.empty()) {
    const Event& last = s.outcome.events.back();
    out.open("panic");
    out.json.member("step", out.strings.index(last.step));
    out.json.member("text", out.strings.index(last.text));
    out.close();
  }
  write_ranges_data(out, s);
  write_pages_data(out, s);
  write_told_data(out, s);
  write_steps_data(out, s);
  out.json.key("strings").open_array();
  for (const std::string& text : out.strings.all()) out.json.value(std::string_view(text));
  out.json.close();
  out.json.close();
  return without_markup(std::move(out.json).finish());
}

}  // namespace memmap::report
