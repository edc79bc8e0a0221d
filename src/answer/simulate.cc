#include "answer/simulate.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "account/step_changes.h"
#include "base/suggest.h"
#include "lint/lint.h"
#include "plugin/adapt/report.h"
#include "report/form/names.h"
#include "report/html/page.h"
#include "report/json/lines.h"
#include "report/json/result.h"
#include "report/map/map.h"
#include "report/text/memblock_debug.h"
#include "report/text/proc.h"
#include "report/text/ptdump.h"
#include "report/text/qemu_mem.h"
#include "report/text/text.h"
#include "session/asked.h"
#include "session/image_places.h"

namespace memmap::answer {
namespace {

using boot::Moment;

// What a format of the program's own takes.
struct Asking {
  const boot::Outcome& outcome;
  const kernel::Profile& kernel;
  report::TextStyle style;
  Moment moment;
  const std::vector<std::string>& sections;  // of text; empty: the usual ones
  const report::MapOptions& map;
  const std::vector<account::StepChange>& steps;  // where the format wants them
  const boot::Outcome* against;                   // of --against; nullptr: there is none

  const paging::AddressSpace& tables() const {
    return *boot::tables_of(outcome, boot::Root::kernel);
  }
};

struct Format {
  std::string_view name{};
  bool has_head = true;                            // it tells of the kernel and what was assumed
  Moment moment = Moment::hand_over;               // what it shows without --at
  std::string_view only{};                         // why it shows no other; empty: it does
  std::string (*render)(const Asking&) = nullptr;  // null: a picture
  std::string_view left_out{};                     // what a reader might miss in it; said beside it
};

std::string text_of(const Asking& a) {
  return a.sections.empty() ? report::to_text(a.outcome, a.style)
                            : report::to_text(a.outcome, a.style, a.sections);
}

constexpr std::string_view kOnlyHandOver = "it shows the hand-over alone";
constexpr std::string_view kNoFreeLists =
    "it shows the hand-over alone: later, the free blocks depend on what ran";
constexpr std::string_view kNoProc =
    "it shows user space alone: at the hand-over there is no /proc";
constexpr std::string_view kMeminfo = "meminfo";
constexpr std::string_view kMeminfoLeavesOut =
    "left out: what depends on what runs (MemFree, Slab, Cached, Percpu, ...); DirectMap is what "
    "the "
    "kernel itself does: BPF programs, trampolines and modules split further pages";
constexpr std::string_view kHugePagesLeftOut =
    "left out: HugePages_Total, HugePages_Free, HugePages_Rsvd, HugePages_Surp, Hugetlb and "
    "CommitLimit: of most of memory nobody can tell how many huge pages the page allocator gives";
constexpr std::string_view kZoneinfoLeavesOut =
    "left out: what depends on what runs (pages free, boost, nr_*, numa_*, pagesets)";
constexpr std::string_view kIomemLeavesOut =
    "left out: what drivers add (windows of PCI bridges, devices, local APICs) and ROMs other than "
    "the "
    "system's; a RAM buffer beside a bridge's window";

// clang-format off
constexpr Format kFormats[] = {
    {"text",           true,  Moment::hand_over,  kOnlyHandOver, [](const Asking& a) { return text_of(a); }},
    {"json",           true,  Moment::hand_over,  {},            [](const Asking& a) { return report::to_json(a.outcome); }},
    {"jsonl",          true,  Moment::hand_over,  kOnlyHandOver, [](const Asking& a) { return report::to_json_lines(a.outcome); }},
    {"html",           true,  Moment::hand_over,  kOnlyHandOver, [](const Asking& a) { return report::to_html(a.outcome, a.steps, a.map, a.against); }},
    {"dot",            true,  Moment::hand_over,  kOnlyHandOver},
    {"svg",            true,  Moment::hand_over,  kOnlyHandOver},
    {"png",            true,  Moment::hand_over,  kOnlyHandOver},
    {"pdf",            true,  Moment::hand_over,  kOnlyHandOver},
    {"memblock-debug", false, Moment::hand_over,  kOnlyHandOver, [](const Asking& a) { return report::to_memblock_debug(a.outcome); }},
    {"qemu-mem",       false, Moment::hand_over,  {},            [](const Asking& a) { return report::to_qemu_mem(a.tables()); }},
    {"ptdump",         false, Moment::hand_over,  {},            [](const Asking& a) { return report::to_ptdump(a.tables(), a.kernel); }},
    {kMeminfo,         false, Moment::user_space, kNoProc,       [](const Asking& a) { return report::to_meminfo(a.outcome, a.kernel); }, kMeminfoLeavesOut},
    {"zoneinfo",       false, Moment::user_space, {},            [](const Asking& a) { return report::to_zoneinfo(a.outcome, a.kernel, a.moment); }, kZoneinfoLeavesOut},
    {"buddyinfo",      false, Moment::hand_over,  kNoFreeLists,  [](const Asking& a) { return report::to_buddyinfo(a.outcome, a.kernel); }},
    {"iomem",          false, Moment::user_space, kNoProc,       [](const Asking& a) { return report::to_iomem(a.outcome); }, kIomemLeavesOut},
};
// clang-format on

// nullptr: none of these, but perhaps a plugin's name.
const Format* own_format(std::string_view name) {
  const auto found = std::ranges::find(kFormats, name, &Format::name);
  return found == std::end(kFormats) ? nullptr : &*found;
}

std::vector<std::string_view> names_of_formats() {
  std::vector<std::string_view> out;
  for (const Format& format : kFormats) out.push_back(format.name);
  return out;
}

// What --section names. Errors: a name that no section has; what only text has, with another format.
Result<std::vector<std::string>> sections_of(const Arguments& arguments, std::string_view format) {
  std::vector<std::string> out;
  Errors errors;
  if (format != kFormats[0].name)
    session::add_no_effect(arguments, {"--section", "--width", "--color"},
                           fmt::format("--format {}", format), "it is of text alone", errors);
  std::vector<std::string_view> known;
  const std::vector<report::TextSection> all = report::text_sections();
  for (const report::TextSection& s : all) known.push_back(s.name);
  const std::string given = arguments.get("--section").value_or("");
  for (std::size_t at = 0; arguments.has("--section") && at <= given.size();) {
    const std::size_t comma = std::min(given.find(',', at), given.size());
    out.push_back(given.substr(at, comma - at));
    at = comma + 1;
    if (std::ranges::find(known, out.back()) != known.end()) continue;
    errors.push_back(
        {fmt::format("--section: the report has {}, not `{}`{}", fmt::join(known, ", "), out.back(),
                     did_you_mean(out.back(), known)),
         {"memmap"}});
  }
  if (!errors.empty()) return errors;
  return out;
}

// A report plugin, where --format names one; null: one of kFormats.
Result<std::unique_ptr<plugin::ReportPlugin>> load_report(session::Session& session,
                                                          const std::string& format) {
  const session::NamedPlugins& named = session.named();
  const bool own = own_format(format) != nullptr;
  auto spec = own ? Result<plugin::PluginSpec>(plugin::PluginSpec{}) : plugin::parse_spec(format);
  if (!spec) return spec.errors();
  if (!own && !session.host().knows(spec->name)) {
    return Error{fmt::format("--format is one of {} or a report plugin, not `{}`{}",
                             fmt::join(names_of_formats(), ", "), format,
                             did_you_mean(format, names_of_formats())),
                 {"memmap"}};
  }
  for (const std::string& name : named.only_reports) {
    if (name == spec->name) continue;
    return Error{fmt::format("--plugin {0} has no effect on a report in {1}; --format {0} writes "
                             "with it",
                             name, own ? format : spec->name),
                 {"memmap"}};
  }
  if (own) return {nullptr};
  const auto loaded = session.host().load(spec->name);
  if (!loaded) return loaded.errors();
  for (const plugin::PluginSpec& given : named.reports) {
    if (given.name == spec->name && spec->options.empty()) spec->options = given.options;
  }
  return plugin::ReportPlugin::create(**loaded, spec->options);
}

// An answer without a line is still one; a reader may think that something went wrong.
std::string why_empty(const boot::Outcome& outcome, const std::string& format) {
  const auto panic = std::ranges::find(outcome.events, Severity::panic, &Event::severity);
  if (panic != outcome.events.end()) {
    return fmt::format("nothing to print as {}: the kernel panics first: {}", format, panic->text);
  }
  return fmt::format("nothing to print as {}", format);
}

// Parameters that do nothing, or not what they seem to, each with its reason, as notes.
Status tell_without_effect(const session::Session& session, const session::Rules& rules,
                           boot::Outcome& outcome) {
  constexpr std::size_t kMost = 8;
  const std::string line = session.command_line();
  if (line.empty()) return Done{};
  Errors faults;
  const lint::Subject subject{.line = line,
                              .profile = session.profile(),
                              .machine = &*session.machine(),
                              .boot = session.options(rules),
                              .faults = &faults};
  const auto findings = lint::for_reports(subject);
  auto advice = lint::advice(subject);
  if (!faults.empty()) return faults;
  auto& notes = outcome.subject.notes;
  for (std::string& text : advice) notes.push_back(std::move(text));
  for (std::size_t i = 0; i < std::min(findings.size(), kMost); ++i)
    notes.push_back(fmt::format("command line: {}: {}", findings[i].message, findings[i].reason));
  if (findings.size() > kMost)
    notes.push_back(fmt::format(
        "command line: {} more parameters have no effect, or not the one that was meant; "
        "`memmap lint` tells of all",
        findings.size() - kMost));
  return Done{};
}

// What the wish says of how the boot is recorded.
boot::Options options_of(const session::Session& session, const session::Rules& rules,
                         const SimulateWish& wish) {
  boot::Options options = session.options(rules);
  options.record_memblock = wish.record_memblock;
  options.follow_pages = wish.follow_pages;
  options.keep_user_space = wish.at == Moment::user_space;
  return options;
}

// The moment that the format shows. Error: --at asks for one that it does not.
Result<Moment> moment_shown(const SimulateWish& wish, const Format* own) {
  const Moment usual = own != nullptr ? own->moment : Moment::hand_over;
  const std::string_view only = own != nullptr ? own->only : kOnlyHandOver;
  const Moment moment = wish.at.value_or(usual);
  if (moment != usual && !only.empty())
    return session::no_effect("--at", "--format " + wish.format, only);
  return moment;
}

// What the notes of a report tell beside those of the boot.
Status add_notes(session::Session& session, const session::Rules& rules, const Format* own,
                 boot::Outcome& outcome) {
  if (own != nullptr && !own->has_head) return Done{};
  auto& notes = outcome.subject.notes;
  if (own != nullptr) {
    const Status told = tell_without_effect(session, rules, outcome);
    if (!told) return told.errors();
    const auto note = session::place_note(session, outcome);
    if (!note) return note.errors();
    if (!note->empty()) notes.push_back(*note);
  }
  const auto margin = session.margin(outcome);
  if (!margin) return margin.errors();
  if (*margin) notes.push_back(**margin);
  return Done{};
}

// What the bytes do not tell.
std::vector<std::string> notes_beside(const kernel::Profile& kernel, const Format* own,
                                      const SimulateWish& wish, const Simulated& done) {
  std::vector<std::string> out;
  if (own != nullptr && !own->has_head) {
    if (!kernel.verified) out.push_back(report::not_verified_note(kernel.name));
    for (const std::string& text : done.outcome.subject.notes)
      if (text.starts_with(kNotSimulated)) out.push_back(text);
  }
  if (done.bytes.empty()) {
    out.push_back(why_empty(done.outcome, wish.format));
  } else if (own != nullptr && !own->left_out.empty()) {
    out.emplace_back(own->left_out);
    const auto& sizes = done.outcome.state.huge_page_sizes;
    const bool is_unknown = std::ranges::any_of(
        sizes, [](const boot::HugePageSize& h) { return !h.pages.has_value(); });
    if (is_unknown && own->name == kMeminfo) out.emplace_back(kHugePagesLeftOut);
  }
  return out;
}

}  // namespace

std::vector<std::string_view> format_names() { return names_of_formats(); }

bool has_head(std::string_view format) {
  const Format* const own = own_format(format);
  return own == nullptr || own->has_head;
}

Result<SimulateWish> simulate_wish(const Arguments& arguments, const report::TextStyle& style) {
  SimulateWish out{.format = arguments.get("--format").value_or("text"), .style = style};
  auto sections = sections_of(arguments, out.format);
  if (!sections) return sections.errors();
  out.sections = *std::move(sections);
  if (arguments.has("--against") && out.format != "html")
    return session::no_effect("--against", "--format " + out.format, "it shows one boot");
  auto picture = picture_options(arguments, out.format);
  if (!picture) return picture.errors();
  out.picture = *std::move(picture);
  const auto request = session::request_of(arguments);
  if (!request) return request.errors();
  out.record_memblock = request->record_memblock;
  out.follow_pages = request->follow_pages;
  if (!arguments.has("--at")) return out;
  out.at = request->goes_on ? Moment::user_space : Moment::hand_over;
  return out;
}

Result<Simulated> simulate(session::Session& session, const SimulateWish& wish,
                           const boot::Outcome* against) {
  const auto report = load_report(session, wish.format);
  if (!report) return report.errors();
  const Format* const own = own_format(wish.format);
  const auto moment = moment_shown(wish, own);
  if (!moment) return moment.errors();
  auto rules = session.rules();
  if (!rules) return rules.errors();
  account::StepRecorder steps;
  boot::Options options = options_of(session, *rules, wish);
  if (wish.format == "html") options.observer = &steps;
  auto outcome = session.boot(*rules, std::move(options));
  if (!outcome) return outcome.errors();
  Simulated out{.outcome = *std::move(outcome)};
  if (const Status noted = add_notes(session, *rules, own, out.outcome); !noted)
    return noted.errors();

  const kernel::Profile& kernel = session.profile();
  auto bytes = wish.picture.drawn() ? draw_picture(out.outcome, kernel, wish.picture, wish.format)
               : own != nullptr     ? Result<std::string>(own->render(
                                          {out.outcome, kernel, wish.style, *moment, wish.sections,
                                           wish.picture.map, steps.steps(), against}))
                                    : (*report)->render(out.outcome, report::to_json(out.outcome),
                                                        *session.machine(), kernel);
  if (!bytes) return bytes.errors();
  out.bytes = *std::move(bytes);
  out.notes = notes_beside(kernel, own, wish, out);
  return out;
}

}  // namespace memmap::answer
