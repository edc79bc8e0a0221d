#include "report/table/ledger_lines.h"

#include <algorithm>

namespace memmap::report {
namespace {

using account::Ledger;
using account::LedgerRow;
using account::Stage;

LedgerPart part_of(Stage stage) {
  switch (stage) {
    case Stage::lost:
      return LedgerPart::lost;
    case Stage::added:
      return LedgerPart::added;
    case Stage::reserved:
      return LedgerPart::reserved;
    case Stage::unusable:
      break;
  }
  return LedgerPart::unusable;
}

void add_all(std::vector<LedgerLine>& out, const Ledger& ledger, Stage stage) {
  for (const LedgerRow& row : ledger.rows)
    if (row.stage == stage) out.push_back({part_of(stage), row.what, row.bytes, &row});
}

}  // namespace

std::vector<LedgerLine> ledger_lines(const Ledger& ledger) {
  std::vector<LedgerLine> out;
  if (ledger.firmware_ram == 0 && ledger.memory == 0) return out;
  if (ledger.installed) {
    out.push_back({LedgerPart::sum, "RAM that is plugged in", *ledger.installed});
    if (*ledger.installed > ledger.firmware_ram)
      out.push_back(
          {LedgerPart::lost, "not in the firmware's map", *ledger.installed - ledger.firmware_ram});
    if (*ledger.installed < ledger.firmware_ram)
      out.push_back({LedgerPart::added, "more in the firmware's map",
                     ledger.firmware_ram - *ledger.installed});
  }
  out.push_back({LedgerPart::sum, "RAM in the firmware's map", ledger.firmware_ram});
  add_all(out, ledger, Stage::lost);
  add_all(out, ledger, Stage::added);
  out.push_back({LedgerPart::sum, "memblock's memory", ledger.memory});
  add_all(out, ledger, Stage::reserved);
  add_all(out, ledger, Stage::unusable);
  if (!ledger.mem_total) {
    out.push_back({LedgerPart::sum, "unreserved", ledger.handed_over});
    return out;
  }
  if (ledger.back() != 0) out.push_back({LedgerPart::back, "comes back later", ledger.back()});
  out.push_back({LedgerPart::sum, "MemTotal", *ledger.mem_total});
  return out;
}

std::uint64_t all_of(const Ledger& ledger) {
  return std::max(ledger.firmware_ram, ledger.installed.value_or(0));
}

std::string_view sign_of(LedgerPart part) {
  switch (part) {
    case LedgerPart::sum:
      return "=";
    case LedgerPart::added:
    case LedgerPart::back:
      return "+";
    case LedgerPart::lost:
    case LedgerPart::reserved:
    case LedgerPart::unusable:
      break;
  }
  return "-";
}

std::string_view part_name(LedgerPart part) {
  switch (part) {
    case LedgerPart::sum:
      return "sum";
    case LedgerPart::lost:
      return "lost";
    case LedgerPart::added:
      return "added";
    case LedgerPart::reserved:
      return "reserved";
    case LedgerPart::unusable:
      return "unusable";
    case LedgerPart::back:
      break;
  }
  return "back";
}

}  // namespace memmap::report
