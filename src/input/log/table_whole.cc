#include "input/log/table_whole.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <span>

#include "machine/e820_words.h"

namespace memmap::input {
namespace {

std::string shown(const E820Entry& entry) {
  return fmt::format("[{:#x}-{:#x}] {}", raw(entry.addr), entry.end() - 1, e820_name(entry.type));
}

bool same(std::span<const PrintedEntry> a, std::span<const PrintedEntry> b) {
  return std::ranges::equal(a, b, {}, &PrintedEntry::entry, &PrintedEntry::entry);
}

bool holds(const PrintedTable& table, const PrintedEntry& wanted) {
  return std::ranges::any_of(table, [&](const PrintedEntry& e) { return e.entry == wanted.entry; });
}

// Whether all of `part` stands in `table`.
bool holds_all(const PrintedTable& table, const PrintedTable& part) {
  return std::ranges::all_of(part, [&](const PrintedEntry& e) { return holds(table, e); });
}

Error error_in(const LogText& log, const PrintedEntry& where, std::string message) {
  const std::string_view whole = log.file_line(where.line);
  return error_at(log.name(), {where.line, whole, 1, whole.size()}, std::move(message));
}

void drop_copies(const LogText& log, PrintedTable& table, std::string_view what,
                 std::vector<std::string>& notes) {
  PrintedTable out;
  std::size_t copies = 0;
  for (const PrintedEntry& e : table) {
    const auto first = std::ranges::find(out, e.entry, &PrintedEntry::entry);
    if (first == out.end() || e.gap) {
      out.push_back(e);
      continue;
    }
    if (++copies == 1) {
      notes.push_back(fmt::format("{}: this entry of {} stands in line {}, too; it was taken once",
                                  at_line(log, e.line), what, first->line));
    }
  }
  if (copies > 1) {
    notes.back() += fmt::format(" ({} more like it)", copies - 1);
  }
  table = std::move(out);
}

void sort_entries(const LogText& log, PrintedTable& table, std::string_view what,
                  std::vector<std::string>& notes) {
  const auto by_addr = [](const PrintedEntry& e) { return raw(e.entry.addr); };
  const auto late = std::ranges::is_sorted_until(table, {}, by_addr);
  if (late == table.end()) return;
  notes.push_back(fmt::format(
      "{}: this entry of {} stands behind a higher one, as no kernel prints it: lines were moved, "
      "or two logs are mixed; the entries were sorted",
      at_line(log, late->line), what));
  std::ranges::stable_sort(table, {}, by_addr);
}

void find_overlaps(const LogText& log, const PrintedTable& table, std::string_view what,
                   Errors& errors) {
  for (std::size_t i = 1; i < table.size() && errors.size() < Faults::kMost; ++i) {
    const PrintedEntry& a = table[i - 1];
    const PrintedEntry& b = table[i];
    if (raw(b.entry.addr) >= a.entry.end()) continue;
    const PrintedEntry& later = a.line > b.line ? a : b;
    const PrintedEntry& earlier = a.line > b.line ? b : a;
    errors.push_back(error_in(
        log, later,
        fmt::format("this entry of {} covers addresses of line {} ({} and {}), which no kernel "
                    "prints: a line is damaged, or two logs are mixed; give one of them whole",
                    what, earlier.line, shown(a.entry), shown(b.entry))));
  }
}

// Since v7.0 gaps are printed, from 0 on: every line begins where the one before ends.
void find_holes(const LogText& log, const PrintedTable& table, std::string_view what,
                Errors& errors) {
  if (std::ranges::none_of(table, &PrintedEntry::gap)) return;
  std::uint64_t end = 0;
  for (const PrintedEntry& e : table) {
    if (raw(e.entry.addr) > end) {
      errors.push_back(error_in(
          log, e,
          fmt::format("of {} the lines for [{:#x}-{:#x}] are missing before this one: this kernel "
                      "prints gaps, too",
                      what, end, raw(e.entry.addr) - 1)));
    }
    end = std::max(end, e.entry.end());
  }
}

// Memory that a firmware hands out has no holes: of 240 real machines' maps one has. A hole there
// is as wide as the entry whose line was lost.
void find_unusual_holes(const LogText& log, const PrintedTable& table, std::string_view what,
                        std::vector<std::string>& notes) {
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  constexpr std::uint64_t kBaseMemory = std::uint64_t{0x9f000};
  constexpr std::uint64_t kFourGiB = std::uint64_t{1} << 32;
  std::uint64_t top = 0;  // of low memory
  for (const PrintedEntry& e : table) {
    const bool memory = e.entry.type == E820Type::ram || e.entry.type == E820Type::acpi ||
                        e.entry.type == E820Type::nvs;
    if (e.gap) return;
    if (memory && e.entry.end() <= kFourGiB) top = e.entry.end();
  }
  for (std::size_t i = 1; i < table.size(); ++i) {
    const std::uint64_t end = table[i - 1].entry.end();
    const std::uint64_t start = raw(table[i].entry.addr);
    const bool low = start < kBaseMemory;
    if ((end < kMiB && !low) || start <= end || start >= top) continue;
    notes.push_back(fmt::format(
        "{}: before this entry of {} there is a hole, [{:#x}-{:#x}], amid memory, which is rare: a "
        "line may be lost",
        at_line(log, table[i].line), what, end, start - 1));
    return;
  }
}

std::int64_t microseconds(const std::string& stamp) {
  const std::size_t dot = stamp.find('.');
  return std::strtoll(stamp.c_str(), nullptr, 10) * 1'000'000 +
         std::strtoll(stamp.c_str() + dot + 1, nullptr, 10);
}

// Where each line's time stamp is one step later than that of the line before, and one is not, a
// line is missing.
void find_missed_stamps(const LogText& log, const PrintedTable& table, std::string_view what,
                        std::vector<std::string>& notes) {
  if (table.size() < 3) return;
  std::vector<std::int64_t> steps;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i].stamp.find('.') == std::string::npos) return;
    if (i != 0) steps.push_back(microseconds(table[i].stamp) - microseconds(table[i - 1].stamp));
  }
  const std::int64_t step = *std::ranges::min_element(steps);
  if (step <= 0) return;
  const auto regular = static_cast<std::size_t>(std::ranges::count(steps, step));
  if (regular * 2 <= steps.size()) return;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i] == step || steps[i] % step != 0 || table[i + 1].line != table[i].line + 1)
      continue;
    notes.push_back(fmt::format(
        "{}: the time stamps of {} go on by {} us a line, but {} us before this one: a line of the "
        "table may be missing",
        at_line(log, table[i + 1].line), what, step, steps[i]));
  }
}

}  // namespace

std::string at_line(const LogText& log, std::size_t line) {
  return fmt::format("{}:{}", log.name(), line);
}

PrintedTable chosen_run(const LogText& log, std::vector<PrintedTable>& runs, std::string_view what,
                        std::vector<std::string>& notes) {
  PrintedTable best;
  for (PrintedTable& run : runs) {
    if (run.empty() || same(run, best)) continue;
    if (best.empty()) {
      best = std::move(run);
      continue;
    }
    const bool front = run.size() < best.size() && same(run, std::span(best).first(run.size()));
    const bool longer = best.size() < run.size() && same(best, std::span(run).first(best.size()));
    if (front) continue;
    if (!longer) {
      const bool part = holds_all(best, run);
      notes.push_back(
          fmt::format("{}: the log prints {} more than once (line {}, too) and not alike; {}",
                      at_line(log, run.front().line), what, best.front().line,
                      part || holds_all(run, best) ? "the one with more entries was taken"
                                                   : "the last one was taken"));
      if (part) continue;
    }
    best = std::move(run);
  }
  return best;
}

Errors make_whole(const LogText& log, PrintedTable& table, std::string_view what,
                  std::vector<std::string>& notes) {
  if (std::ranges::any_of(table, [](const PrintedEntry& e) { return e.entry.wraps(); })) return {};
  find_missed_stamps(log, table, what, notes);
  drop_copies(log, table, what, notes);
  sort_entries(log, table, what, notes);
  Errors errors;
  find_overlaps(log, table, what, errors);
  find_holes(log, table, what, errors);
  find_unusual_holes(log, table, what, notes);
  return errors;
}

E820Entries entries_of(const PrintedTable& table) {
  E820Entries out;
  for (const PrintedEntry& e : table) {
    if (!e.gap) out.push_back(e.entry);
  }
  return out;
}

}  // namespace memmap::input
