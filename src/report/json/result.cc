#include "report/json/result.h"

#include "account/ledger.h"
#include "fixmap/slots.h"
#include "report/form/json_writer.h"
#include "report/form/names.h"
#include "report/json/checks.h"
#include "report/json/ledger.h"
#include "report/json/log.h"
#include "report/json/subject.h"

namespace memmap::report {
namespace {

// key: [ one row each ]
template <class Rows, class WriteMembers>
void table(JsonWriter& json, std::string_view key, const Rows& rows, WriteMembers write_members) {
  json.key(key).open_array();
  for (const auto& row : rows) {
    json.open_object(Layout::row);
    write_members(row);
    json.close();
  }
  json.close();
}

void e820_table(JsonWriter& json, std::string_view key, const E820Entries& entries) {
  table(json, key, entries, [&](const E820Entry& e) {
    json.member_address("start", raw(e.addr));
    json.member_address("end", e.end());
    json.member("type", raw(e.type));
  });
}

void regions(JsonWriter& json, std::string_view key, const memblock::Regions& list) {
  table(json, key, list, [&](const memblock::Region& r) {
    json.member_address("base", raw(r.range.base()));
    json.member_address("size", r.range.size());
    json.member("flags", r.flags);
    json.member("nid", r.nid);
  });
}

void memblock_state(JsonWriter& json, const memblock::Memblock& m,
                    const std::vector<boot::Owned>& owners) {
  json.key("memblock").open_object();
  json.member("bottom_up", m.bottom_up());
  json.member_address("current_limit", raw(m.current_limit()));
  regions(json, "memory", m.memory().regions());
  regions(json, "reserved", m.reserved().regions());
  json.close();
  table(json, "owners", owners, [&](const boot::Owned& o) {
    json.member_address("base", raw(o.range.base()));
    json.member_address("size", o.range.size());
    json.member("owner", std::string_view(o.words));
    if (o.owner != nullptr) json.member("owner_id", o.owner->id);
    json.member("function", std::string_view(o.function));
  });
}

void numa_blocks(JsonWriter& json, const numa::Nodes& nodes) {
  json.key("numa").open_object();
  json.key("online").open_array(Layout::row);
  for (const int nid : nodes.online) json.value(nid);
  json.close();
  table(json, "blocks", nodes.blocks, [&](const numa::NodeBlock& b) {
    json.member_address("base", raw(b.range.base()));
    json.member_address("size", b.range.size());
    json.member("nid", b.nid);
  });
  json.close();
}

// Runs of blocks by order and migrate type; `count` of a run.
template <class Lists, class Count>
void block_lists(JsonWriter& json, std::string_view key, const Lists& lists, const Count& count) {
  table(json, key, lists, [&](const auto& list) {
    json.member("order", list.order);
    json.member("migratetype", static_cast<int>(list.migratetype));
    json.key("blocks").open_array(Layout::row);
    for (const auto& run : list.runs) {
      json.open_array(Layout::row);
      json.value(raw(run.first));
      json.value(count(run));
      json.close();
    }
    json.close();
  });
}

void ordered_lists(JsonWriter& json, const buddy::OrderedLists& lists) {
  block_lists(json, "lists", lists, [](const buddy::ListRun& run) {
    const auto count = static_cast<std::int64_t>(run.count);
    return run.falling ? -count : count;
  });
}

void zone(JsonWriter& json, const boot::ZoneState& z) {
  json.open_object();
  json.member("zone", zones::name(z.zone.type));
  json.member("start_pfn", raw(z.zone.start_pfn));
  json.member("spanned_pages", z.zone.spanned_pages);
  json.member("present_pages", z.zone.present_pages);
  json.member("managed_pages", z.managed_pages);
  block_lists(json, "free", z.free, [](const buddy::FreeRun& run) { return run.count; });
  ordered_lists(json, z.lists);
  json.close();
}

void nodes(JsonWriter& json, const std::vector<boot::NodeState>& states) {
  json.key("nodes").open_array();
  for (const boot::NodeState& n : states) {
    json.open_object();
    json.member("nid", n.nid);
    json.member("start_pfn", raw(n.start_pfn));
    json.member("spanned_pages", n.spanned_pages);
    json.member("present_pages", n.present_pages);
    json.key("zones").open_array();
    for (const boot::ZoneState& z : n.zones) zone(json, z);
    json.close();
    json.close();
  }
  json.close();
}

void page_tables(JsonWriter& json, std::string_view key, const paging::AddressSpace& tables) {
  json.key(key).open_object();
  json.member("levels", tables.levels());
  table(json, "mappings", tables.mappings(), [&](const paging::Mapping& m) {
    json.member_address("virt", raw(m.virt));
    json.member_address("phys", raw(m.phys));
    json.member("page_size", m.page_size);
    json.member("pages", m.pages);
    json.member("flags", std::string_view(mapping_flags(m.flags)));
  });
  json.key("tables").open_array();
  for (unsigned level = tables.levels(); level >= 1; --level) {
    for (const auto& [virt, page] : tables.tables(level)) {
      json.open_object(Layout::row);
      json.member("level", level);
      json.member_address("virt", raw(virt));
      if (page.phys) json.member_address("lies_at", raw(*page.phys));
      json.member("in", origin_name(page.origin));
      json.close();
    }
  }
  json.close();
  json.close();
}

void memory_line(JsonWriter& json, const boot::MemoryLine& line) {
  json.key("memory_line").open_object();
  if (line.available_pages) json.member("available_pages", *line.available_pages);
  json.member("phys_pages", line.phys_pages);
  json.member("code", line.code);
  json.member("rwdata", line.rwdata);
  json.member("rodata", line.rodata);
  json.member("init", line.init);
  json.member("bss", line.bss);
  json.member("reserved_pages", line.reserved_pages);
  json.member("cma_pages", line.cma_pages);
  json.close();
}

void managed_zones(JsonWriter& json, const boot::PageAllocator& a) {
  json.key("zones").open_array();
  for (std::size_t i = 0; i < a.zones.size(); ++i) {
    json.open_object(Layout::row);
    json.member("nid", a.zones[i].nid);
    json.member("zone", zones::name(a.zones[i].type));
    json.member("managed_pages", a.zones[i].managed_pages);
    json.member("cma_pages", a.zones[i].cma_pages);
    if (!a.watermarks.empty()) {
      json.member("min", a.watermarks[i].min);
      json.member("low", a.watermarks[i].low);
      json.member("high", a.watermarks[i].high);
      json.key("protection").open_array(Layout::row);
      for (const std::uint64_t pages : a.lowmem_reserves[i]) json.value(pages);
      json.close();
    }
    json.close();
  }
  json.close();
}

void other_roots(JsonWriter& json, const std::vector<boot::RootTables>& roots) {
  json.key("roots").open_array();
  for (const boot::RootTables& r : roots) {
    json.open_object();
    json.member("root", boot::name_of(r.root));
    const std::string_view moment = boot::moment_of(r.root);
    json.member("at", moment.empty() ? "user_space" : moment);
    if (!r.lacks.empty()) json.member("lacks", r.lacks);
    page_tables(json, "page_tables", r.tables);
    json.close();
  }
  json.close();
}

void direct_map(JsonWriter& json, const boot::State& state) {
  json.key("direct_map").open_object(Layout::row);
  json.member("pages_4k", state.direct_pages.of(1));
  json.member("pages_2m", state.direct_pages.of(2));
  if (state.direct_gbpages) json.member("pages_1g", state.direct_pages.of(3));
  json.close();
}

void user_space(JsonWriter& json, const boot::Outcome& outcome) {
  const boot::PageAllocator& a = outcome.state.page_allocator;
  json.key("user_space").open_object();
  json.member("min_free_kbytes", a.min_free_kbytes);
  json.member("totalreserve_pages", a.totalreserve_pages);
  managed_zones(json, a);
  direct_map(json, outcome.state);
  table(json, "huge_pages", outcome.state.huge_page_sizes, [&](const boot::HugePageSize& h) {
    json.member("size", h.size);
    if (h.pages) json.member("pages", *h.pages);
  });
  if (a.memory_line) memory_line(json, *a.memory_line);
  table(json, "given_back", a.given_back, [&](const boot::GivenBack& g) {
    json.member_address("base", raw(g.range.base()));
    json.member_address("size", g.range.size());
    json.member("what", g.what);
    json.member("step", g.step);
  });
  if (const auto& tables = outcome.user_space) {
    page_tables(json, "page_tables", tables->page_tables);
    if (tables->user_page_tables) page_tables(json, "user_page_tables", *tables->user_page_tables);
  }
  json.close();
}

// Blocks of one step, one after the other, are one row.
void taken_blocks(JsonWriter& json, const std::vector<boot::TakenBlock>& taken) {
  json.key("taken").open_array();
  for (auto t = taken.begin(); t != taken.end();) {
    const boot::TakenBlock& row = *t;
    json.open_object(Layout::row);
    json.member("step", row.step);
    json.member("what", std::string_view(row.what));
    json.member("nid", row.nid);
    json.member("order", row.order);
    json.key("blocks").open_array(Layout::row);
    for (; t != taken.end() && t->step == row.step && t->what == row.what &&
           t->order == row.order && t->nid == row.nid;
         ++t) {
      json.value(raw(t->pfn));
    }
    json.close();
    json.close();
  }
  json.close();
}

void core_init(JsonWriter& json, const boot::CoreInit& after) {
  json.key("core_init").open_object();
  if (!after.unknown.empty()) {
    json.member("unknown", std::string_view(after.unknown));
    json.close();
    return;
  }
  taken_blocks(json, after.taken);
  json.key("zones").open_array();
  for (const boot::FreeZone& z : after.zones) {
    json.open_object();
    json.member("nid", z.nid);
    json.member("zone", zones::name(z.type));
    json.member("managed_pages", z.managed_pages);
    json.member("free_pages", z.free_pages);
    ordered_lists(json, z.lists);
    json.close();
  }
  json.close();
  json.close();
}

void fixmap_slots(JsonWriter& json, const std::vector<fixmap::MappedSlot>& slots) {
  table(json, "fixmap", slots, [&](const fixmap::MappedSlot& s) {
    json.member("slot", s.number);
    json.member("name", std::string_view(s.name));
    json.member("permanent", s.lifetime == fixmap::Lifetime::permanent);
    json.member_address("virt", raw(s.virt));
    json.member_address("phys", raw(s.phys));
    json.member("flags", std::string_view(mapping_flags(s.flags)));
  });
}

void range(JsonWriter& json, const std::optional<PhysRange>& r) {
  if (!r) return;
  json.key("range").open_object(Layout::row);
  json.member_address("base", raw(r->base()));
  json.member_address("size", r->size());
  json.close();
}

void steps(JsonWriter& json, const std::vector<boot::StepDone>& list) {
  table(json, "steps", list, [&](const boot::StepDone& s) {
    json.member("phase", s.phase);
    json.member("function", s.function);
    json.member("file", s.file);
    json.member("calls", s.calls);
    json.member("memory", s.memory);
    json.member("reserved", s.reserved);
    json.member("mem_total", s.mem_total);
    json.member("events", s.events);
  });
}

void events(JsonWriter& json, const Events& list) {
  table(json, "events", list, [&](const Event& e) {
    json.member("severity", severity_name(e.severity));
    json.member("step", std::string_view(e.step));
    json.member("rule", to_string(e.rule));
    json.member("text", std::string_view(e.text));
    if (!e.by.empty()) json.member("by", std::string_view(e.by));
    range(json, e.range);
  });
}

}  // namespace

std::string to_json(const boot::Outcome& outcome) {
  JsonWriter json;
  json.open_object();
  json.member("schema", kResultSchema);
  write_subject(json, outcome.subject);
  json.member("panicked", outcome.panicked);
  json.key("totals").open_object();
  write_totals(json, outcome.totals);
  json.close();
  write_ledger(json, account::ledger(outcome, account::memory_use(outcome)), Ranges::left_out);
  json.key("e820").open_object();
  e820_table(json, "firmware", outcome.state.e820.firmware.entries());
  e820_table(json, "kexec", outcome.state.e820.kexec.entries());
  e820_table(json, "table", outcome.state.e820.table.entries());
  json.close();
  json.member("max_pfn", raw(outcome.state.max_pfn));
  json.member("max_low_pfn", raw(outcome.state.max_low_pfn));
  memblock_state(json, outcome.state.memblock, outcome.owners);
  numa_blocks(json, outcome.state.nodes);
  nodes(json, outcome.state.node_states);
  page_tables(json, "page_tables", outcome.state.page_tables);
  if (outcome.state.core_init) core_init(json, *outcome.state.core_init);
  if (outcome.totals.mem_total_kib) user_space(json, outcome);
  other_roots(json, outcome.other_roots);
  fixmap_slots(json, outcome.fixmap);
  steps(json, outcome.steps);
  events(json, outcome.events);
  write_checks(json, outcome.checks);
  if (outcome.log) write_log(json, *outcome.log);
  json.close();
  return std::move(json).finish();
}

}  // namespace memmap::report
