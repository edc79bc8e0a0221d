#include "report/json/lines.h"

#include "account/ledger.h"
#include "report/form/json_writer.h"
#include "report/json/subject.h"
#include "report/table/things.h"
#include "report/table/write.h"

namespace memmap::report {
namespace {

std::string head(const boot::Outcome& outcome) {
  JsonWriter json;
  json.open_object(Layout::row);
  json.member("type", "head");
  json.member("schema", kLinesSchema);
  write_subject(json, outcome.subject);
  json.member("panicked", outcome.panicked);
  write_totals(json, outcome.totals);
  json.close();
  return std::move(json).finish();
}

}  // namespace

std::string to_json_lines(const boot::Outcome& outcome) {
  const account::Ledger ledger = account::ledger(outcome, account::memory_use(outcome));
  const Facts facts{.outcome = outcome, .ledger = &ledger};
  std::string out = head(outcome);
  for (const Thing& thing : things()) {
    // What is wrong with a parameter no boot tells.
    if (thing.list == list_parameters) continue;
    const Listing listing = for_programs(thing.list(&facts));
    for (const Values& row : listing.rows) {
      JsonWriter json;
      json.open_object(Layout::row);
      json.member("type", thing.item);
      write_members(json, listing.fields, row);
      json.close();
      out += std::move(json).finish();
    }
  }
  return out;
}

}  // namespace memmap::report
