#include "report/answers/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "paging/areas.h"
#include "paging/lookup.h"
#include "report/answers/fate_words.h"
#include "report/answers/mem_total.h"
#include "report/answers/story.h"
#include "report/form/json_writer.h"
#include "report/form/page.h"
#include "report/form/units.h"
#include "report/json/ledger.h"
#include "report/json/subject.h"
#include "report/text/sections.h"

namespace memmap::report {
namespace {

using account::LedgerRow;

constexpr std::size_t kLabel = 9;  // columns of the longest stage's name

// An address as it was asked for, and the byte that it reaches.
struct Asked {
  AddressQuestion question{};
  std::optional<PhysAddr> phys{};  // empty: a virtual address that nothing is mapped at
  std::string_view area{};         // of a virtual address
};

Asked asked_of(const Account& account, const AddressQuestion& question) {
  if (question.is_physical) return {question, PhysAddr{question.address}, {}};
  const paging::AddressSpace& tables = account.outcome.state.page_tables;
  const VirtAddr virt{question.address};
  const paging::Lookup found = paging::look_up(tables, virt);
  return {question, found.phys,
          found.canonical ? paging::area_of(virt, tables.levels(), tables.bases()) : ""};
}

// Of a virtual address, what it reaches, in front of what that is.
std::string reached_words(const Asked& asked) {
  if (asked.question.is_physical || !asked.phys) return {};
  return fmt::format("physical {}, through the {}; ", hex(raw(*asked.phys)), asked.area);
}

constexpr std::string_view kNotMapped =
    "no page table of the kernel's maps it at the hand-over; `memmap walk` follows it table by "
    "table";

void write_story(Page& page, const Asked& asked, const AddressStory& story) {
  page.heading(hex(asked.question.address), "step by step");
  std::string_view last;
  for (const StoryLine& line : story.lines) {
    const std::string lead = fmt::format("  {:{}}  ", line.stage == last ? "" : line.stage, kLabel);
    last = line.stage;
    page.paragraph(lead, page.foreign(line.function.empty()
                                          ? line.text
                                          : fmt::format("{}(): {}", line.function, line.text)));
  }
  const Paint paint = story.fate.counted() ? Paint::green : Paint::red;
  page.paragraph(fmt::format("  {:{}}  ", "MemTotal", kLabel), story.counts, paint);
}

void write_addresses(Page& page, const Account& account, const ExplainQuestion& question) {
  std::vector<std::pair<Asked, AddressStory>> stories;
  for (const AddressQuestion& q : question.addresses) {
    const Asked asked = asked_of(account, q);
    if (!asked.phys) {
      page.paragraph(hex(q.address) + ": ", kNotMapped, Paint::strong);
      continue;
    }
    AddressStory story = story_of(account.outcome, account.pieces, account.ledger, *asked.phys);
    page.paragraph(
        hex(q.address) + ": ",
        page.foreign(reached_words(asked) + answer_of(account.outcome, account.ledger, story.fate)),
        Paint::strong);
    stories.emplace_back(asked, std::move(story));
  }
  page.blank();
  write_subject(page, account.outcome.subject);
  for (const auto& [asked, story] : stories) write_story(page, asked, story);
}

// `MemTotal is 984.0M, of 1G that is plugged in`
std::string mem_total_words(const Account& account) {
  const account::Ledger& ledger = account.ledger;
  if (!ledger.mem_total) {
    const Events& events = account.outcome.events;
    return fmt::format("the kernel stopped before there was a MemTotal: {}",
                       account.outcome.panicked ? events.back().text : "no step is left");
  }
  return fmt::format("MemTotal is {} kB ({}), of {} that is {}", *ledger.mem_total >> 10,
                     human_size(*ledger.mem_total),
                     human_size(ledger.installed.value_or(ledger.firmware_ram)),
                     ledger.installed ? "plugged in" : "in the firmware's map");
}

void write_whole_ledger(Page& page, const Account& account) {
  std::string answer = mem_total_words(account);
  const std::string largest = largest_loss(account.ledger);
  if (!largest.empty()) answer += "; the largest loss is " + largest;
  page.paragraph("", page.foreign(answer), Paint::strong);
  page.blank();
  write_subject(page, account.outcome.subject);
  write_ledger(page, account.ledger, LedgerAside::functions);
  const std::vector<PartOfMemTotal> parts =
      parts_of_mem_total(account.outcome, account.pieces, account.ledger);
  if (parts.empty()) return;
  page.heading("What MemTotal is made of", "in bytes");
  std::vector<Row> rows;
  for (const PartOfMemTotal& part : parts) {
    rows.push_back(
        {{page.foreign(part.what)}, {grouped(part.bytes)}, {part.function, Paint::faint}});
  }
  rows.push_back({{"= MemTotal", Paint::strong}, {grouped(*account.ledger.mem_total)}});
  page.table({{""}, {"bytes", Align::right}, {"by"}}, std::move(rows));
}

void write_lost(Page& page, const Account& account) {
  const std::vector<LedgerRow> rows = lost_rows(account.ledger);
  const std::uint64_t firmware = kept_by_firmware(account.ledger);
  std::uint64_t all = firmware;
  std::uint64_t changeable = 0;
  for (const LedgerRow& row : rows) {
    all += row.kept();
    changeable += row.remedy.empty() ? 0 : row.kept();
  }
  page.paragraph("",
                 fmt::format("{} never come back; parameters would bring back up to {} of them; {}",
                             human_size(all), human_size(changeable), mem_total_words(account)),
                 Paint::strong);
  page.blank();
  write_subject(page, account.outcome.subject);
  if (changeable != 0) page.heading("What a parameter brings back", "what has it: how");
  for (const LedgerRow& row : rows) {
    if (row.remedy.empty()) continue;
    page.paragraph(
        fmt::format("  {:>7}  ", human_size(row.kept())),
        page.foreign(is_of_parameter(row) ? row.remedy
                                          : fmt::format("{}: {}", row.what, row.remedy)));
  }
  page.heading("What stays gone", "in bytes");
  std::vector<Row> table;
  if (firmware != 0)
    table.push_back({{human_size(firmware)}, {grouped(firmware)}, {"not in the firmware's map"}});
  for (const LedgerRow& row : rows) {
    if (!row.remedy.empty()) continue;
    table.push_back({{human_size(row.kept())},
                     {grouped(row.kept())},
                     {page.foreign(row.what)},
                     {row.function, Paint::faint}});
  }
  page.table({{"size", Align::right}, {"bytes", Align::right}, {""}, {"by"}}, std::move(table));
}

void json_story(JsonWriter& json, const Account& account, const AddressStory& story) {
  json.member("end", name_of(story.fate.end));
  json.member("in_mem_total", story.fate.counted());
  json.member("answer", answer_of(account.outcome, account.ledger, story.fate));
  json.member("what", std::string_view(story.what));
  if (const std::string_view remedy = remedy_of(story.fate); !remedy.empty())
    json.member("remedy", remedy);
  json.key("steps").open_array();
  for (const StoryLine& line : story.lines) {
    json.open_object(Layout::row);
    json.member("stage", line.stage);
    if (!line.function.empty()) json.member("function", std::string_view(line.function));
    json.member("text", std::string_view(line.text));
    if (line.range) {
      json.member_address("base", raw(line.range->base()));
      json.member_address("size", line.range->size());
    }
    json.close();
  }
  json.close();
}

void json_addresses(JsonWriter& json, const Account& account, const ExplainQuestion& question) {
  json.key("answers").open_array();
  for (const AddressQuestion& q : question.addresses) {
    const Asked asked = asked_of(account, q);
    json.open_object();
    if (!q.is_physical) json.member_address("virtual", q.address);
    if (asked.phys) {
      json.member_address("physical", raw(*asked.phys));
      json_story(json, account,
                 story_of(account.outcome, account.pieces, account.ledger, *asked.phys));
    } else {
      json.member("end", "not_mapped");
      json.member("answer", kNotMapped);
    }
    json.close();
  }
  json.close();
}

void json_parts(JsonWriter& json, const Account& account) {
  json.key("made_of").open_array();
  for (const PartOfMemTotal& part :
       parts_of_mem_total(account.outcome, account.pieces, account.ledger)) {
    json.open_object(Layout::row);
    json.member("what", std::string_view(part.what));
    json.member("function", std::string_view(part.function));
    json.member("bytes", part.bytes);
    json.close();
  }
  json.close();
}

}  // namespace

std::string explain_to_text(const Account& account, const ExplainQuestion& question,
                            const TextStyle& style) {
  Page page(style);
  if (!question.addresses.empty()) {
    write_addresses(page, account, question);
  } else if (question.only_lost) {
    write_lost(page, account);
  } else {
    write_whole_ledger(page, account);
  }
  return std::move(page).take();
}

std::string explain_to_json(const Account& account, const ExplainQuestion& question) {
  JsonWriter json;
  json.open_object();
  json.member("schema", kExplainSchema);
  write_subject(json, account.outcome.subject);
  if (!question.addresses.empty()) {
    json_addresses(json, account, question);
  } else if (question.only_lost) {
    json.key("lost").open_object();
    json.member("kept_by_firmware", kept_by_firmware(account.ledger));
    write_ledger_rows(json, lost_rows(account.ledger), Ranges::listed);
    json.close();
  } else {
    write_ledger(json, account.ledger, Ranges::listed);
    json_parts(json, account);
  }
  json.close();
  return std::move(json).finish();
}

}  // namespace memmap::report
