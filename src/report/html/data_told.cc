// The page's data of what a boot told: events, memblock's calls, losses, steps.
#include <algorithm>

#include "report/form/names.h"
#include "report/html/data_sections.h"

namespace memmap::report {
namespace {

// The firmware's map as the kernel prints it: a line for each entry, which the tables have already.
bool is_printed_entry(const Event& e) {
  return e.step == "e820__memory_setup" && e.rule.function == "e820__print_table";
}

std::vector<const Event*> kept_events(const boot::Outcome& outcome) {
  std::vector<const Event*> out;
  for (const Event& e : outcome.events) {
    if (!is_printed_entry(e)) out.push_back(&e);
  }
  return out;
}

void write_events(DataWriter& out, const boot::Outcome& outcome) {
  const std::vector<const Event*> events = kept_events(outcome);
  const auto of_hand_over = std::count_if(
      outcome.events.begin(),
      outcome.events.begin() + static_cast<std::ptrdiff_t>(outcome.events_at_hand_over),
      [](const Event& e) { return !is_printed_entry(e); });
  out.open("events");
  out.json.member("at_hand_over", static_cast<std::uint64_t>(of_hand_over));
  out.texts("severity", events, [](const Event* e) { return severity_name(e->severity); });
  out.texts("step", events, [](const Event* e) { return std::string_view(e->step); });
  out.texts("rule", events, [](const Event* e) { return std::string_view(e->rule.function); });
  out.texts("file", events, [](const Event* e) { return std::string_view(e->rule.file); });
  out.texts("text", events, [](const Event* e) { return std::string_view(e->text); });
  out.texts("by", events, [](const Event* e) { return std::string_view(e->by); });
  out.numbers("has_range", events, [](const Event* e) { return e->range.has_value(); });
  out.ranges(events, [](const Event* e) { return e->range.value_or(PhysRange{}); });
  out.close();
}

// A call that changes a list, and how many kept events were told before it.
struct KeptCall {
  const boot::MemblockLine* line = nullptr;
  std::size_t events = 0;
};

// Where a loss stands: behind so many kept calls, and so many kept events.
struct Place {
  std::size_t calls = 0;
  std::size_t events = 0;
};

struct Told {
  std::vector<KeptCall> calls{};
  std::vector<Place> losses{};  // of each loss of the outcome
};

// Walks through all that was told, in order; a loss stands before the first thing told after it.
Told merged(const boot::Outcome& outcome) {
  Told out;
  out.losses.resize(outcome.losses.size());
  std::vector<std::size_t> order(outcome.losses.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return outcome.losses[i].told; });
  auto next_loss = order.begin();
  std::size_t told = 0;
  std::size_t event = 0;
  std::size_t kept = 0;
  const auto losses_to = [&](std::size_t end) {
    for (; next_loss != order.end() && outcome.losses[*next_loss].told <= end; ++next_loss)
      out.losses[*next_loss] = {out.calls.size(), kept};
  };
  const auto events_to = [&](std::size_t end) {
    for (; event < end; ++event, ++told) {
      losses_to(told);
      kept += !is_printed_entry(outcome.events[event]);
    }
  };
  for (const auto* log : {&outcome.memblock_log.early, &outcome.memblock_log.lines}) {
    for (const boot::MemblockLine& line : *log) {
      events_to(std::min(line.events, outcome.events_at_hand_over));
      losses_to(told++);
      if (!line.dump && line.call.kind != memblock::CallKind::alloc)
        out.calls.push_back({&line, kept});
    }
  }
  events_to(outcome.events_at_hand_over);
  losses_to(outcome.events.size() + told);
  return out;
}

void write_calls(DataWriter& out, const std::vector<KeptCall>& calls) {
  out.open("calls");
  out.numbers("kind", calls, [](const KeptCall& c) { return static_cast<int>(c.line->call.kind); });
  out.ranges(calls, [](const KeptCall& c) { return c.line->call.range; });
  out.texts("owner", calls, [](const KeptCall& c) { return c.line->call.caller.owner.words(); });
  out.texts("asker", calls, [](const KeptCall& c) {
    const memblock::Caller& caller = c.line->call.caller;
    return caller.asker.empty() ? caller.function : caller.asker;
  });
  out.texts("step", calls, [](const KeptCall& c) { return c.line->step; });
  std::size_t before = 0;
  out.numbers("events", calls,
              [&](const KeptCall& c) { return c.events - std::exchange(before, c.events); });
  out.close();
}

void write_losses(DataWriter& out, const std::vector<boot::Loss>& losses,
                  const std::vector<Place>& places) {
  out.open("losses");
  out.ranges(losses, [](const boot::Loss& l) { return l.range; });
  out.texts("function", losses, [](const boot::Loss& l) { return std::string_view(l.function); });
  out.texts("by", losses, [](const boot::Loss& l) { return std::string_view(l.by); });
  out.numbers("calls", places, [](const Place& p) { return p.calls; });
  out.numbers("events", places, [](const Place& p) { return p.events; });
  out.close();
}

template <class Row, class Range, class Write>
void write_change(DataWriter& out, std::string_view key, const account::ListChange<Row>& change,
                  const Range& range, const Write& write) {
  if (change.empty()) return;
  out.open(key);
  for (const auto& [name, rows] : {std::pair("gone", &change.gone), {"come", &change.come}}) {
    if (rows->empty()) continue;
    out.open(name);
    out.ranges(*rows, range);
    write(*rows);
    out.close();
  }
  out.close();
}

void write_regions_change(DataWriter& out, std::string_view key,
                          const account::ListChange<memblock::Region>& change) {
  write_change(
      out, key, change, [](const memblock::Region& r) { return r.range; },
      [&](const memblock::Regions& rows) { write_flags_and_nids(out, rows); });
}

void write_e820_change(DataWriter& out, const account::ListChange<E820Entry>& change) {
  write_change(
      out, "e820", change,
      [](const E820Entry& e) {
        return PhysRange::make(raw(e.addr), e.wraps() ? ~std::uint64_t{0} : e.end());
      },
      [&](const std::vector<E820Entry>& rows) {
        out.texts("type", rows, [](const E820Entry& e) { return e820_name(e.type); });
      });
}

// The table begins as the firmware's, which the page has already.
bool is_firmware_table(const account::ListChange<E820Entry>& change, const boot::Outcome& outcome) {
  return !change.come.empty() && change.gone.empty() &&
         change.come == outcome.state.e820.firmware.entries();
}

}  // namespace

void write_told_data(DataWriter& out, const PageSubject& s) {
  const Told told = merged(s.outcome);
  write_events(out, s.outcome);
  write_calls(out, told.calls);
  write_losses(out, s.outcome.losses, told.losses);
}

void write_steps_data(DataWriter& out, const PageSubject& s) {
  out.json.key("steps").open_array();
  for (const account::StepChange& c : s.steps) {
    if (!c.tells()) continue;
    out.json.open_object(Layout::row);
    out.json.member("function", out.strings.index(c.step->function));
    out.json.member("phase", out.strings.index(c.step->phase));
    out.json.member("file", out.strings.index(c.step->file));
    out.json.member("events", c.events);
    out.json.member("calls", c.calls);
    if (is_firmware_table(c.e820, s.outcome)) {
      out.json.member("e820", "firmware");
    } else {
      write_e820_change(out, c.e820);
    }
    write_regions_change(out, "memory", c.memory);
    write_regions_change(out, "reserved", c.reserved);
    out.json.close();
  }
  out.json.close();
}

}  // namespace memmap::report
