#include "report/json/log.h"

#include <string_view>

namespace memmap::report {

void write_log(JsonWriter& json, const boot::LogComparison& log) {
  json.key("log").open_object();
  json.member("file", std::string_view(log.name));
  json.member("statements", log.statements);
  json.member("agree", log.agree);
  json.member("unknown", log.unknown);
  json.key("differ").open_array();
  for (const boot::LogDifference& d : log.differ) {
    json.open_object(Layout::row);
    json.member("line", d.line);
    json.member("says", std::string_view(d.says));
    json.member("memmap", std::string_view(d.memmap));
    json.member("reason", std::string_view(d.reason));
    json.close();
  }
  json.close();
  json.close();
}

}  // namespace memmap::report
