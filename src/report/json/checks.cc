#include "report/json/checks.h"

#include <string_view>

namespace memmap::report {
namespace {

void write_finding(JsonWriter& json, const boot::Finding& finding) {
  json.open_object(Layout::row);
  json.member("rule", std::string_view(finding.rule));
  json.member("step", std::string_view(finding.step));
  json.member("text", std::string_view(finding.text));
  if (finding.range) {
    json.key("range").open_object(Layout::row);
    json.member_address("base", raw(finding.range->base()));
    json.member_address("size", finding.range->size());
    json.close();
  }
  json.close();
}

}  // namespace

void write_checks(JsonWriter& json, const std::vector<boot::CheckReport>& checks) {
  if (checks.empty()) return;
  json.key("checks").open_array();
  for (const boot::CheckReport& check : checks) {
    json.open_object();
    json.member("name", std::string_view(check.name));
    json.member("version", std::string_view(check.version));
    json.key("findings").open_array();
    for (const boot::Finding& finding : check.findings) write_finding(json, finding);
    json.close();
    json.close();
  }
  json.close();
}

}  // namespace memmap::report
