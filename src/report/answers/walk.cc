#include "report/answers/walk.h"

#include <fmt/format.h>

#include "paging/areas.h"
#include "paging/lookup.h"
#include "report/form/json_writer.h"
#include "report/form/names.h"
#include "report/form/page.h"
#include "report/form/units.h"
#include "report/json/subject.h"
#include "report/text/sections.h"

namespace memmap::report {
namespace {

using paging::EntryKind;
using paging::LookupStep;

// What both forms are made of.
struct Walk {
  const boot::Outcome& outcome;
  const boot::Root root;
  const std::vector<account::Piece>& pieces;
  const paging::AddressSpace& tables = *boot::tables_of(outcome, root);

  std::string_view area(VirtAddr virt) const {
    return paging::area_of(virt, tables.levels(), tables.bases());
  }
  const account::Piece* piece(PhysAddr phys) const { return account::piece_at(pieces, phys); }
  std::string what_lies_at(PhysAddr phys) const {
    const account::Piece* found = piece(phys);
    const bool unknown = found == nullptr || found->use == account::Use::gap;
    return unknown ? "nothing that any table knows of: a hole, or registers of a device"
                   : account::words_of(*found, outcome);
  }
};

std::string place_of(const paging::TablePage& table) {
  return table.phys ? hex(raw(*table.phys), 16) : "not known";
}

// What the entry of `step` holds: a table (the next step's), a page, nothing.
std::string entry_text(const paging::Lookup& found, const LookupStep& step) {
  switch (step.entry) {
    case EntryKind::table:
      return "a table";
    case EntryKind::page:
      return fmt::format("a page of {}: {}", human_size(found.mapping->page_size),
                         mapping_words(found.mapping->flags));
    case EntryKind::absent:
      return "nothing: a fault";
  }
  return "";
}

// Which root it is, where that is not the kernel's own.
void write_root(Page& page, const Walk& walk) {
  if (walk.root == boot::Root::kernel) return;
  const std::string_view moment = boot::moment_of(walk.root);
  page.heading(fmt::format("root {}", boot::name_of(walk.root)),
               moment.empty() ? "" : fmt::format("where {}() begins", moment));
  const std::string_view lacks = boot::lacks_of(walk.outcome, walk.root);
  if (!lacks.empty()) page.paragraph("  ", lacks);
}

void write_piece(Page& page, const Walk& walk, PhysAddr phys) {
  page.paragraph("  ", page.foreign(walk.what_lies_at(phys)));
  const account::Piece* piece = walk.piece(phys);
  if (piece == nullptr) return;
  page.line(fmt::format("  from {} to {}, {}", hex(raw(piece->range.base()), 16),
                        hex(raw(piece->range.end()), 16), human_size(piece->range.size())),
            Paint::faint);
}

void write_reached(Page& page, const Walk& walk, std::string_view lead, VirtAddr virt) {
  page.line(fmt::format("  {}{}  {}, {}", lead, hex(raw(virt), 16),
                        mapping_words(walk.tables.find(virt)->flags), walk.area(virt)));
}

void write_physical(Page& page, const Walk& walk, PhysAddr phys) {
  page.heading("physical " + hex(raw(phys), 16));
  write_piece(page, walk, phys);
  const std::vector<VirtAddr> reached = paging::addresses_of(walk.tables, phys);
  for (const VirtAddr virt : reached) write_reached(page, walk, "reached at ", virt);
  if (reached.empty()) page.line("  no virtual address reaches it");
}

void write_virtual(Page& page, const Walk& walk, VirtAddr virt) {
  const paging::Lookup found = paging::look_up(walk.tables, virt);
  page.heading("virtual " + hex(raw(virt), 16),
               found.canonical ? std::string(walk.area(virt)) : "");
  if (!found.canonical) {
    page.line(fmt::format("  not canonical with {} levels: a general protection fault",
                          walk.tables.levels()));
    return;
  }
  std::vector<Row> rows;
  for (const LookupStep& step : found.steps) {
    rows.push_back(
        {{"  " + std::string(table_name(step.level, walk.tables.levels()))},
         {place_of(step.table)},
         {std::string(origin_name(step.table.origin)), Paint::faint},
         {fmt::format("{}", step.index)},
         {entry_text(found, step), step.entry == EntryKind::absent ? Paint::red : Paint::plain}});
  }
  page.table({{"  table"}, {"lies at"}, {"in"}, {"entry", Align::right}, {"which holds"}}, rows);
  if (!found.phys) return;
  page.line("  physical " + hex(raw(*found.phys), 16), Paint::strong);
  write_piece(page, walk, *found.phys);
  for (const VirtAddr other : paging::addresses_of(walk.tables, *found.phys)) {
    if (other != virt) write_reached(page, walk, "also reached at ", other);
  }
}

void json_physical(JsonWriter& json, const Walk& walk, PhysAddr phys) {
  json.key("physical").open_object();
  json.member_address("address", raw(phys));
  json.member("holds", walk.what_lies_at(phys));
  if (const account::Piece* piece = walk.piece(phys)) {
    json.member_address("base", raw(piece->range.base()));
    json.member_address("size", piece->range.size());
  }
  json.key("reached_at").open_array();
  for (const VirtAddr virt : paging::addresses_of(walk.tables, phys)) {
    json.open_object(Layout::row);
    json.member_address("virt", raw(virt));
    json.member("area", walk.area(virt));
    json.member("flags", mapping_flags(walk.tables.find(virt)->flags));
    json.close();
  }
  json.close();
  json.close();
}

void json_virtual(JsonWriter& json, const Walk& walk, VirtAddr virt) {
  const paging::Lookup found = paging::look_up(walk.tables, virt);
  json.key("virtual").open_object();
  json.member_address("address", raw(virt));
  json.member("canonical", found.canonical);
  if (found.canonical) json.member("area", walk.area(virt));
  json.key("steps").open_array();
  for (const LookupStep& step : found.steps) {
    json.open_object(Layout::row);
    json.member("table", table_name(step.level, walk.tables.levels()));
    json.member("level", step.level);
    if (step.table.phys) json.member_address("lies_at", raw(*step.table.phys));
    json.member("in", origin_name(step.table.origin));
    json.member("index", step.index);
    json.member_address("from", raw(step.start));
    json.member("entry", entry_name(step.entry));
    json.close();
  }
  json.close();
  if (found.mapping != nullptr) {
    json.key("mapping").open_object(Layout::row);
    json.member_address("virt", raw(found.mapping->virt));
    json.member_address("phys", raw(found.mapping->phys));
    json.member("page_size", found.mapping->page_size);
    json.member("pages", found.mapping->pages);
    json.member("flags", mapping_flags(found.mapping->flags));
    json.close();
  }
  json.close();
  if (found.phys) json_physical(json, walk, *found.phys);
}

}  // namespace

std::string walk_to_text(const boot::Outcome& outcome, boot::Root root,
                         const std::vector<account::Piece>& pieces,
                         const std::vector<AddressQuestion>& questions, const TextStyle& style) {
  const Walk walk{outcome, root, pieces};
  Page page(style);
  write_subject(page, outcome.subject);
  write_root(page, walk);
  for (const AddressQuestion& q : questions) {
    if (q.is_physical) {
      write_physical(page, walk, PhysAddr{q.address});
    } else {
      write_virtual(page, walk, VirtAddr{q.address});
    }
  }
  return std::move(page).take();
}

std::string walk_to_json(const boot::Outcome& outcome, boot::Root root,
                         const std::vector<account::Piece>& pieces,
                         const std::vector<AddressQuestion>& questions) {
  const Walk walk{outcome, root, pieces};
  JsonWriter json;
  json.open_object();
  json.member("schema", kWalkSchema);
  write_subject(json, outcome.subject);
  json.member("root", boot::name_of(root));
  const std::string_view lacks = boot::lacks_of(outcome, root);
  if (!lacks.empty()) json.member("lacks", lacks);
  json.member("levels", walk.tables.levels());
  json.key("answers").open_array();
  for (const AddressQuestion& q : questions) {
    json.open_object();
    if (q.is_physical) {
      json_physical(json, walk, PhysAddr{q.address});
    } else {
      json_virtual(json, walk, VirtAddr{q.address});
    }
    json.close();
  }
  json.close();
  json.close();
  return std::move(json).finish();
}

}  // namespace memmap::report
