#include "report/map/map.h"

#include <fmt/format.h>

#include "report/form/names.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

std::string_view words_of(Scale scale) {
  switch (scale) {
    case Scale::linear:
      return "Heights are linear in bytes, but for the breaks; what is lower than a line of pixels "
             "is drawn as one.";
    case Scale::equal:
      return "All stretches between two addresses of the axis are drawn equally high.";
    case Scale::log:
      break;
  }
  return "Heights grow with the magnitude of a stretch's size (from one address of the axis to the "
         "next), not with the size.";
}

}  // namespace

MapText map_text(const boot::Outcome& outcome, const MapOptions& options) {
  const boot::Subject& s = outcome.subject;
  MapText text{.title = options.title};
  if (text.title.empty())
    text.title = s.source.empty() ? "Memory map" : "Memory map of " + s.source;
  std::string kernel = s.kernel.empty() ? "" : "Linux " + s.kernel;
  if (!s.kernel_verified) kernel += fmt::format(" ({})", kNotVerified);
  if (!s.command_line.empty()) kernel += "   command line: " + s.command_line;
  if (!kernel.empty()) text.lines.push_back(kernel);
  text.lines.emplace_back(
      "Physical addresses from top to bottom, as they are at the hand-over to the page allocator.");
  text.lines.emplace_back(words_of(options.scale));
  if (outcome.panicked && !outcome.events.empty())
    text.alert = "panic: " + outcome.events.back().text;
  text.description = fmt::format(
      "{}. Physical memory in seven columns on one axis of addresses: the firmware's map, "
      "the "
      "kernel's e820 table, memblock.memory, memblock.reserved by owner, the direct map by page "
      "size, nodes and zones, free blocks by order. RAM by the firmware's map: {}; "
      "memblock.memory: "
      "{}, of which {} are reserved; {} are free.",
      text.title, human_size(outcome.totals.firmware_ram), human_size(outcome.totals.memory),
      human_size(outcome.totals.reserved), human_size(outcome.totals.free_pages << kPageShift));
  return text;
}

std::string to_map_svg(const boot::Outcome& outcome, const MapOptions& options) {
  const auto columns = account::columns_of(outcome);
  std::vector<const account::Column*> all;
  for (const account::Column& column : columns) all.push_back(&column);
  const Axis axis(all, options.scale);
  const MapText text = map_text(outcome, options);
  const Picture picture(axis, text.lines.size() + (text.alert.empty() ? 0 : 1), seven_places(axis));
  std::string parts = picture.text(text) + picture.headings() + picture.guides();
  for (std::size_t i = 0; i < columns.size(); ++i) parts += picture.column(columns[i], i);
  parts += picture.axis_line();
  return picture.whole(text, options.theme, parts, legend_of(all));
}

}  // namespace memmap::report
