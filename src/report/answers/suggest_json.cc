#include "report/answers/suggest.h"
#include "report/form/json_writer.h"
#include "report/json/subject.h"

namespace memmap::report {
namespace {

using suggest::Proof;
using suggest::Suggestion;

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).open_array();
  for (const std::string& text : texts) json.value(std::string_view(text));
  json.close();
}

void write_proof(JsonWriter& json, const Proof& proof) {
  json.key("proof").open_object();
  json.member("command_line", std::string_view(proof.line));
  json.member("places", proof.places);
  if (!proof.why_one.empty()) json.member("why_one", std::string_view(proof.why_one));
  json.member("boots", proof.boots);
  json.member("good", proof.good);
  if (!proof.fault.empty()) {
    json.member("fault", std::string_view(proof.fault));
    json.member_address("fault_at", raw(proof.fault_at));
  }
  json.key("at").open_array();
  for (const auto& [at, boots] : proof.at) {
    json.open_object(Layout::row);
    json.member_address("start", at);
    json.member("boots", boots);
    json.close();
  }
  json.close();
  if (proof.good != 0) {
    json.member("cost_least", proof.cost_least);
    json.member("cost_most", proof.cost_most);
  }
  write_texts(json, "assumed", proof.assumed);
  json.close();
}

void write_ranges(JsonWriter& json, std::string_view key, const std::vector<PhysRange>& ranges) {
  json.key(key).open_array();
  for (const PhysRange r : ranges) {
    json.open_object(Layout::row);
    json.member_address("start", raw(r.base()));
    json.member_address("end", raw(r.end()));
    json.close();
  }
  json.close();
}

void write_checked(JsonWriter& json, const suggest::CheckedLine& checked) {
  json.key("checked").open_object();
  json.member("line", std::string_view(checked.line));
  json.member("kind", checked.is_badram ? "badram" : "command_line");
  json.member("bad", checked.bad);
  json.member("taken", checked.taken);
  write_ranges(json, "uncovered", checked.uncovered);
  write_ranges(json, "offered", checked.offered);
  json.close();
}

}  // namespace

std::string suggest_to_json(const SuggestAnswer& answer) {
  const Suggestion& suggestion = answer.suggestion;
  JsonWriter json;
  json.open_object();
  json.member("schema", kSuggestSchema);
  write_subject(json, answer.subject);
  json.member("what", std::string_view(suggestion.what));
  json.key("parameter");
  if (suggestion.parameter.empty()) {
    json.null();
  } else {
    json.value(std::string_view(suggestion.parameter));
  }
  json.member("why", std::string_view(suggestion.why));
  json.member("size", suggestion.size);
  if (suggestion.range) {
    json.member_address("start", raw(suggestion.range->base()));
    json.member_address("end", raw(suggestion.range->end()));
  }
  if (suggestion.proof.boots != 0) write_proof(json, suggestion.proof);
  json.key("others").open_array();
  for (const suggest::Tried& tried : suggestion.others) {
    json.open_object();
    json.member("parameter", std::string_view(tried.parameter));
    json.member("why", std::string_view(tried.why));
    if (tried.proof.boots != 0) write_proof(json, tried.proof);
    json.close();
  }
  json.close();
  json.key("excluded").open_array();
  for (const suggest::Excluded& e : suggestion.excluded) {
    json.open_object(Layout::row);
    json.member_address("start", raw(e.range.base()));
    json.member_address("end", raw(e.range.end()));
    json.member("why", std::string_view(e.why));
    json.close();
  }
  json.close();
  json.key("lines").open_array();
  if (!suggestion.parameter.empty()) {
    for (const suggest::LoaderLine& line : suggest::loader_lines(suggestion.parameter)) {
      json.open_object();
      json.member("loader", line.loader);
      json.member("where", line.where);
      json.member("text", std::string_view(line.text));
      if (!line.note.empty()) json.member("note", std::string_view(line.note));
      json.close();
    }
  }
  json.close();
  write_texts(json, "needs", suggestion.needs);
  if (answer.checked != nullptr) write_checked(json, *answer.checked);
  json.close();
  return std::move(json).finish();
}

}  // namespace memmap::report
