#include "report/answers/replay.h"
#include "report/form/json_writer.h"

namespace memmap::report {
namespace {

void write_tally(JsonWriter& json, std::string_view key, const replay::Tally& t) {
  json.key(key).open_object(Layout::row);
  json.member("checked", t.checked);
  json.member("not_checked", t.not_checked);
  json.member("adopted", t.adopted);
  json.close();
}

void write_regions(JsonWriter& json, std::string_view key, const memblock::Regions& regions) {
  json.key(key).open_array();
  for (const memblock::Region& r : regions) {
    json.open_object(Layout::row);
    json.member_address("base", raw(r.range.base()));
    json.member_address("size", r.range.size());
    json.member("flags", r.flags);
    json.member("nid", r.nid);
    json.close();
  }
  json.close();
}

void write_side(JsonWriter& json, std::string_view key, const replay::Side& side) {
  json.key(key).open_object();
  if (side.chosen) {
    json.key("chosen").open_object(Layout::row);
    json.member_address("base", raw(side.chosen->base()));
    json.member_address("size", side.chosen->size());
    json.close();
  }
  write_regions(json, "memory", side.memory);
  write_regions(json, "reserved", side.reserved);
  json.close();
}

void write_strings(JsonWriter& json, std::string_view key, const std::vector<std::string>& all) {
  json.key(key).open_array();
  for (const std::string& s : all) json.value(s);
  json.close();
}

}  // namespace

std::string replay_to_json(const ReplaySubject& subject, const replay::Report& found) {
  JsonWriter json;
  json.open_object();
  json.member("schema", "memmap/replay/1");
  json.member("log", subject.log);
  json.member("kernel", subject.kernel);
  json.member("command_line", subject.command_line);
  json.member("mismatch_count", found.mismatch_count);
  write_tally(json, "allocations", found.allocations);
  write_tally(json, "array_growths", found.growths);
  json.key("applied").open_object(Layout::row);
  json.member("adds", found.adds);
  json.member("removes", found.removes);
  json.member("reserves", found.reserves);
  json.member("frees", found.frees);
  json.close();
  json.member("dumps_compared", found.dumps);
  json.key("adopted").open_object(Layout::row);
  json.member("regions_before", found.regions_before);
  json.member("nodes", found.nodes);
  json.member("flags", found.flags);
  json.close();
  json.member("calls_before_first_dump", found.skipped);
  json.member("lines_of_no_list", subject.lines_of_no_list);
  write_strings(json, "derived", found.derived);
  write_strings(json, "notes", subject.notes);
  json.key("mismatches").open_array();
  for (const replay::Mismatch& m : found.mismatches) {
    json.open_object();
    json.member("line", m.line);
    json.member("text", m.text);
    json.member("what", m.what);
    write_side(json, "kernel", m.kernel);
    write_side(json, "memmap", m.memmap);
    json.close();
  }
  json.close();
  json.close();
  return std::move(json).finish();
}

}  // namespace memmap::report
