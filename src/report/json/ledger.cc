#include "report/json/ledger.h"

#include <string_view>

namespace memmap::report {
namespace {

std::string_view stage_name(account::Stage stage) {
  switch (stage) {
    case account::Stage::lost:
      return "lost";
    case account::Stage::added:
      return "added";
    case account::Stage::reserved:
      return "reserved";
    case account::Stage::unusable:
      return "unusable";
  }
  return "";
}

void write_row(JsonWriter& json, const account::LedgerRow& row, Ranges ranges) {
  json.open_object(Layout::row);
  json.member("stage", stage_name(row.stage));
  json.member("what", std::string_view(row.what));
  if (!row.function.empty()) json.member("function", std::string_view(row.function));
  json.member("bytes", row.bytes);
  json.member("back", row.back);
  if (!row.remedy.empty()) json.member("remedy", std::string_view(row.remedy));
  if (ranges == Ranges::listed) {
    json.key("ranges").open_array(Layout::row);
    for (const PhysRange range : row.ranges) {
      json.open_object(Layout::row);
      json.member_address("base", raw(range.base()));
      json.member_address("size", range.size());
      json.close();
    }
    json.close();
  }
  json.close();
}

}  // namespace

void write_ledger_rows(JsonWriter& json, const std::vector<account::LedgerRow>& rows,
                       Ranges ranges) {
  json.key("rows").open_array();
  for (const account::LedgerRow& row : rows) write_row(json, row, ranges);
  json.close();
}

void write_ledger(JsonWriter& json, const account::Ledger& ledger, Ranges ranges) {
  json.key("ledger").open_object();
  if (ledger.installed) json.member("installed", *ledger.installed);
  json.member("firmware_ram", ledger.firmware_ram);
  json.member("memory", ledger.memory);
  json.member("handed_over", ledger.handed_over);
  if (ledger.mem_total) json.member("mem_total", *ledger.mem_total);
  write_ledger_rows(json, ledger.rows, ranges);
  json.close();
}

}  // namespace memmap::report
