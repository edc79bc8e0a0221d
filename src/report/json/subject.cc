#include "report/json/subject.h"

namespace memmap::report {

void write_subject(JsonWriter& json, const boot::Subject& s) {
  json.key("subject").open_object();
  json.member("source", std::string_view(s.source));
  json.member("format", std::string_view(s.format));
  json.member("kernel", std::string_view(s.kernel));
  json.member("kernel_origin", std::string_view(s.kernel_origin));
  json.member("kernel_verified", s.kernel_verified);
  json.member("command_line", std::string_view(s.command_line));
  json.member("policy", std::string_view(s.policy));
  json.close();
  json.key("notes").open_array();
  for (const std::string& note : s.notes) json.value(std::string_view(note));
  json.close();
}

void write_totals(JsonWriter& json, const boot::Totals& t) {
  json.member("firmware_ram", t.firmware_ram);
  json.member("memory", t.memory);
  json.member("reserved", t.reserved);
  json.member("managed_pages", t.managed_pages);
  json.member("free_pages", t.free_pages);
  if (t.mem_total_kib) json.member("mem_total_kib", *t.mem_total_kib);
}

}  // namespace memmap::report
