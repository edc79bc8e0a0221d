#include "report/answers/kdump.h"

#include <fmt/format.h>

#include <vector>

#include "boot/special.h"
#include "machine/e820_words.h"
#include "report/form/json_writer.h"
#include "report/form/page.h"
#include "report/form/units.h"
#include "report/json/subject.h"
#include "report/text/sections.h"

namespace memmap::report {
namespace {

using suggest::KdumpEnd;

std::string_view word_of(KdumpEnd end) {
  switch (end) {
    case KdumpEnd::not_reserved:
      return "not_reserved";
    case KdumpEnd::not_loaded:
      return "not_loaded";
    case KdumpEnd::stops:
      return "stops";
    case KdumpEnd::not_unpacked:
      return "not_unpacked";
    case KdumpEnd::no_room:
      return "no_room";
    case KdumpEnd::gets_up:
      return "gets_up";
  }
  return "";
}

std::string_view words_of(KdumpEnd end) {
  switch (end) {
    case KdumpEnd::not_reserved:
      return "there is no second kernel";
    case KdumpEnd::not_loaded:
      return "the second kernel cannot be loaded";
    case KdumpEnd::stops:
      return "the second kernel does not get up";
    case KdumpEnd::not_unpacked:
      return "the second kernel runs out of memory while it unpacks its initrd";
    case KdumpEnd::no_room:
      return "the second kernel gets up, and its programs have no room";
    case KdumpEnd::gets_up:
      return "the second kernel gets up";
  }
  return "";
}

std::vector<std::string> guesses(const KdumpAnswer& answer) {
  std::vector<std::string> out = answer.kdump.second.guessed;
  const suggest::Initrd& initrd = answer.wish.initrd;
  if (!initrd.measured) {
    out.push_back(
        fmt::format("the initrd's files take {}: four times what it has packed; give its file, "
                    "and they are measured",
                    human_size(initrd.unpacked)));
  }
  out.push_back(
      fmt::format("until its first process runs the kernel takes {} beside what it took before "
                  "the page allocator did, as Debian's do without modules",
                  human_size(boot::kTakenUntilInit)));
  out.push_back(fmt::format("programs need {} (--need)", human_size(answer.wish.need)));
  out.push_back(
      "the second kernel is the first one's, loaded as kexec_file_load() does, and its image "
      "stays where it was loaded");
  return out;
}

void write_second(Page& page, const KdumpAnswer& answer) {
  const suggest::Kdump& kdump = answer.kdump;
  if (!kdump.area) return;
  page.heading("The second kernel");
  write_field(page, "command line", page.foreign(kdump.second.machine.command_line.value_or("")));
  std::vector<Row> rows;
  for (const E820Entry& e : kdump.second.machine.firmware_map) {
    if (const auto range = PhysRange::from_size(e.addr, e.size))
      rows.push_back({{"  " + span(*range)}, {human_size(e.size)}, {e820_name(e.type)}});
  }
  page.table({{"  its map"}, {"size", Align::right}, {""}}, std::move(rows));
  rows.clear();
  for (const suggest::Segment& s : kdump.second.segments)
    rows.push_back({{"  " + span(s.range)}, {human_size(s.range.size())}, {std::string(s.what)}});
  page.table({{"  what is loaded"}, {"size", Align::right}, {""}}, std::move(rows));
  if (kdump.mem_total == 0) return;
  rows.clear();
  const auto row = [&](std::string_view what, std::uint64_t bytes) {
    rows.push_back({{fmt::format("  {}", what)}, {human_size(bytes)}});
  };
  row("RAM", kdump.memory);
  row("MemTotal", kdump.mem_total);
  row("free when the initrd is unpacked", kdump.at_unpack);
  if (kdump.limit != 0) row("of it, a tmpfs takes", kdump.limit);
  row("the initrd, packed", answer.wish.initrd.packed);
  row("its files", answer.wish.initrd.unpacked);
  row("left for programs", kdump.left);
  page.table({{"  memory"}, {"", Align::right}}, std::move(rows));
}

}  // namespace

std::string kdump_to_text(const KdumpAnswer& answer, const TextStyle& style) {
  const suggest::Kdump& kdump = answer.kdump;
  Page page(style);
  std::string lead = fmt::format("{}: {}", words_of(kdump.end), kdump.why);
  if (answer.smallest)
    lead +=
        fmt::format("; the smallest in which it does is crashkernel={}M", *answer.smallest / kMiB);
  page.paragraph("", page.foreign(lead),
                 kdump.end == KdumpEnd::gets_up ? Paint::strong : Paint::yellow);
  page.blank();
  write_subject(page, answer.subject);
  write_second(page, answer);
  page.heading("What is guessed");
  for (const std::string& text : guesses(answer)) page.paragraph("  ", text);
  return std::move(page).take();
}

std::string kdump_to_json(const KdumpAnswer& answer) {
  const suggest::Kdump& kdump = answer.kdump;
  JsonWriter json;
  json.open_object();
  json.member("schema", kKdumpSchema);
  write_subject(json, answer.subject);
  json.member("end", word_of(kdump.end));
  json.member("why", std::string_view(kdump.why));
  json.key("smallest");
  if (answer.smallest) {
    json.value(*answer.smallest);
  } else {
    json.null();
  }
  json.member("initrd_packed", answer.wish.initrd.packed);
  json.member("initrd_unpacked", answer.wish.initrd.unpacked);
  json.member("initrd_measured", answer.wish.initrd.measured);
  json.member("need", answer.wish.need);
  if (kdump.area) {
    json.member_address("start", raw(kdump.area->area.base()));
    json.member_address("end_address", raw(kdump.area->area.end()));
    json.member("command_line", std::string_view(kdump.second.machine.command_line.value_or("")));
    json.key("e820").open_array();
    for (const E820Entry& e : kdump.second.machine.firmware_map) {
      json.open_object(Layout::row);
      json.member_address("start", raw(e.addr));
      json.member("size", e.size);
      json.member("type", raw(e.type));
      json.close();
    }
    json.close();
    json.key("segments").open_array();
    for (const suggest::Segment& s : kdump.second.segments) {
      json.open_object(Layout::row);
      json.member("what", s.what);
      json.member_address("start", raw(s.range.base()));
      json.member_address("end", raw(s.range.end()));
      json.close();
    }
    json.close();
  }
  if (kdump.mem_total != 0) {
    json.member("memory", kdump.memory);
    json.member("mem_total", kdump.mem_total);
    json.member("free_at_unpack", kdump.at_unpack);
    if (kdump.limit != 0) json.member("tmpfs_limit", kdump.limit);
    json.member("left", kdump.left);
  }
  json.key("guessed").open_array();
  for (const std::string& text : guesses(answer)) json.value(std::string_view(text));
  json.close();
  json.close();
  return std::move(json).finish();
}

}  // namespace memmap::report
