// Tables of what happened: steps, events, where the RAM went, what the log says otherwise.
#include <fmt/format.h>

#include "report/form/names.h"
#include "report/form/units.h"
#include "report/table/columns.h"
#include "report/table/ledger_lines.h"
#include "report/table/things.h"

namespace memmap::report {
namespace {

using boot::StepDone;

Paint paint_of_severity(const Value& value) {
  const auto* name = std::get_if<std::string>(&value);
  if (name == nullptr) return Paint::plain;
  if (*name == severity_name(Severity::panic)) return Paint::alert;
  if (*name == severity_name(Severity::warning)) return Paint::yellow;
  return *name == severity_name(Severity::debug) ? Paint::faint : Paint::plain;
}

struct StepRow {
  std::size_t number = 0;  // from 1
  const StepDone* step = nullptr;
  bool stopped = false;  // the kernel panicked in it
};

struct EventRow {
  std::size_t number = 0;  // from 1
  const Event* event = nullptr;
};

struct LedgerLineRow {
  LedgerLine line{};
  std::uint64_t all = 0;  // what shares are of
};

// clang-format off
constexpr ColumnOf<StepRow> kSteps[] = {
    {{"number",    "#",        Kind::count,  Shown::always,      "its place among the steps that ran", faint},  [](const StepRow& r) { return number(r.number); }},
    {{"function",  "step",     Kind::text,   Shown::always,      "the kernel function that it stands for"},     [](const StepRow& r) { return text(r.step->function); }},
    {{"calls",     "calls",    Kind::tally,  Shown::always,      "of memblock"},                                [](const StepRow& r) { return number(r.step->calls); }},
    {{"memory",    "memory",   Kind::change, Shown::always,      "what memblock.memory has more, or less"},     [](const StepRow& r) { return change(r.step->memory); }},
    {{"reserved",  "reserved", Kind::change, Shown::always,      "what memblock.reserved has more, or less", yellow}, [](const StepRow& r) { return change(r.step->reserved); }},
    {{"mem_total", "MemTotal", Kind::change, Shown::always,      "what MemTotal counts more, or less", green},  [](const StepRow& r) { return change(r.step->mem_total); }},
    {{"events",    "events",   Kind::tally,  Shown::always,      "how many it told of"},                        [](const StepRow& r) { return number(r.step->events); }},
    {{"stopped",   "",         Kind::text,   Shown::always,      "`panic` where the kernel stopped", paint_of_severity}, [](const StepRow& r) { return text(r.stopped ? "panic" : ""); }},
    {{"phase",     "called by", Kind::text,  Shown::to_programs, "the kernel function that calls it"},          [](const StepRow& r) { return text(r.step->phase); }},
    {{"file",      "file",     Kind::text,   Shown::to_programs, "where it stands in the kernel", faint},       [](const StepRow& r) { return text(r.step->file); }},
};

constexpr ColumnOf<EventRow> kEvents[] = {
    {{"number",   "#",        Kind::count,   Shown::always,      "its place among the events", faint},         [](const EventRow& r) { return number(r.number); }},
    {{"severity", "severity", Kind::text,    Shown::always,      "debug, info, warning or panic", paint_of_severity}, [](const EventRow& r) { return text(severity_name(r.event->severity)); }},
    {{"step",     "step",     Kind::text,    Shown::always,      "the kernel function at work"},               [](const EventRow& r) { return text(r.event->step); }},
    {{"rule",     "rule",     Kind::text,    Shown::to_programs, "the kernel function whose rule it follows"}, [](const EventRow& r) { return text(to_string(r.event->rule)); }},
    {{"start",    "start",    Kind::address, Shown::to_programs, "the first byte that it is about"},           [](const EventRow& r) { return r.event->range ? number(raw(r.event->range->base())) : Value(); }},
    {{"end",      "end",      Kind::address, Shown::to_programs, "the first byte behind those"},               [](const EventRow& r) { return r.event->range ? number(raw(r.event->range->end())) : Value(); }},
    {{"by",       "by",       Kind::text,    Shown::to_programs, "the plugin that decided it, and why"},       [](const EventRow& r) { return text(r.event->by); }},
    {{"text",     "text",     Kind::text,    Shown::always,      "in the kernel's words, where it has any"},   [](const EventRow& r) { return text(r.event->text); }},
};

constexpr ColumnOf<LedgerLineRow> kLedger[] = {
    {{"sign",     "",       Kind::text,  Shown::always,      "`=`: a sum; `-`, `+`: what the next one has less or more", strong}, [](const LedgerLineRow& r) { return text(sign_of(r.line.part)); }},
    {{"what",     "what",   Kind::text,  Shown::always,      "who has it, or why it is not there"},   [](const LedgerLineRow& r) { return text(r.line.what); }},
    {{"part",     "part",   Kind::text,  Shown::to_programs, "sum, lost, added, reserved, unusable or back"}, [](const LedgerLineRow& r) { return text(part_name(r.line.part)); }},
    {{"size",     "size",   Kind::bytes, Shown::always,      "bytes"},                                [](const LedgerLineRow& r) { return number(r.line.bytes); }},
    {{"share",    "share",  Kind::share, Shown::to_people,   "of the RAM that there is", faint},      [](const LedgerLineRow& r) { return text(percent(r.line.bytes, r.all)); }},
    {{"back",     "back",   Kind::bytes, Shown::always,      "of it, what MemTotal counts again", green}, [](const LedgerLineRow& r) { return some(r.line.back()); }},
    {{"ranges",   "ranges", Kind::count, Shown::always,      "how many it has"},                      [](const LedgerLineRow& r) { return some(r.line.ranges()); }},
    {{"function", "by",     Kind::text,  Shown::always,      "the kernel function that took it", faint}, [](const LedgerLineRow& r) { return text(r.line.function()); }},
    {{"remedy",   "remedy", Kind::text,  Shown::to_programs, "what would bring it back"},             [](const LedgerLineRow& r) { return text(r.line.remedy()); }},
};

constexpr ColumnOf<boot::LogDifference> kLog[] = {
    {{"line",   "line",   Kind::count, Shown::always, "of the log, from 1", faint},       [](const boot::LogDifference& d) { return number(d.line); }},
    {{"says",   "says",   Kind::text,  Shown::always, "what the kernel said there"},      [](const boot::LogDifference& d) { return text(d.says); }},
    {{"memmap", "memmap", Kind::text,  Shown::always, "what this boot has in its place", yellow}, [](const boot::LogDifference& d) { return text(d.memmap); }},
    {{"reason", "reason", Kind::text,  Shown::always, "what that may come of"},           [](const boot::LogDifference& d) { return text(d.reason); }},
};
// clang-format on

std::vector<StepRow> step_rows(const boot::Outcome& outcome) {
  std::vector<StepRow> out;
  for (const StepDone& s : outcome.steps) out.push_back({out.size() + 1, &s});
  if (outcome.panicked && !out.empty()) out.back().stopped = true;
  return out;
}

std::vector<EventRow> event_rows(const Events& events) {
  std::vector<EventRow> out;
  for (const Event& e : events) out.push_back({out.size() + 1, &e});
  return out;
}

std::vector<LedgerLineRow> ledger_rows(const account::Ledger& ledger) {
  std::vector<LedgerLineRow> out;
  for (const LedgerLine& line : ledger_lines(ledger)) out.push_back({line, all_of(ledger)});
  return out;
}

}  // namespace

Listing list_steps(const Facts* facts) {
  return listing_of(kSteps, facts == nullptr ? std::vector<StepRow>() : step_rows(facts->outcome));
}

Listing list_events(const Facts* facts) {
  return listing_of(kEvents,
                    facts == nullptr ? std::vector<EventRow>() : event_rows(facts->outcome.events));
}

Listing list_ledger(const Facts* facts) {
  return listing_of(kLedger, facts == nullptr || facts->ledger == nullptr
                                 ? std::vector<LedgerLineRow>()
                                 : ledger_rows(*facts->ledger));
}

Listing list_log(const Facts* facts) {
  return listing_of(kLog, facts == nullptr || !facts->outcome.log
                              ? std::vector<boot::LogDifference>()
                              : facts->outcome.log->differ);
}

}  // namespace memmap::report
