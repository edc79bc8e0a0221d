#include <fmt/format.h>

#include "report/diff/answer.h"
#include "report/diff/words.h"
#include "report/form/json_writer.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

using diff::Change;
using diff::FigureChange;

void side(JsonWriter& json, std::string_view key, const diff::View& view) {
  json.key(key).open_object();
  json.member("source", std::string_view(view.source));
  json.member("kernel", std::string_view(view.kernel));
  json.member("command_line", std::string_view(view.command_line));
  json.key("notes").open_array();
  for (const std::string& note : view.notes) json.value(std::string_view(note));
  json.close();
  json.close();
}

void range(JsonWriter& json, std::string_view key, const std::optional<PhysRange>& r) {
  if (!r) return;
  json.key(key).open_object();
  json.member_address("base", raw(r->base()));
  json.member_address("size", r->size());
  json.close();
}

void change(JsonWriter& json, const Change& c) {
  json.open_object(Layout::row);
  json.member("kind", diff_word(c.kind));
  if (!c.what.empty()) json.member("what", std::string_view(c.what));
  if (!c.by.empty()) json.member("by", std::string_view(c.by));
  if (c.kind == diff::Kind::turned) {
    json.member("from", std::string_view(c.from));
    json.member("to", std::string_view(c.to));
    range(json, "range", c.new_range);
  } else {
    range(json, "old", c.old_range);
    range(json, "new", c.new_range);
  }
  json.close();
}

void figure(JsonWriter& json, const FigureChange& f) {
  json.open_object(Layout::row);
  json.member("name", std::string_view(f.name));
  json.member("unit", diff_word(f.unit));
  if (f.old_value) json.member("old", *f.old_value);
  if (f.new_value) json.member("new", *f.new_value);
  json.close();
}

void told(JsonWriter& json, std::string_view key, const std::vector<diff::Told>& events) {
  json.key(key).open_array();
  for (const diff::Told& e : events) {
    json.open_object(Layout::row);
    json.member("severity", std::string_view(e.severity));
    json.member("step", std::string_view(e.step));
    json.member("text", std::string_view(e.text));
    json.close();
  }
  json.close();
}

void resume(JsonWriter& json, const diff::Diff& d) {
  json.key("resume").open_object();
  json.member("resumes", d.refusal().empty());
  if (!d.refusal().empty()) json.member("refusal", d.refusal());
  json.member("old_crc32", std::string_view(hex(d.old_sums.crc32, 8)));
  json.member("new_crc32", std::string_view(hex(d.new_sums.crc32, 8)));
  json.member("old_md5", std::string_view(diff::md5_text(d.old_sums)));
  json.member("new_md5", std::string_view(diff::md5_text(d.new_sums)));
  json.member("same_usable", d.same_usable);
  json.member("old_physpages", d.old_physpages);
  json.member("new_physpages", d.new_physpages);
  json.close();
}

void comparison(JsonWriter& json, const DiffSide& newer) {
  const diff::Diff& d = newer.diff;
  json.open_object();
  side(json, "new", newer.view);
  json.member("differs", d.differs());
  json.member("tolerated", d.tolerated);
  resume(json, d);
  json.key("stages").open_array();
  for (const diff::StageChanges& stage : d.stages) {
    json.open_object();
    json.member("stage", stage.key);
    json.member("title", stage.title);
    json.key("changes").open_array();
    for (const Change& c : stage.changes) change(json, c);
    json.close();
    json.close();
  }
  json.close();
  json.key("figures").open_array();
  for (const FigureChange& f : d.figures) figure(json, f);
  json.close();
  told(json, "only_old", d.only_old);
  told(json, "only_new", d.only_new);
  json.close();
}

}  // namespace

std::string diff_to_json(const DiffAnswer& answer) {
  JsonWriter json;
  json.open_object();
  json.member("schema", kDiffSchema);
  side(json, "old", answer.older);
  json.key("comparisons").open_array();
  for (const DiffSide& newer : answer.newer) comparison(json, newer);
  json.close();
  json.close();
  return std::move(json).finish();
}

}  // namespace memmap::report
