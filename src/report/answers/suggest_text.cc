#include <fmt/format.h>

#include <algorithm>

#include "report/answers/suggest.h"
#include "report/form/page.h"
#include "report/form/units.h"
#include "report/text/sections.h"

namespace memmap::report {
namespace {

using suggest::Proof;
using suggest::Suggestion;

// `all 1,015 places`, `4,096 of 131,000 places, evenly spread`
std::string tried_text(const Proof& proof) {
  if (proof.places == 1) return "the one place that the kernel's image has";
  if (proof.boots == proof.places) return fmt::format("all {}", counted(proof.places, "place"));
  return fmt::format("{} of {} places, evenly spread", grouped(proof.boots), grouped(proof.places));
}

std::string good_text(const Proof& proof) {
  if (proof.boots == 0) return "-";
  if (proof.proved()) return "in all";
  if (proof.good == 0) return "in none";
  return fmt::format("in {} ({} of {})", percent(proof.good, proof.boots), grouped(proof.good),
                     grouped(proof.boots));
}

std::string where_text(const Proof& proof) {
  if (proof.at.empty()) return {};
  const std::string lowest = hex(proof.at.begin()->first);
  if (!proof.moves()) return lowest;
  return fmt::format("{} to {} ({})", lowest, hex(proof.at.rbegin()->first),
                     counted(proof.at.size(), "place"));
}

std::string signed_size(std::int64_t bytes) {
  const bool less = bytes < 0;
  return (less ? "-" : "") + human_size(static_cast<std::uint64_t>(less ? -bytes : bytes));
}

std::string cost_text(const Proof& proof) {
  if (proof.good == 0) return {};
  const std::string least = signed_size(proof.cost_least);
  const std::string most = signed_size(proof.cost_most);
  constexpr std::int64_t kAlike = static_cast<std::int64_t>(kMiB);
  if (least == most || proof.cost_most - proof.cost_least < kAlike) return most;
  return fmt::format("{} to {}", least, most);
}

void write_proof(Page& page, const Suggestion& suggestion) {
  const Proof& proof = suggestion.proof;
  page.heading("Proof", fmt::format("boots with the image at {}", tried_text(proof)));
  if (!proof.why_one.empty())
    page.paragraph("  one place  ", page.foreign(proof.why_one), Paint::faint);
  std::vector<Row> rows;
  rows.push_back({{"  does what it says"}, {good_text(proof), Paint::strong}});
  if (!proof.at.empty()) rows.push_back({{"  begins at"}, {where_text(proof)}});
  rows.push_back({{"  costs of MemTotal"}, {cost_text(proof)}});
  rows.push_back(
      {{"  depends on KASLR"},
       {proof.moves() ? "where it lies"
                      : (proof.places == 1 ? "nothing: there is one place" : "nothing")}});
  page.table({{""}, {""}}, std::move(rows));
  constexpr std::size_t kMost = 6;
  if (!proof.moves()) return;
  std::size_t shown = 0;
  for (const auto& [at, boots] : proof.at) {
    if (++shown > kMost) {
      page.line(fmt::format("    ... and {} more (--format json has all)", proof.at.size() - kMost),
                Paint::faint);
      break;
    }
    page.line(fmt::format("    {} in {}", hex(at), counted(boots, "boot")));
  }
}

void write_others(Page& page, const Suggestion& suggestion) {
  if (suggestion.others.empty()) return;
  page.heading("Tried as well");
  for (const suggest::Tried& tried : suggestion.others) {
    page.line("  " + page.foreign(tried.parameter), Paint::strong);
    std::string what = fmt::format("had {}", good_text(tried.proof));
    if (!tried.proof.at.empty()) what += fmt::format(", from {}", where_text(tried.proof));
    if (tried.proof.good != 0) what += fmt::format(", costs {}", cost_text(tried.proof));
    if (!tried.proof.fault.empty())
      what += fmt::format("; the first without, the image at {}", hex(raw(tried.proof.fault_at)));
    if (tried.proof.boots != 0) page.paragraph("    ", what);
    page.paragraph("    ", page.foreign(tried.why), Paint::faint);
  }
}

void write_excluded(Page& page, const Suggestion& suggestion) {
  if (suggestion.excluded.empty()) return;
  page.heading("What was left out", "and why");
  std::vector<Row> rows;
  for (const suggest::Excluded& e : suggestion.excluded)
    rows.push_back({{"  " + span(e.range)}, {human_size(e.range.size())}, {page.foreign(e.why)}});
  page.table({{""}, {"size", Align::right}, {""}}, std::move(rows));
}

void write_lines(Page& page, const Suggestion& suggestion) {
  page.heading("How to write it");
  for (const suggest::LoaderLine& line : suggest::loader_lines(suggestion.parameter)) {
    page.line(fmt::format("  {}, {}", line.loader, line.where), Paint::faint);
    page.line("    " + page.foreign(line.text));
    if (!line.note.empty()) page.paragraph("      ", line.note, Paint::faint);
  }
}

std::string lead_of(const Suggestion& suggestion) {
  if (suggestion.parameter.empty())
    return fmt::format("no {} can be suggested: {}", suggestion.what, suggestion.why);
  return fmt::format("{}: {}", suggestion.parameter, suggestion.why);
}

std::string lead_of(const suggest::CheckedLine& checked) {
  if (!checked.offered.empty())
    return fmt::format(
        "the line makes persistent memory of bad memory, as {}: no RAM, but /dev/pmem0 offers it",
        span(checked.offered.front()));
  const std::string all = human_size(checked.bad);
  if (checked.uncovered.empty())
    return fmt::format("the line covers all of the bad memory, {}; it takes {} of RAM", all,
                       human_size(checked.taken));
  std::uint64_t left = 0;
  for (const PhysRange r : checked.uncovered) left += r.size();
  return fmt::format("the line leaves {} of {} of bad memory to the kernel", human_size(left), all);
}

void write_checked(Page& page, const suggest::CheckedLine& checked) {
  page.paragraph(
      "", page.foreign(lead_of(checked)),
      checked.uncovered.empty() && checked.offered.empty() ? Paint::strong : Paint::yellow);
  constexpr std::size_t kMost = 10;
  for (std::size_t i = 0; i < std::min(kMost, checked.uncovered.size()); ++i)
    page.line("  not covered: " + span(checked.uncovered[i]));
  if (checked.uncovered.size() > kMost)
    page.line(fmt::format("  ... and {} more", checked.uncovered.size() - kMost));
  page.blank();
}

}  // namespace

std::string suggest_to_text(const SuggestAnswer& answer, const TextStyle& style) {
  const Suggestion& suggestion = answer.suggestion;
  Page page(style);
  if (answer.checked != nullptr) write_checked(page, *answer.checked);
  page.paragraph("", page.foreign(lead_of(suggestion)),
                 suggestion.parameter.empty() ? Paint::yellow : Paint::strong);
  page.blank();
  write_subject(page, answer.subject);
  if (!suggestion.parameter.empty() && suggestion.proof.boots != 0) write_proof(page, suggestion);
  write_others(page, suggestion);
  write_excluded(page, suggestion);
  if (!suggestion.parameter.empty()) write_lines(page, suggestion);
  std::vector<std::string> needs = suggestion.needs;
  for (const std::string& text : suggestion.proof.assumed) needs.push_back("assumed: " + text);
  if (!needs.empty()) {
    page.heading("What else it needs");
    for (const std::string& text : needs) page.paragraph("  ", page.foreign(text));
  }
  return std::move(page).take();
}

}  // namespace memmap::report
