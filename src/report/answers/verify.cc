#include "report/answers/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/form/json_writer.h"
#include "report/form/page.h"
#include "report/form/units.h"
#include "report/json/subject.h"
#include "report/text/sections.h"

namespace memmap::report {
namespace {

using witness::Statement;
using witness::Tally;
using witness::Verdict;

// Calls of memblock as one more kind.
std::optional<Tally> of_calls(const VerifiedLog& log) {
  if (!log.calls) return std::nullopt;
  const replay::Report& r = *log.calls;
  const std::size_t checked = r.allocations.checked + r.growths.checked + r.dumps;
  return Tally{.id = "memblock_calls",
               .words = "memblock's calls, replayed",
               .agree = checked - std::min(checked, r.mismatch_count),
               .differ = r.mismatch_count,
               .unknown = r.allocations.not_checked + r.growths.not_checked};
}

std::vector<Tally> kinds_of(const VerifiedLog& log) {
  std::vector<Tally> out = witness::tallies(log.comparison);
  if (const auto calls = of_calls(log)) out.push_back(*calls);
  return out;
}

void add(Tally& sum, const Tally& one) {
  sum.agree += one.agree;
  sum.differ += one.differ;
  sum.unknown += one.unknown;
  sum.facts += one.facts;
}

Tally sum_of(std::span<const Tally> all) {
  Tally sum;
  for (const Tally& t : all) add(sum, t);
  return sum;
}

std::vector<Tally> by_kind(std::span<const VerifiedLog> logs) {
  std::vector<Tally> out;
  for (const VerifiedLog& log : logs) {
    for (const Tally& t : kinds_of(log)) {
      const auto known = std::ranges::find(out, t.id, &Tally::id);
      if (known == out.end()) {
        out.push_back(t);
      } else {
        add(*known, t);
      }
    }
  }
  return out;
}

std::string number(std::size_t n) { return n == 0 ? "-" : fmt::format("{}", n); }

Row row_of(std::string name, const Tally& t) {
  return {{std::move(name)},
          {number(t.agree)},
          {number(t.differ), t.differ == 0 ? Paint::plain : Paint::red},
          {number(t.unknown), Paint::faint},
          {number(t.facts), Paint::faint}};
}

void write_table(Page& page, std::string_view first, std::vector<Row> rows) {
  page.blank();
  page.table({{std::string(first)},
              {"agree", Align::right},
              {"differ", Align::right},
              {"cannot know", Align::right},
              {"facts", Align::right}},
             std::move(rows));
}

std::string verdict(const Tally& sum) {
  const std::size_t known = sum.agree + sum.differ;
  std::string text =
      known == 0 ? std::string("no statement that can be compared")
                 : fmt::format("agrees in {} of {}", sum.agree, counted(known, "statement"));
  if (known != 0 && sum.differ != 0) text += fmt::format(" ({})", percent(sum.agree, known));
  if (sum.unknown != 0) text += fmt::format("; {} cannot be known", sum.unknown);
  if (sum.facts != 0) text += fmt::format("; the boot was made with {} more", sum.facts);
  return text;
}

void write_differences(Page& page, const VerifiedLog& log) {
  for (const Statement& s : log.comparison.statements) {
    if (s.verdict != Verdict::differs) continue;
    page.blank();
    page.paragraph("", page.foreign(fmt::format("{}:{}: {}", log.file, s.line, s.says)),
                   Paint::strong);
    page.paragraph("    memmap has  ", page.foreign(s.memmap));
    page.paragraph("    likely      ", page.foreign(s.reason), Paint::faint);
  }
  if (!log.calls) return;
  for (const replay::Mismatch& m : log.calls->mismatches) {
    page.blank();
    page.paragraph("", page.foreign(fmt::format("{}:{}: {}", log.file, m.line, m.text)),
                   Paint::strong);
    page.paragraph("    memmap has  ", page.foreign(m.what));
  }
}

// Why statements cannot be known, and how many of which kind.
void write_unknown(Page& page, std::span<const VerifiedLog> logs) {
  std::map<std::string, std::map<std::string, std::size_t>> reasons;
  for (const VerifiedLog& log : logs) {
    for (const Statement& s : log.comparison.statements) {
      if (s.verdict == Verdict::unknown) ++reasons[s.reason][std::string(s.kind->words)];
    }
  }
  if (reasons.empty()) return;
  page.heading("Cannot be known");
  for (const auto& [reason, kinds] : reasons) {
    std::string text;
    for (const auto& [words, count] : kinds)
      text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", words, count);
    page.paragraph("  - ", page.foreign(fmt::format("{}: {}", reason, text)));
  }
}

void write_logs(Page& page, std::span<const VerifiedLog> logs) {
  std::vector<Row> rows;
  Tally all;
  for (const VerifiedLog& log : logs) {
    const Tally sum = sum_of(kinds_of(log));
    add(all, sum);
    rows.push_back(row_of(page.foreign(log.file), sum));
  }
  page.line(fmt::format("{}: {}", counted(logs.size(), "log"), verdict(all)), Paint::strong);
  write_table(page, "log", std::move(rows));
}

void write_counts(JsonWriter& json, const Tally& t) {
  json.member("agree", t.agree);
  json.member("differ", t.differ);
  json.member("unknown", t.unknown);
  json.member("facts", t.facts);
}

void write_statements(JsonWriter& json, std::string_view key, const VerifiedLog& log,
                      Verdict verdict) {
  json.key(key).open_array();
  for (const Statement& s : log.comparison.statements) {
    if (s.verdict != verdict) continue;
    json.open_object(Layout::row);
    json.member("line", s.line);
    json.member("kind", s.kind->id);
    json.member("says", std::string_view(s.says));
    if (verdict == Verdict::differs) json.member("memmap", std::string_view(s.memmap));
    json.member("reason", std::string_view(s.reason));
    json.close();
  }
  if (verdict == Verdict::differs && log.calls) {
    for (const replay::Mismatch& m : log.calls->mismatches) {
      json.open_object(Layout::row);
      json.member("line", m.line);
      json.member("kind", "memblock_calls");
      json.member("says", std::string_view(m.text));
      json.member("memmap", std::string_view(m.what));
      json.member("reason", "");
      json.close();
    }
  }
  json.close();
}

void write_log(JsonWriter& json, const VerifiedLog& log) {
  const std::vector<Tally> kinds = kinds_of(log);
  json.open_object();
  json.member("file", std::string_view(log.file));
  write_subject(json, log.subject);
  json.key("counts").open_object(Layout::row);
  write_counts(json, sum_of(kinds));
  json.close();
  json.key("kinds").open_array();
  for (const Tally& t : kinds) {
    json.open_object(Layout::row);
    json.member("kind", t.id);
    write_counts(json, t);
    json.close();
  }
  json.close();
  write_statements(json, "differ", log, Verdict::differs);
  write_statements(json, "unknown", log, Verdict::unknown);
  json.key("unread").open_array();
  for (const std::string& why : log.unread) json.value(why);
  json.close();
  json.close();
}

}  // namespace

bool VerifiedLog::differs() const {
  return comparison.count(Verdict::differs) != 0 || (calls && calls->mismatch_count != 0);
}

std::string verify_to_text(std::span<const VerifiedLog> logs, const TextStyle& style) {
  TextStyle within = style;
  within.width = std::clamp(style.width, kMinWidth, kMaxWidth);
  Page page(within);
  if (logs.size() == 1) {
    write_subject(page, logs[0].subject);
    for (const std::string& why : logs[0].unread)
      page.paragraph("  not read      ", page.foreign(why));
    page.blank();
    page.line(page.foreign(logs[0].file) + ": " + verdict(sum_of(kinds_of(logs[0]))),
              Paint::strong);
  } else {
    write_logs(page, logs);
  }
  std::vector<Row> rows;
  for (const Tally& t : by_kind(logs)) rows.push_back(row_of(std::string(t.words), t));
  write_table(page, "kind of statement", std::move(rows));
  if (std::ranges::any_of(logs, &VerifiedLog::differs)) {
    page.heading("Differences");
    for (const VerifiedLog& log : logs) write_differences(page, log);
  }
  write_unknown(page, logs);
  return std::move(page).take();
}

std::string verify_to_json(std::span<const VerifiedLog> logs) {
  JsonWriter json;
  json.open_object();
  json.member("schema", kVerifySchema);
  std::vector<Tally> kinds = by_kind(logs);
  json.key("counts").open_object(Layout::row);
  write_counts(json, sum_of(kinds));
  json.close();
  json.key("logs").open_array();
  for (const VerifiedLog& log : logs) write_log(json, log);
  json.close();
  json.close();
  return std::move(json).finish();
}

}  // namespace memmap::report
