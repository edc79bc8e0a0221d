// Where the RAM went: the ledger as a section, and its largest loss as a sentence.
#include <fmt/format.h>

#include <algorithm>

#include "boot/owner.h"
#include "report/form/units.h"
#include "report/text/sections.h"

namespace memmap::report {
namespace {

using account::Ledger;
using account::LedgerRow;
using account::Stage;

constexpr std::size_t kWidest = 34;

Paint paint_of(Stage stage) {
  switch (stage) {
    case Stage::lost:
    case Stage::unusable:
      return Paint::red;
    case Stage::added:
      return Paint::strong;
    case Stage::reserved:
      return Paint::yellow;
  }
  return Paint::plain;
}

// Rows of the table, each with its share of `all`.
class Rows {
 public:
  Rows(const Page& page, std::uint64_t all, LedgerAside aside)
      : page_(page), all_(all), has_shares_(aside == LedgerAside::shares) {}

  void add(const std::string& name, std::uint64_t bytes, Paint paint, std::string back = {},
           std::string aside = {}) {
    rows_.push_back({{cut(page_.foreign(name), kWidest, page_.charset()), paint},
                     {grouped(bytes)},
                     {has_shares_ ? human_size(bytes) : ""},
                     {has_shares_ ? percent(bytes, all_) : "", Paint::faint},
                     {std::move(back), Paint::green},
                     {std::move(aside), Paint::faint}});
  }
  void add_all(const Ledger& ledger, Stage stage) {
    for (const LedgerRow& row : ledger.rows) {
      if (row.stage != stage) continue;
      const std::string back = row.back == 0           ? ""
                               : row.back == row.bytes ? "all"
                                                       : human_size(row.back);
      add((stage == Stage::added ? "+ " : "- ") + row.what, row.bytes, paint_of(stage), back,
          has_shares_ ? counted(row.ranges.size(), "range") : row.function);
    }
  }
  std::vector<Row> take() && { return std::move(rows_); }

 private:
  const Page& page_;
  std::uint64_t all_;
  bool has_shares_;
  std::vector<Row> rows_{};
};

}  // namespace

void write_ledger(Page& page, const Ledger& ledger, LedgerAside aside) {
  if (ledger.firmware_ram == 0 && ledger.memory == 0) return;
  page.heading("Where the RAM went", "in bytes");
  Rows rows(page, std::max(ledger.firmware_ram, ledger.installed.value_or(0)), aside);
  if (ledger.installed) {
    rows.add("RAM that is plugged in", *ledger.installed, Paint::strong);
    if (*ledger.installed > ledger.firmware_ram)
      rows.add("- not in the firmware's map", *ledger.installed - ledger.firmware_ram, Paint::red);
    if (*ledger.installed < ledger.firmware_ram)
      rows.add("+ more in the firmware's map", ledger.firmware_ram - *ledger.installed,
               Paint::strong);
  }
  rows.add("RAM in the firmware's map", ledger.firmware_ram, Paint::strong);
  rows.add_all(ledger, Stage::lost);
  rows.add_all(ledger, Stage::added);
  rows.add("= memblock's memory", ledger.memory, Paint::strong);
  rows.add_all(ledger, Stage::reserved);
  rows.add_all(ledger, Stage::unusable);
  if (ledger.mem_total) {
    if (ledger.back() != 0) rows.add("+ comes back later", ledger.back(), Paint::green);
    rows.add("= MemTotal", *ledger.mem_total, Paint::strong);
  } else {
    rows.add("= unreserved", ledger.handed_over, Paint::strong);
  }
  page.table({{""},
              {"bytes", Align::right},
              {"size", Align::right},
              {"share", Align::right},
              {"back", Align::right},
              {aside == LedgerAside::functions ? "by" : ""}},
             std::move(rows).take());
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
