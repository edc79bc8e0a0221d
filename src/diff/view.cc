#include "diff/view.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/number.h"
#include "input/document/document.h"
#include "input/document/json_reader.h"
#include "machine/e820_words.h"

namespace memmap::diff {
namespace {

using input::Document;
using input::DocumentFaults;
using input::kNoValue;
using input::ValueId;
using input::ValueKind;

constexpr std::string_view kSchema = "memmap/result/1";
constexpr std::string_view kAnySchema = "memmap/result/";
constexpr std::uint64_t kPageSize = 4096;

// Reads members of one result; what is missing or wrong is a fault at its place.
class Reader {
 public:
  Reader(const Document& doc, DocumentFaults& faults) : doc_(doc), faults_(faults) {}

  // kNoValue: it has none.
  ValueId find(ValueId map, std::string_view key) const {
    return map == kNoValue ? kNoValue : doc_.member(map, key);
  }
  // Of a part that is missing nothing more is missed.
  ValueId need(ValueId map, std::string_view key) {
    const ValueId id = find(map, key);
    if (id == kNoValue && map != kNoValue)
      faults_.at(map, fmt::format("this part of a result lacks `{}`", key));
    return id;
  }
  std::string text(ValueId map, std::string_view key) const {
    const ValueId id = find(map, key);
    return id == kNoValue || doc_.kind(id) != ValueKind::scalar ? "" : std::string(doc_.text(id));
  }
  std::uint64_t number(ValueId id) {
    if (id == kNoValue) return 0;
    const auto value = doc_.kind(id) == ValueKind::scalar
                           ? parse_u64(doc_.text(id))
                           : Result<std::uint64_t>(Error{"a number is expected"});
    if (value) return *value;
    faults_.at(id, value.errors());
    return 0;
  }
  std::uint64_t number(ValueId map, std::string_view key) { return number(need(map, key)); }
  // `key` times `unit`, which is no more than 2^64 - 1.
  std::uint64_t product(ValueId map, std::string_view key, std::uint64_t unit) {
    std::uint64_t out = 0;
    if (__builtin_mul_overflow(number(map, key), unit, &out))
      faults_.at(map, fmt::format("`{}` is larger than memory can be", key));
    return out;
  }
  PhysRange range(ValueId row, std::uint64_t start, std::uint64_t end) {
    if (end >= start) return PhysRange::make(start, end);
    faults_.at(row, "a range that ends before it starts");
    return {};
  }
  PhysRange by_size(ValueId row) {
    const std::uint64_t base = number(row, "base");
    const auto out = PhysRange::from_size(PhysAddr{base}, number(row, "size"));
    if (!out) faults_.at(row, "a range that ends behind the last address");
    return out.value_or(PhysRange{});
  }
  // Each row of the list `key`; none where it is not there.
  template <class F>
  void rows(ValueId map, std::string_view key, const F& f) {
    const ValueId list = find(map, key);
    if (list == kNoValue) return;
    if (doc_.kind(list) != ValueKind::list) {
      faults_.at(list, "a list is expected");
      return;
    }
    for (ValueId id = doc_.first(list); id != kNoValue; id = doc_.next(id)) f(id);
  }
  // Of a list of numbers; 0: it has none.
  std::uint64_t last_number(ValueId list) {
    ValueId last = kNoValue;
    if (doc_.kind(list) == ValueKind::list)
      for (ValueId id = doc_.first(list); id != kNoValue; id = doc_.next(id)) last = id;
    return number(last);
  }
  std::string value_text(ValueId id) const { return std::string(doc_.text(id)); }

 private:
  const Document& doc_;
  DocumentFaults& faults_;
};

E820Entries entries(Reader& read, ValueId e820, std::string_view key) {
  E820Entries out;
  read.need(e820, key);
  read.rows(e820, key, [&](ValueId row) {
    const std::uint64_t start = read.number(row, "start");
    const std::uint64_t type = read.number(row, "type");
    // An entry's end may wrap; its size is what the table has.
    out.push_back({PhysAddr{start}, read.number(row, "end") - start,
                   E820Type{static_cast<std::uint32_t>(type)}});
  });
  return out;
}

Stage table_stage(Reader& read, ValueId e820, std::string_view key, std::string_view name,
                  std::string_view title) {
  Stage out{name, title};
  for (const E820Entry& e : entries(read, e820, key)) {
    if (const auto range = PhysRange::from_size(e.addr, e.size))
      out.spans.push_back({*range, e820_log_name(e.type)});
  }
  return out;
}

// kernel: enum memblock_flags, include/linux/memblock.h, v7.2
std::string region_words(std::string_view list, std::uint64_t flags, std::string_view nid) {
  constexpr std::pair<std::uint64_t, std::string_view> kFlags[] = {
      {0x1, "hotplug"}, {0x2, "mirror"},    {0x4, "nomap"},        {0x8, "driver managed"},
      {0x10, "noinit"}, {0x20, "kernel's"}, {0x40, "KHO scratch"}, {0x80, "hugetlb"}};
  std::string out(list);
  for (const auto& [bit, word] : kFlags)
    if ((flags & bit) != 0) out += fmt::format(", {}", word);
  if (const std::uint64_t rest = flags & ~std::uint64_t{0xff}; rest != 0)
    out += fmt::format(", flags {:#x}", rest);
  if (!nid.empty()) out += fmt::format(", node {}", nid);
  return out;
}

// The nodes that there are: a region whose node is not known has MAX_NUMNODES, or none.
std::set<std::string> known_nodes(Reader& read, ValueId root) {
  std::set<std::string> out;
  read.rows(read.find(root, "numa"), "blocks",
            [&](ValueId row) { out.insert(read.text(row, "nid")); });
  read.rows(root, "nodes", [&](ValueId row) { out.insert(read.text(row, "nid")); });
  return out;
}

Stage regions_stage(Reader& read, ValueId root, std::string_view key, std::string_view title) {
  Stage out{key, title};
  const std::set<std::string> nodes = known_nodes(read, root);
  const ValueId memblock = read.need(root, "memblock");
  read.need(memblock, key);
  read.rows(memblock, key, [&](ValueId row) {
    const std::string nid = read.text(row, "nid");
    out.spans.push_back({read.by_size(row), region_words(key, read.number(row, "flags"),
                                                         nodes.contains(nid) ? nid : "")});
  });
  return out;
}

Stage owners_stage(Reader& read, ValueId root) {
  Stage out{"owners", "who has what of memblock.reserved", Compared::by_name};
  read.need(root, "owners");
  read.rows(root, "owners", [&](ValueId row) {
    out.spans.push_back({read.by_size(row), read.text(row, "owner"), read.text(row, "function")});
  });
  return out;
}

Stage blocks_stage(Reader& read, ValueId root) {
  Stage out{"nodes", "memory of the nodes"};
  read.rows(read.find(root, "numa"), "blocks", [&](ValueId row) {
    out.spans.push_back({read.by_size(row), "node " + read.text(row, "nid")});
  });
  return out;
}

// Pages of the direct map by size: of the runs of mappings whose virtual and physical addresses are one
// distance apart, those that hold most bytes.
Stage direct_map_stage(Reader& read, ValueId tables) {
  struct Run {
    std::uint64_t bytes = 0;
    std::vector<Span> spans{};
  };
  std::map<std::uint64_t, Run> by_distance;
  read.rows(tables, "mappings", [&](ValueId row) {
    const std::uint64_t size = read.number(row, "page_size");
    const std::uint64_t phys = read.number(row, "phys");
    const auto range = PhysRange::from_size(PhysAddr{phys}, read.product(row, "pages", size));
    if (!range) return;
    Run& run = by_distance[read.number(row, "virt") - phys];
    run.bytes += range->size();
    run.spans.push_back(
        {*range, fmt::format("{} pages, {}", number_with_unit(size), read.text(row, "flags"))});
  });
  Stage out{"direct_map", "pages of the direct map"};
  const auto most =
      std::ranges::max_element(by_distance, {}, [](const auto& run) { return run.second.bytes; });
  if (most == by_distance.end()) return out;
  out.spans = std::move(most->second.spans);
  std::ranges::sort(out.spans, {}, [](const Span& s) { return s.range; });
  return out;
}

// Blocks by order, all migrate types together.
void add_free_blocks(Reader& read, ValueId zone, const std::string& name, View& view) {
  std::map<std::uint64_t, std::uint64_t> blocks;
  read.rows(zone, "free", [&](ValueId list) {
    const std::uint64_t order = read.number(list, "order");
    read.rows(list, "blocks", [&](ValueId run) { blocks[order] += read.last_number(run); });
  });
  for (const auto& [order, count] : blocks)
    view.figures.push_back(
        {fmt::format("free blocks of order {}, {}", order, name), Unit::count, count});
}

void add_zones(Reader& read, ValueId root, View& view) {
  Stage stage{"zones", "zones", Compared::by_name};
  read.rows(root, "nodes", [&](ValueId node) {
    view.physpages += read.number(node, "present_pages");
    read.rows(node, "zones", [&](ValueId zone) {
      const std::string name =
          fmt::format("node {} {}", read.text(node, "nid"), read.text(zone, "zone"));
      const auto range = PhysRange::from_size(PhysAddr{read.product(zone, "start_pfn", kPageSize)},
                                              read.product(zone, "spanned_pages", kPageSize));
      if (!range || range->empty()) return;
      stage.spans.push_back({*range, name});
      view.figures.push_back(
          {"present pages, " + name, Unit::pages, read.number(zone, "present_pages")});
      view.figures.push_back(
          {"managed pages, " + name, Unit::pages, read.number(zone, "managed_pages")});
      add_free_blocks(read, zone, name, view);
    });
  });
  view.stages.push_back(std::move(stage));
}

void add_totals(Reader& read, ValueId totals, View& view) {
  const auto add = [&](std::string_view key, std::string_view name, Unit unit) {
    const ValueId id = read.find(totals, key);
    if (id != kNoValue) view.figures.push_back({std::string(name), unit, read.number(id)});
  };
  add("firmware_ram", "RAM in the firmware's map", Unit::bytes);
  add("memory", "memblock.memory", Unit::bytes);
  add("reserved", "memblock.reserved", Unit::bytes);
  add("managed_pages", "managed pages at the hand-over", Unit::pages);
  add("mem_total_kib", "MemTotal", Unit::kib);
}

void add_user_space(Reader& read, ValueId root, View& view) {
  const ValueId space = read.find(root, "user_space");
  const ValueId direct = read.find(space, "direct_map");
  for (const auto& [key, name] :
       {std::pair{"pages_4k", "DirectMap4k"}, std::pair{"pages_2m", "DirectMap2M"},
        std::pair{"pages_1g", "DirectMap1G"}}) {
    const ValueId id = read.find(direct, key);
    if (id != kNoValue)
      view.figures.push_back({fmt::format("{}, pages", name), Unit::count, read.number(id)});
  }
  read.rows(space, "huge_pages", [&](ValueId row) {
    const ValueId pages = read.find(row, "pages");
    if (pages == kNoValue) return;
    view.figures.push_back(
        {fmt::format("huge pages of {}", number_with_unit(read.number(row, "size"))), Unit::count,
         read.number(pages)});
  });
}

void read_subject(Reader& read, ValueId root, View& view) {
  const ValueId subject = read.need(root, "subject");
  view.source = read.text(subject, "source");
  view.kernel = read.text(subject, "kernel");
  view.command_line = read.text(subject, "command_line");
  read.rows(root, "notes", [&](ValueId id) { view.notes.push_back(read.value_text(id)); });
}

}  // namespace

bool is_result(std::string_view bytes) {
  const std::size_t start = bytes.find_first_not_of(" \t\r\n");
  if (start == bytes.npos || bytes[start] != '{') return false;
  return bytes.substr(start, 200).find(kAnySchema) != bytes.npos;
}

Result<View> read_view(const std::string& name, std::string_view json, input::Whose whose) {
  const auto doc = input::read_json_document(name, json, whose);
  if (!doc) return doc.errors();
  DocumentFaults faults(*doc);
  Reader read(*doc, faults);
  const ValueId schema = read.find(0, "schema");
  if (schema == kNoValue || read.value_text(schema) != kSchema) {
    return doc->error(schema == kNoValue ? 0 : schema,
                      fmt::format("results of schema {} are compared; make this one again with "
                                  "`memmap simulate --format json`",
                                  kSchema));
  }
  View view;
  read_subject(read, 0, view);
  view.panicked = read.text(0, "panicked") == "true";
  const ValueId e820 = read.need(0, "e820");
  view.firmware = entries(read, e820, "firmware");
  view.stages.push_back(table_stage(read, e820, "firmware", "firmware", "e820_table_firmware"));
  view.stages.push_back(table_stage(read, e820, "kexec", "kexec", "e820_table_kexec"));
  view.stages.push_back(table_stage(read, e820, "table", "e820", "e820_table"));
  view.stages.push_back(regions_stage(read, 0, "memory", "memblock.memory"));
  view.stages.push_back(regions_stage(read, 0, "reserved", "memblock.reserved"));
  view.stages.push_back(owners_stage(read, 0));
  view.stages.push_back(direct_map_stage(read, read.find(0, "page_tables")));
  view.stages.push_back(blocks_stage(read, 0));
  add_totals(read, read.find(0, "totals"), view);
  add_zones(read, 0, view);
  add_user_space(read, 0, view);
  read.rows(0, "events", [&](ValueId row) {
    const std::string severity = read.text(row, "severity");
    if (severity != "warning" && severity != "panic") return;
    view.events.push_back(
        {read.text(row, "severity"), read.text(row, "step"), read.text(row, "text")});
  });
  if (!faults.none()) return faults.take();
  return view;
}

}  // namespace memmap::diff
