#include "report/answers/kaslr.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/form/json_writer.h"
#include "report/form/page.h"
#include "report/form/units.h"
#include "report/json/subject.h"
#include "report/text/sections.h"

namespace memmap::report {
namespace {

using compare::Complaint;
using compare::Spread;
using facts::Unit;
using kaslr::Chooser;
using kaslr::PossiblePlaces;
using kaslr::SlotArea;

std::string_view word_of(Chooser chooser) {
  switch (chooser) {
    case Chooser::nobody:
      return "nobody";
    case Chooser::decompressor:
      return "decompressor";
    case Chooser::efi_stub:
      return "efi_stub";
  }
  return "";
}

std::string_view words_of(Chooser chooser) {
  return chooser == Chooser::efi_stub ? "EFI's stub" : "the kernel's decompressor";
}

std::string_view word_of(Unit unit) {
  switch (unit) {
    case Unit::bytes:
      return "bytes";
    case Unit::address:
      return "address";
    case Unit::count:
      return "count";
  }
  return "";
}

bool is_sampled(const KaslrAnswer& answer) { return answer.boots.boots() < answer.places.count(); }

std::uint64_t last_of(const SlotArea& area, std::uint64_t align) {
  return area.first + (area.count - 1) * align;
}

std::string value_text(Unit unit, std::uint64_t value) {
  if (unit == Unit::address) return hex(value);
  return unit == Unit::count ? grouped(value) : human_size(value);
}

// `in 97.0%: 64M`, `983.1M to 984.0M`
std::string spread_text(const KaslrAnswer& answer, const Spread& spread) {
  std::string out;
  if (spread.boots != answer.boots.boots()) {
    out = fmt::format("at {} ({} of {}): ", percent(spread.boots, answer.boots.boots()),
                      grouped(spread.boots), grouped(answer.boots.boots()));
  }
  const std::string least = value_text(spread.unit, spread.least);
  const std::string most = value_text(spread.unit, spread.most);
  if (spread.least == spread.most) return out + least;
  // Two sizes that round alike.
  if (least == most)
    return out + fmt::format("{} to {} bytes", grouped(spread.least), grouped(spread.most));
  return out + fmt::format("{} to {}", least, most);
}

std::vector<std::string> depending(const KaslrAnswer& answer) {
  std::vector<std::string> out;
  for (const Spread& spread : answer.boots.spreads()) {
    if (answer.boots.depends(spread)) out.emplace_back(spread.what);
  }
  return out;
}

std::string lead_text(const KaslrAnswer& answer) {
  const PossiblePlaces& places = answer.places;
  if (!places.why_one.empty()) {
    return fmt::format("one place for the kernel's image, {}: {}", hex(places.place(0)),
                       places.why_one);
  }
  std::uint64_t lowest = ~std::uint64_t{0};
  std::uint64_t highest = 0;
  for (const SlotArea& area : places.slots.areas) {
    lowest = std::min(lowest, area.first);
    highest = std::max(highest, last_of(area, places.align));
  }
  const std::vector<std::string> what = depending(answer);
  return fmt::format("{} for the kernel's image, from {} to {}, chosen by {}; {}",
                     counted(places.count(), "place"), hex(lowest), hex(highest),
                     words_of(places.chooser),
                     what.empty() ? "no answer depends on which it is"
                                  : fmt::format("what depends on it: {}", fmt::join(what, ", ")));
}

void write_places(Page& page, const PossiblePlaces& places) {
  page.heading("Places", fmt::format("one every {}, with room for {}", human_size(places.align),
                                     human_size(places.image_size)));
  std::vector<Row> rows;
  const std::uint64_t all = places.slots.count();
  for (const SlotArea& area : places.slots.areas) {
    rows.push_back({{hex(area.first, 8)},
                    {hex(last_of(area, places.align), 8)},
                    {grouped(area.count)},
                    {percent(area.count, all)}});
  }
  page.table({{"first"}, {"last"}, {"places", Align::right}, {"share", Align::right}},
             std::move(rows));
  if (places.slots.full) page.paragraph("  ", "a hundred areas: what follows was not looked at");
  page.paragraph("  ", fmt::format("and {} in the kernel's own addresses, each as likely",
                                   counted(places.virtual_slots, "place")));
}

void write_gaps(Page& page, const PossiblePlaces& places) {
  const std::vector<kaslr::Gap> gaps = kaslr::gaps_of(places);
  if (gaps.empty()) return;
  page.heading("Where no image can lie", "and why");
  std::vector<Row> rows;
  for (const kaslr::Gap& gap : gaps) {
    rows.push_back({{fmt::format("{}-{}", hex(gap.range.start, 8), hex(gap.range.end() - 1, 8))},
                    {human_size(gap.range.size)},
                    {page.foreign(gap.why)}});
  }
  page.table({{""}, {"size", Align::right}, {""}}, std::move(rows));
}

void write_answers(Page& page, const KaslrAnswer& answer) {
  const std::string tried =
      is_sampled(answer)
          ? fmt::format("{} of {} places tried, evenly spread", grouped(answer.boots.boots()),
                        grouped(answer.places.count()))
          : (answer.boots.boots() == 1
                 ? std::string("one place")
                 : fmt::format("all {} tried", counted(answer.boots.boots(), "place")));
  page.heading("What depends on the place", tried);
  std::vector<Row> rows;
  for (const Spread& spread : answer.boots.spreads()) {
    const bool depends = answer.boots.depends(spread);
    rows.push_back({{std::string(spread.what)},
                    {spread_text(answer, spread), depends ? Paint::strong : Paint::plain},
                    {depends ? "" : "same", Paint::faint}});
  }
  page.table({{""}, {""}, {""}}, std::move(rows));
  for (const Complaint& told : answer.boots.complaints()) {
    const std::string_view kind = told.severity == Severity::panic ? "a panic" : "a warning";
    page.paragraph("  ",
                   page.foreign(fmt::format("{} at {} ({} of {}, the first {}): {}", kind,
                                            percent(told.boots, answer.boots.boots()),
                                            grouped(told.boots), grouped(answer.boots.boots()),
                                            hex(raw(told.first_at)), told.text)),
                   Paint::yellow);
  }
}

void write_list(Page& page, const PossiblePlaces& places) {
  page.heading("All places");
  for (std::uint64_t n = 0; n < places.count(); ++n) page.line("  " + hex(places.place(n), 8));
}

void json_spread(JsonWriter& json, const KaslrAnswer& answer, const Spread& spread) {
  json.open_object(Layout::row);
  json.member("answer", spread.key);
  json.member("what", spread.what);
  json.member("unit", word_of(spread.unit));
  json.member("depends", answer.boots.depends(spread));
  json.member("boots", spread.boots);
  const auto number = [&](std::string_view key, std::uint64_t value) {
    if (spread.unit == Unit::address) {
      json.member_address(key, value);
    } else {
      json.member(key, value);
    }
  };
  number("least", spread.least);
  number("most", spread.most);
  json.member_address("least_at", raw(spread.least_at));
  json.member_address("most_at", raw(spread.most_at));
  json.close();
}

void json_places(JsonWriter& json, const PossiblePlaces& places, bool list) {
  json.member("chooser", word_of(places.chooser));
  if (!places.why_one.empty()) json.member("why_one", std::string_view(places.why_one));
  json.member("count", places.count());
  json.member("align", places.align);
  json.member("room", places.image_size);
  json.member_address("lowest_allowed", places.minimum);
  json.member_address("stays", places.stays);
  json.member("virtual_places", places.virtual_slots);
  json.key("areas").open_array();
  for (const SlotArea& area : places.slots.areas) {
    json.open_object(Layout::row);
    json.member_address("first", area.first);
    json.member_address("last", last_of(area, places.align));
    json.member("count", area.count);
    json.close();
  }
  json.close();
  json.key("gaps").open_array();
  for (const kaslr::Gap& gap : kaslr::gaps_of(places)) {
    json.open_object(Layout::row);
    json.member_address("start", gap.range.start);
    json.member_address("end", gap.range.end());
    json.member("why", std::string_view(gap.why));
    json.close();
  }
  json.close();
  json.key("assumed").open_array();
  for (const std::string& text : places.assumed) json.value(std::string_view(text));
  json.close();
  if (!list) return;
  json.key("places").open_array();
  for (std::uint64_t n = 0; n < places.count(); ++n) json.address(places.place(n));
  json.close();
}

}  // namespace

std::string kaslr_to_text(const KaslrAnswer& answer, const TextStyle& style) {
  Page page(style);
  page.paragraph("", page.foreign(lead_text(answer)), Paint::strong);
  page.blank();
  write_subject(page, answer.subject);
  for (const std::string& text : answer.places.assumed)
    page.paragraph("assumed  ", page.foreign(text));
  if (answer.places.why_one.empty()) {
    write_places(page, answer.places);
    write_gaps(page, answer.places);
  }
  write_answers(page, answer);
  if (answer.list) write_list(page, answer.places);
  return std::move(page).take();
}

std::string kaslr_to_json(const KaslrAnswer& answer) {
  JsonWriter json;
  json.open_object();
  json.member("schema", kKaslrSchema);
  write_subject(json, answer.subject);
  json_places(json, answer.places, answer.list);
  json.member("boots", answer.boots.boots());
  json.key("answers").open_array();
  for (const Spread& spread : answer.boots.spreads()) json_spread(json, answer, spread);
  json.close();
  json.key("complaints").open_array();
  for (const Complaint& told : answer.boots.complaints()) {
    json.open_object(Layout::row);
    json.member("severity", told.severity == Severity::panic ? "panic" : "warning");
    json.member("text", std::string_view(told.text));
    json.member("boots", told.boots);
    json.member_address("first_at", raw(told.first_at));
    json.close();
  }
  json.close();
  json.close();
  return std::move(json).finish();
}

}  // namespace memmap::report
