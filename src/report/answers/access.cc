#include "report/answers/access.h"

#include <fmt/format.h>

#include "report/form/json_writer.h"
#include "report/form/names.h"
#include "report/form/page.h"
#include "report/form/units.h"
#include "report/json/checks.h"
#include "report/json/subject.h"
#include "report/text/sections.h"

namespace memmap::report {
namespace {

using access::Answer;
using access::Served;
using access::Walk;

std::string_view outcome_name(Answer::Outcome outcome) {
  switch (outcome) {
    case Answer::Outcome::done:
      return "done";
    case Answer::Outcome::refused:
      return "refused";
    case Answer::Outcome::fault:
      return "fault";
  }
  return "?";
}

std::string table_place(const paging::TablePage& table) {
  return table.phys ? hex(raw(*table.phys), 8)
                    : fmt::format("(in the {})", origin_name(table.origin));
}

void write_walk(Page& page, const Walk& walk) {
  for (const paging::LookupStep& step : walk.steps) {
    std::string line = fmt::format("       level {}  table {}  entry {:>3}  {}", step.level,
                                   table_place(step.table), step.index, entry_name(step.entry));
    if (step.entry == paging::EntryKind::page && walk.mapping) {
      line += fmt::format(" of {}, {}", human_size(walk.mapping->page_size),
                          mapping_flags(walk.mapping->flags));
    }
    page.line(line, Paint::faint);
  }
}

void write_served(Page& page, const Served& s) {
  if (s.walk) {
    page.line(
        fmt::format("     {} -> {}, {}", hex(raw(s.virt)), hex(raw(s.phys)), human_size(s.size)));
    write_walk(page, *s.walk);
  } else {
    page.line(fmt::format("     {}, {}", hex(raw(s.phys)), human_size(s.size)));
  }
  page.paragraph("       there   ", page.foreign(s.there.words));
  if (!s.cached.empty()) {
    page.paragraph("       cached  ", s.cached + (s.cache_is_wrong ? ": wrong for a device" : ""),
                   s.cache_is_wrong ? Paint::yellow : Paint::plain);
  }
}

void write_answer(Page& page, std::size_t number, const Answer& answer) {
  page.blank();
  page.line(fmt::format("{:>3}  {}", number, page.foreign(answer.words)), Paint::strong);
  page.paragraph("     ", page.foreign(answer.text),
                 answer.outcome == Answer::Outcome::done ? Paint::plain : Paint::red);
  for (const Served& s : answer.served) write_served(page, s);
  if (answer.fault) write_walk(page, *answer.fault);
  // As they are: of some the columns count.
  for (const Event& e : answer.events) {
    page.line("     | " + page.foreign(e.text),
              e.severity == Severity::warning ? Paint::yellow : Paint::plain);
  }
  for (const std::string& model : answer.models) {
    page.paragraph("     model: ", model, Paint::faint);
  }
}

void write_walk(JsonWriter& json, const Walk& walk) {
  json.key("walk").open_array();
  for (const paging::LookupStep& step : walk.steps) {
    json.open_object(Layout::row);
    json.member("level", step.level);
    if (step.table.phys) json.member_address("table", raw(*step.table.phys));
    json.member("index", step.index);
    json.member("entry", entry_name(step.entry));
    json.close();
  }
  json.close();
}

void write_events(JsonWriter& json, const Events& events) {
  json.key("events").open_array();
  for (const Event& e : events) {
    json.open_object(Layout::row);
    json.member("severity", severity_name(e.severity));
    json.member("step", std::string_view(e.step));
    json.member("text", std::string_view(e.text));
    json.close();
  }
  json.close();
}

void write_served(JsonWriter& json, const Served& s) {
  json.open_object();
  if (s.walk) json.member_address("virt", raw(s.virt));
  json.member_address("phys", raw(s.phys));
  json.member("size", s.size);
  if (s.walk) {
    write_walk(json, *s.walk);
    json.member("page_size", s.walk->mapping->page_size);
    json.member("flags", std::string_view(mapping_flags(s.walk->mapping->flags)));
  }
  json.member("there", std::string_view(s.there.words));
  json.member("ram", s.there.ram);
  if (s.mode) {
    json.member("cache", ioremap::cattr_name(*s.mode));
    json.member("cached", std::string_view(s.cached));
    json.member("cache_is_wrong", s.cache_is_wrong);
  }
  json.close();
}

void write_answer(JsonWriter& json, std::size_t number, const Answer& answer) {
  json.open_object();
  json.member("number", number);
  json.member("step", std::string_view(answer.words));
  json.member("outcome", outcome_name(answer.outcome));
  json.member("text", std::string_view(answer.text));
  if (answer.address) json.member_address("address", *answer.address);
  json.key("served").open_array();
  for (const Served& s : answer.served) write_served(json, s);
  json.close();
  if (answer.fault) write_walk(json, *answer.fault);
  write_events(json, answer.events);
  json.key("models").open_array();
  for (const std::string& model : answer.models) json.value(std::string_view(model));
  json.close();
  json.close();
}

}  // namespace

std::string access_to_text(const boot::Outcome& outcome, const std::string& script,
                           const access::Answers& answers, const TextStyle& style) {
  const boot::Subject& subject = outcome.subject;
  Page page(style);
  page.paragraph("", page.foreign(fmt::format("{} ({})", subject.source, subject.format)),
                 Paint::strong);
  page.paragraph("  script        ", page.foreign(script));
  const std::string remark = subject.kernel_verified ? "" : fmt::format("; {}", kNotVerified);
  page.paragraph("  kernel        ", page.foreign(subject.kernel + remark));
  page.paragraph("  command line  ",
                 page.foreign(subject.command_line.empty() ? "(empty)" : subject.command_line));
  std::vector<std::string> notes = subject.notes;
  notes.insert(notes.end(), answers.notes.begin(), answers.notes.end());
  write_notes(page, notes);
  for (std::size_t i = 0; i < answers.steps.size(); ++i) {
    write_answer(page, i + 1, answers.steps[i]);
  }
  write_checks(page, outcome);
  return std::move(page).take();
}

std::string access_to_json(const boot::Outcome& outcome, const std::string& script,
                           const access::Answers& answers) {
  boot::Subject subject = outcome.subject;
  subject.notes.insert(subject.notes.end(), answers.notes.begin(), answers.notes.end());
  JsonWriter json;
  json.open_object();
  json.member("schema", kAccessSchema);
  write_subject(json, subject);
  json.member("script", std::string_view(script));
  json.key("steps").open_array();
  for (std::size_t i = 0; i < answers.steps.size(); ++i) {
    write_answer(json, i + 1, answers.steps[i]);
  }
  json.close();
  json.member("pat_enabled", answers.pat_enabled);
  json.key("memtypes").open_array();
  for (const ioremap::Memtype& m : answers.memtypes) {
    json.open_object(Layout::row);
    json.member_address("start", raw(m.range.base()));
    json.member_address("end", raw(m.range.end()));
    json.member("type", ioremap::cattr_name(m.type));
    json.close();
  }
  json.close();
  write_checks(json, outcome.checks);
  json.close();
  return std::move(json).finish();
}

std::string to_memtype_list(const access::Answers& answers) {
  if (!answers.pat_enabled) return {};
  std::string out = "PAT memtype list:\n";
  for (const ioremap::Memtype& m : answers.memtypes) {
    const std::uint64_t start = raw(m.range.base());
    const std::uint64_t end = raw(m.range.end());
    const std::string_view type = ioremap::cattr_name(m.type);
    out += answers.list_has_ranges
               ? fmt::format("PAT: [mem {:#018x}-{:#018x}] {}\n", start, end, type)
               : fmt::format("{} @ 0x{:x}-0x{:x}\n", type, start, end);
  }
  return out;
}

}  // namespace memmap::report
