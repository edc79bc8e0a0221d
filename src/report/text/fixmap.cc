#include <fmt/format.h>

#include <iterator>

#include "fixmap/slots.h"
#include "report/form/names.h"
#include "report/form/units.h"
#include "report/text/sections.h"

namespace memmap::report {
namespace {

// Whether `next` carries on what `slot` maps, a page on: as a window of early_ioremap() does, whose
// slots count down while its addresses rise.
bool carries_on(const fixmap::MappedSlot& slot, const fixmap::MappedSlot& next) {
  return slot.lifetime == fixmap::Lifetime::boot && next.lifetime == slot.lifetime &&
         next.number == slot.number + 1 && raw(next.phys) + kPageSize == raw(slot.phys) &&
         next.flags == slot.flags;
}

}  // namespace

void write_fixmap(Page& page, const boot::Outcome& outcome) {
  if (outcome.fixmap.empty()) return;
  page.heading("Fixmap", counted(outcome.fixmap.size(), "slot") + " mapped");
  std::vector<Row> rows;
  for (auto first = outcome.fixmap.begin(); first != outcome.fixmap.end();) {
    auto last = first;
    while (std::next(last) != outcome.fixmap.end() && carries_on(*last, *std::next(last))) ++last;
    rows.push_back({{last->name},
                    {hex(raw(last->virt), 16)},
                    {fmt::format("{}", last - first + 1)},
                    {hex(raw(last->phys), 0)},
                    {mapping_flags(last->flags)}});
    first = std::next(last);
  }
  page.table({{"slot"}, {"at"}, {"pages", Align::right}, {"maps"}, {"flags"}}, rows);
}

}  // namespace memmap::report
