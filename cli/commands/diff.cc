#include "answer/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "choices.h"
#include "commands/commands.h"
#include "diff/view.h"
#include "input/open/source.h"
#include "messages.h"
#include "output.h"
#include "report/diff/answer.h"
#include "request.h"
#include "text_output.h"

namespace memmap::cli {
namespace {

constexpr std::string_view kStandardInput = "-";

// What says otherwise for the new side than for both; with the option for both.
struct OfNew {
  std::string_view option;
  std::string_view both;
};
constexpr OfNew kOfNew[] = {{"--new-kernel", "--kernel"},
                            {"--new-config", "--config"},
                            {"--new-cmdline", "--cmdline"},
                            {"--new-append", "--append"},
                            {"--new-boot", "--boot"}};
// What a result that is read as it is cannot follow.
constexpr std::string_view kOfBoots[] = {"--kernel",        "--config", "--cmdline",
                                         "--append",        "--boot",   "--input-format",
                                         "--no-entry-limit"};

// The same arguments as the new side takes them.
Arguments for_new(const Arguments& given) {
  Arguments out;
  for (const std::string_view name : given.names()) {
    const bool replaced = std::ranges::any_of(
        kOfNew, [&](const OfNew& o) { return o.both == name && given.has(o.option); });
    const auto* const of_new = std::ranges::find(kOfNew, name, &OfNew::option);
    if (replaced) continue;
    const std::string_view as = of_new == std::end(kOfNew) ? name : of_new->both;
    for (const std::string& value : given.all(name)) out.add(std::string(as), value);
  }
  return out;
}

// What is wrong with the new side, by the options that were given for it.
Errors told_of_new(Errors errors, const Arguments& given) {
  for (Error& error : errors) {
    for (const OfNew& o : kOfNew) {
      if (!given.has(o.option)) continue;
      if (error.origin.file == o.both) error.origin.file = o.option;
      const std::string both = std::string(o.both) + " has no effect";
      if (error.message.starts_with(both)) error.message.replace(0, o.both.size(), o.option);
    }
  }
  return errors;
}

// A result that was kept, as it is.
Result<diff::View> kept(const Arguments& arguments, const input::Source& source) {
  Errors errors;
  for (const std::string_view name : kOfBoots) {
    if (arguments.has(name))
      errors.push_back(
          session::no_effect(name, source.name, "a result that was kept: nothing is booted"));
  }
  if (!errors.empty()) return errors;
  auto view = diff::read_view(source.name, source.bytes);
  if (view) view->source = source.name;
  return view;
}

Result<diff::View> booted(const Arguments& arguments, input::Source source) {
  const auto options = read_options(arguments);
  if (!options) return options.errors();
  auto wanted = asked(arguments);
  if (!wanted) return wanted.errors();
  const std::string name = source.name;
  wanted->request.source = session::Source{
      .text = name, .format = options->format, .boot = options->boot, .opened = std::move(source)};
  wanted->request.follow_pages = true;
  wanted->request.log = session::LogUse::noted;
  auto session = session::Session::open(std::move(wanted->request), wanted->places);
  if (!session) return session.errors();
  const auto outcome = session->boot();
  if (!outcome) return outcome.errors();
  note_log(*outcome);
  return answer::view_of(name, *outcome);
}

Result<diff::View> view_of(const Arguments& arguments, const std::string& name) {
  auto source = input::open_source(name);
  if (!source) return source.errors();
  if (!source->is_folder() && diff::is_result(source->bytes)) return kept(arguments, *source);
  return booted(arguments, *std::move(source));
}

Status check_sides(const Arguments& arguments) {
  const bool of_new =
      std::ranges::any_of(kOfNew, [&](const OfNew& o) { return arguments.has(o.option); });
  if (!arguments.has("NEW") && !of_new) {
    return Error{
        "one result is nothing to compare: name a second one, or what is new about this one "
        "(--new-kernel, --new-config, --new-cmdline, --new-append, --new-boot)",
        {"memmap"}};
  }
  const auto given = arguments.all("NEW");
  const auto read_once =
      std::ranges::count(given, kStandardInput) + (*arguments.get("OLD") == kStandardInput ? 1 : 0);
  if (read_once > 1 || (read_once == 1 && given.empty()))
    return Error{"standard input can be read but once: write it to a file first", {"-"}};
  return Done{};
}

}  // namespace

ExitCode run_diff(const Arguments& arguments) {
  const auto format = format_of(arguments, answer::diff_formats());
  if (!format) return bad_input(format.errors());
  const auto tolerance = answer::tolerance_of(arguments);
  if (!tolerance) return bad_input(tolerance.errors());
  if (const Status good = check_sides(arguments); !good) return bad_input(good.errors());
  if (*format == "svg" && arguments.all("NEW").size() > 1)
    return bad_input(
        Errors{{"--format svg shows one result beside OLD; html shows several", {"memmap"}}});
  const auto look = answer::diff_look(arguments, *format);
  if (!look) return bad_input(look.errors());
  const std::string older = *arguments.get("OLD");
  const auto given = arguments.all("NEW");
  const std::vector<std::string> newer = given.empty()
                                             ? std::vector<std::string>{older}
                                             : std::vector<std::string>(given.begin(), given.end());

  report::DiffAnswer answer;
  auto was = view_of(arguments, older);
  if (!was) return bad_input(was.errors());
  answer.older = *std::move(was);
  Errors errors;
  const Arguments with_new = for_new(arguments);
  for (const std::string& name : newer) {
    auto is = view_of(with_new, name);
    if (!is) {
      append(errors, told_of_new(is.errors(), arguments));
      continue;
    }
    diff::Diff changes = diff::diff(answer.older, *is, *tolerance);
    answer.newer.push_back({*std::move(is), std::move(changes)});
  }
  if (!errors.empty()) return bad_input(errors);
  const Destination destination = destination_of(arguments);
  const Status done = write_output(
      destination, answer::write_diff(answer, *format, text_style(destination), *look));
  if (!done) return bad_input(done.errors());
  for (const std::string& pattern : answer::idle_of(answer, *tolerance)) {
    note(
        fmt::format("--ignore {} has no effect: no owner, stage or figure has that name", pattern));
  }
  const bool differs =
      std::ranges::any_of(answer.newer, [](const report::DiffSide& s) { return s.diff.differs(); });
  return differs ? ExitCode::difference : ExitCode::good;
}

}  // namespace memmap::cli
