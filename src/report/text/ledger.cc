// Where the RAM went: the ledger as a section, and its largest loss as a sentence.
#include <fmt/format.h>

#include <algorithm>

#include "boot/owner.h"
#include "report/form/units.h"
#include "report/table/ledger_lines.h"
#include "report/text/sections.h"

namespace memmap::report {
namespace {

using account::Ledger;
using account::LedgerRow;
using account::Stage;

constexpr std::size_t kWidest = 34;

Paint paint_of(LedgerPart part) {
  switch (part) {
    case LedgerPart::lost:
    case LedgerPart::unusable:
      return Paint::red;
    case LedgerPart::sum:
    case LedgerPart::added:
      return Paint::strong;
    case LedgerPart::reserved:
      return Paint::yellow;
    case LedgerPart::back:
      break;
  }
  return Paint::green;
}

// The first sums have nothing to be a sum of.
bool begins(const LedgerLine& line) {
  return line.part == LedgerPart::sum && line.what.starts_with("RAM ");
}

// Whether there is room for sizes beside bytes, of which the largest are `all`: those of 1 TiB take four
// columns more than those of 1 GiB.
bool has_sizes(const Page& page, std::uint64_t all) {
  constexpr std::size_t kBesideBytes = 67;
  return page.style().width >= kBesideBytes + grouped(all).size();
}

Row row_of(const Page& page, const LedgerLine& line, std::uint64_t all, LedgerAside aside) {
  const bool has_shares = aside == LedgerAside::shares;
  const std::string name =
      begins(line) ? line.what : fmt::format("{} {}", sign_of(line.part), line.what);
  const std::string back = line.back() == 0            ? ""
                           : line.back() == line.bytes ? "all"
                                                       : human_size(line.back());
  std::string last(line.function());
  if (has_shares) last = line.row == nullptr ? "" : grouped(line.ranges());
  return {{cut(page.foreign(name), kWidest, page.charset()), paint_of(line.part)},
          {grouped(line.bytes)},
          {has_shares && has_sizes(page, all) ? human_size(line.bytes) : ""},
          {has_shares ? percent(line.bytes, all) : "", Paint::faint},
          {back, Paint::green},
          {last, Paint::faint}};
}

}  // namespace

void write_ledger(Page& page, const Ledger& ledger, LedgerAside aside) {
  const std::vector<LedgerLine> lines = ledger_lines(ledger);
  if (lines.empty()) return;
  page.heading("Where the RAM went", "in bytes");
  std::vector<Row> rows;
  for (const LedgerLine& line : lines) rows.push_back(row_of(page, line, all_of(ledger), aside));
  page.table({{""},
              {"bytes", Align::right},
              {"size", Align::right},
              {"share", Align::right},
              {"back", Align::right},
              aside == LedgerAside::functions ? Column{"by"} : Column{"ranges", Align::right}},
             std::move(rows));
}

// Crash kernels, CMA areas and huge pages: what people asked for, and look for.
std::string set_aside(const Ledger& ledger) {
  std::string text;
  for (const LedgerRow& row : ledger.rows) {
    const bool asked = row.what.starts_with(boot::owner::kCrashKernel.words) ||
                       row.what.starts_with("CMA") ||
                       row.what.starts_with(boot::owner::kHugePages.words);
    if (row.stage != Stage::reserved || !asked) continue;
    if (!text.empty()) text += "; ";
    text += fmt::format("{} {}", row.what, human_size(row.bytes));
    for (std::size_t i = 0; i < row.ranges.size() && i < 2; ++i)
      text += fmt::format("{} {}", i == 0 ? " at" : ",", span(row.ranges[i]));
    if (row.ranges.size() > 2) text += fmt::format(" and {} more", row.ranges.size() - 2);
    if (row.back == row.bytes) text += ", counted in MemTotal";
  }
  return text;
}

std::string largest_loss(const Ledger& ledger) {
  if (!ledger.mem_total) return {};
  const std::uint64_t all = std::max(ledger.firmware_ram, ledger.installed.value_or(0));
  const std::uint64_t kept_by_firmware = all - ledger.firmware_ram;
  const LedgerRow* largest = nullptr;
  for (const LedgerRow& row : ledger.rows) {
    if (row.stage == Stage::added) continue;
    if (largest == nullptr || row.kept() > largest->kept()) largest = &row;
  }
  if (kept_by_firmware > (largest == nullptr ? 0 : largest->kept())) {
    if (kept_by_firmware < all / 200) return {};
    return fmt::format("firmware kept {}: it is not in its map at all",
                       human_size(kept_by_firmware));
  }
  if (largest == nullptr || largest->kept() < all / 200) return {};
  std::string text = fmt::format("{}: {}", human_size(largest->kept()), largest->what);
  if (largest->stage == Stage::lost && !largest->function.empty())
    text += fmt::format(" ({}())", largest->function);
  if (!largest->remedy.empty()) text += fmt::format("; what brings it back: {}", largest->remedy);
  return text;
}

}  // namespace memmap::report
