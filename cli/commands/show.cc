#include "answer/show.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "pager.h"
#include "report/form/page.h"
#include "report/table/things.h"
#include "request.h"
#include "text_output.h"

namespace memmap::cli {
namespace {

using answer::TableForm;
using report::Listing;
using report::Thing;

constexpr std::string_view kListColumns = "help";

// What a listing says of itself: `memmap show` its things, `--columns help` the columns of one.
std::string names_with_help(
    const report::TextStyle& style,
    const std::vector<std::pair<std::string_view, std::string_view>>& rows) {
  report::Page page(style);
  std::size_t widest = 0;
  for (const auto& [name, help] : rows) widest = std::max(widest, name.size());
  for (const auto& [name, help] : rows)
    page.paragraph(fmt::format("  {:<{}}  ", name, widest), help);
  return std::move(page).take();
}

std::string all_things(const report::TextStyle& style) {
  std::vector<std::pair<std::string_view, std::string_view>> rows;
  for (const Thing& thing : report::things()) rows.emplace_back(thing.name, thing.summary);
  return names_with_help(style, rows);
}

std::string all_columns(const report::TextStyle& style, const Thing& thing) {
  std::vector<std::pair<std::string_view, std::string_view>> rows;
  for (const report::Field& f : thing.list(nullptr).fields) rows.emplace_back(f.name, f.help);
  return names_with_help(style, rows);
}

// What of the options does not go together.
Result<TableForm> form_of(const Arguments& arguments) {
  if (arguments.has("--json") && arguments.has("--raw"))
    return Error{"--json and --raw are two forms; give one", {"memmap"}};
  const TableForm form = arguments.has("--json")  ? TableForm::json
                         : arguments.has("--raw") ? TableForm::raw
                                                  : TableForm::text;
  Errors errors =
      answer::idle_in_table(arguments, form, form == TableForm::json ? "--json" : "--raw");
  if (!errors.empty()) return errors;
  return form;
}

// `--columns` are those that are shown here; those of a source are `--input-columns`.
constexpr std::string_view kSourcesName = "--columns";
constexpr std::string_view kOwnName = "--input-columns";

Arguments of_source(const Arguments& given) {
  Arguments out;
  for (const std::string_view name : given.names()) {
    if (name == kSourcesName) continue;
    for (const std::string& value : given.all(name))
      out.add(std::string(name == kOwnName ? kSourcesName : name), value);
  }
  return out;
}

Errors named_as_here(Errors errors) {
  const auto rename = [](std::string& text) {
    for (std::size_t at = 0; (at = text.find(kSourcesName, at)) != text.npos; at += kOwnName.size())
      text.replace(at, kSourcesName.size(), kOwnName);
  };
  for (Error& e : errors) {
    rename(e.message);
    rename(e.origin.file);
  }
  return errors;
}

// Of the boot that the arguments ask for.
Result<Listing> listing_of(const Arguments& arguments, const Thing& thing) {
  auto wanted = asked_of_machine(of_source(arguments));
  if (!wanted) return named_as_here(wanted.errors());
  wanted->request.log = session::LogUse::compared;
  auto session = session::Session::open(std::move(wanted->request), wanted->places);
  if (!session) return named_as_here(session.errors());
  if (const Errors idle = session::idle_plugins(session->named(), "show"); !idle.empty())
    return idle;
  auto rules = session->rules();
  if (!rules) return rules.errors();
  const auto outcome = session->boot(*rules, session->options(*rules));
  if (!outcome) return outcome.errors();
  if (outcome->log && !outcome->log->differ.empty() && thing.list != report::list_log) {
    note(fmt::format("{}{} agrees in {} of {} statements: `memmap show log`", session::kOfLog,
                     outcome->log->name, outcome->log->agree,
                     outcome->log->agree + outcome->log->differ.size()));
  }
  const bool of_pages = thing.list == report::list_nodes || thing.list == report::list_zones ||
                        thing.list == report::list_free;
  if (of_pages && outcome->deferred) {
    note(
        "at the hand-over: pages whose struct pages are initialised later are not managed yet "
        "(`memmap explain` counts all)");
  }
  return answer::listing_of(*session, *rules, *outcome, thing);
}

// Who reads a file or a pipe wants whole words; a terminal's line is as long as it is.
report::TextStyle within(const report::TextStyle& style, const Arguments& arguments) {
  report::TextStyle out = style;
  if (!is_terminal(destination_of(arguments)) && !arguments.has("--width"))
    out.width = answer::kWholeRows;
  return out;
}

}  // namespace

ExitCode run_show(const Arguments& arguments) {
  const Destination destination = destination_of(arguments);
  const auto style = text_style(destination, arguments);
  if (!style) return bad_input(style.errors());
  const auto put = [&](const std::string& bytes) {
    const Status status = write_paged(destination, bytes, arguments);
    return status ? ExitCode::good : bad_input(status.errors());
  };
  if (!arguments.has("THING")) {
    const Status others =
        refuse_others(arguments, {"--output", "--force", "--width", "--color", "--no-pager"},
                      "show", "without a THING it lists them");
    return others ? put(all_things(*style)) : bad_input(others.errors());
  }
  const auto thing = answer::thing_of(*arguments.get("THING"));
  if (!thing) return bad_input(thing.errors());
  const auto form = form_of(arguments);
  if (!form) return bad_input(form.errors());
  if (arguments.get("--columns") == kListColumns) return put(all_columns(*style, **thing));
  const auto order = answer::order_of(arguments, **thing, *form);
  if (!order) return bad_input(order.errors());
  auto listing = listing_of(arguments, **thing);
  if (!listing) return bad_input(listing.errors());
  if (listing->rows.empty() && *form == TableForm::text)
    note(fmt::format("nothing to show: {}", (*thing)->none));
  return put(answer::write_listing(*std::move(listing), *order, *form, arguments,
                                   within(*style, arguments)));
}

}  // namespace memmap::cli
