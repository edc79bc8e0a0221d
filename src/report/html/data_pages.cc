// The page's data of pages: nodes and zones, free blocks, what maps what, resources.
#include <fmt/format.h>

#include "paging/areas.h"
#include "report/form/names.h"
#include "report/html/data_sections.h"

namespace memmap::report {
namespace {

void write_nodes(DataWriter& out, const boot::State& state) {
  out.json.key("nodes").open_array();
  for (const boot::NodeState& node : state.node_states) {
    out.json.open_object(Layout::row);
    out.json.member("nid", node.nid);
    out.json.key("zones").open_array();
    for (const boot::ZoneState& z : node.zones) {
      out.json.open_object();
      out.json.member("name", zones::name(z.zone.type));
      out.json.member("start", raw(z.zone.start_pfn));
      out.json.member("spanned", z.zone.spanned_pages);
      out.json.key("free").open_array();
      for (const buddy::FreeList& list : z.free) {
        out.json.open_object();
        out.json.member("order", list.order);
        out.json.member("movable", list.migratetype == buddy::MigrateType::movable);
        out.ranges(list.runs, [&](const buddy::FreeRun& run) {
          const std::uint64_t base = raw(run.first) << kPageShift;
          return PhysRange::make(base, base + (run.count << list.order << kPageShift));
        });
        out.json.close();
      }
      out.json.close();
      out.json.close();
    }
    out.json.close();
    out.json.close();
  }
  out.json.close();
}

// A run's addresses as distances from the end of the one before, which for the direct map are alike.
void write_mappings(DataWriter& out, const paging::AddressSpace& tables) {
  const paging::Mappings& runs = tables.mappings();
  PackedNumbers virts;
  PackedNumbers physs;
  std::uint64_t virt = 0;
  std::uint64_t phys = 0;
  for (const paging::Mapping& m : runs) {
    const std::uint64_t gap = raw(m.virt) - virt;
    virts.add_bytes(gap);
    physs.add_signed_bytes(static_cast<std::int64_t>(raw(m.phys) - phys - gap));
    virt = raw(m.virt) + m.bytes();
    phys = raw(m.phys) + m.bytes();
  }
  out.open("mappings");
  out.json.member("virt", std::string_view(std::move(virts).take()));
  out.json.member("phys", std::string_view(std::move(physs).take()));
  out.numbers("page", runs, [](const paging::Mapping& m) { return m.page_size >> kPageShift; });
  out.numbers("pages", runs, [](const paging::Mapping& m) { return m.pages; });
  out.texts("words", runs, [](const paging::Mapping& m) { return mapping_words(m.flags); });
  out.texts("area", runs, [&](const paging::Mapping& m) {
    return paging::area_of(m.virt, tables.levels(), tables.bases());
  });
  out.close();
}

void write_fixmap(DataWriter& out, const std::vector<fixmap::MappedSlot>& slots) {
  PackedNumbers pages;
  for (const fixmap::MappedSlot& s : slots) pages.add_bytes(raw(s.virt));
  out.open("fixmap");
  out.json.member("virt", std::string_view(std::move(pages).take()));
  out.texts("name", slots, [](const fixmap::MappedSlot& s) { return s.name; });
  out.close();
}

struct FlatResource {
  PhysRange range{};
  unsigned depth = 0;
  std::string_view name{};
};

void flatten(const std::vector<boot::Resource>& level, unsigned depth,
             std::vector<FlatResource>& out) {
  for (const boot::Resource& r : level) {
    out.push_back({r.range, depth, r.name});
    flatten(r.children, depth + 1, out);
  }
}

void write_iomem(DataWriter& out, const boot::IoMem& iomem) {
  std::vector<FlatResource> rows;
  flatten(iomem.resources(), 0, rows);
  out.open("iomem");
  out.ranges(rows, [](const FlatResource& r) { return r.range; });
  out.numbers("depth", rows, [](const FlatResource& r) { return r.depth; });
  out.texts("name", rows, [](const FlatResource& r) { return r.name; });
  out.close();
}

}  // namespace

void write_pages_data(DataWriter& out, const PageSubject& s) {
  const boot::State& state = s.outcome.state;
  out.json.member("not_movable",
                  s.outcome.subject.command_line.find("kernelcore=mirror") != std::string::npos);
  write_nodes(out, state);
  write_mappings(out, state.page_tables);
  write_fixmap(out, s.outcome.fixmap);
  const auto& given = state.page_allocator.given_back;
  out.open("given");
  out.ranges(given, [](const boot::GivenBack& g) { return g.range; });
  out.texts("what", given, [](const boot::GivenBack& g) { return g.what; });
  out.texts("step", given, [](const boot::GivenBack& g) { return g.step; });
  out.close();
  write_iomem(out, state.iomem);
}

}  // namespace memmap::report
