#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "account/ledger.h"
#include "account/memory_use.h"
#include "base/suggest.h"
#include "commands/commands.h"
#include "lint/lint.h"
#include "messages.h"
#include "output.h"
#include "pager.h"
#include "report/table/things.h"
#include "report/table/write.h"
#include "request.h"
#include "session/image_places.h"
#include "text_output.h"

namespace memmap::cli {
namespace {

using report::Listing;
using report::Reader;
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

Result<const Thing*> thing_of(const std::string& name) {
  if (const Thing* const thing = report::find_thing(name)) return thing;
  std::vector<std::string_view> names;
  for (const Thing& thing : report::things()) names.push_back(thing.name);
  return Error{fmt::format("show: there is no table `{}`; there are {}{}", name,
                           fmt::join(names, ", "), did_you_mean(name, names)),
               {"memmap"}};
}

enum class Form { text, json, raw };

// What of the options does not go together.
Result<Form> form_of(const Arguments& arguments) {
  if (arguments.has("--json") && arguments.has("--raw"))
    return Error{"--json and --raw are two forms; give one", {"memmap"}};
  const Form form = arguments.has("--json")  ? Form::json
                    : arguments.has("--raw") ? Form::raw
                                             : Form::text;
  Errors errors;
  const auto refuse = [&](std::string_view option, std::string_view form_option,
                          std::string_view why) {
    if (arguments.has(option)) errors.push_back(session::no_effect(option, form_option, why));
  };
  if (form != Form::text) {
    const std::string_view given = form == Form::json ? "--json" : "--raw";
    refuse("--bytes", given, "its numbers are exact");
    refuse("--width", given, "it is as wide as it is");
    refuse("--color", given, "it has no colours");
  }
  if (form == Form::json) refuse("--no-headings", "--json", "its keys are the headings");
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

struct Ordered {
  std::vector<std::size_t> columns{};
  std::vector<report::SortKey> keys{};
};

// What is asked of the thing's columns; told before anything is read or booted.
Result<Ordered> ordered_as(const Arguments& arguments, const Thing& thing, Form form) {
  const report::Wish wish{arguments.get("--columns"), arguments.get("--sort")};
  const std::vector<report::Field> fields = thing.list(nullptr).fields;
  auto columns =
      report::chosen_columns(fields, wish, form == Form::json ? Reader::programs : Reader::people);
  auto keys = report::sort_keys(fields, wish);
  Errors errors;
  if (!columns) append(errors, columns.errors());
  if (!keys) append(errors, keys.errors());
  if (!errors.empty()) return errors;
  return Ordered{*std::move(columns), *std::move(keys)};
}

Result<Listing> listing_of(const Arguments& arguments, const Thing& thing) {
  auto wanted = asked_of_machine(of_source(arguments));
  if (!wanted) return named_as_here(wanted.errors());
  wanted->request.log = session::LogUse::compared;
  auto session = session::Session::open(std::move(wanted->request), wanted->places);
  if (!session) return named_as_here(session.errors());
  if (const Errors idle = idle_plugins(*session, "show"); !idle.empty()) return idle;
  auto rules = session->rules();
  if (!rules) return rules.errors();
  const auto outcome = session->boot(*rules, session->options(*rules));
  if (!outcome) return outcome.errors();
  if (outcome->log && !outcome->log->differ.empty() && thing.list != report::list_log) {
    note(fmt::format("{}{} agrees in {} of {} statements: `memmap show log`", session::kOfLog,
                     outcome->log->name, outcome->log->agree,
                     outcome->log->agree + outcome->log->differ.size()));
  }
  const account::Ledger ledger = account::ledger(*outcome, account::memory_use(*outcome));
  const kaslr::PossiblePlaces places = session::image_places(*session);
  const std::string line = session->command_line();
  std::vector<lint::Finding> findings;
  if (thing.list == report::list_parameters) {
    findings = lint::lint({.line = line,
                           .profile = session->profile(),
                           .machine = &*session->machine(),
                           .boot = session->options(*rules)});
  }
  const report::Facts facts{*outcome, &ledger, &findings, &places};
  const bool of_pages = thing.list == report::list_nodes || thing.list == report::list_zones ||
                        thing.list == report::list_free;
  if (of_pages && outcome->deferred) {
    note(
        "at the hand-over: pages whose struct pages are initialised later are not managed yet "
        "(`memmap explain` counts all)");
  }
  return thing.list(&facts);
}

std::string written(const Listing& listing, Form form, const Arguments& arguments,
                    const report::TextStyle& style) {
  const auto titles =
      arguments.has("--no-headings") ? report::Titles::left_out : report::Titles::shown;
  if (form == Form::json) return report::listing_to_json(listing);
  if (form == Form::raw) return report::listing_to_raw(listing, titles);
  report::TextStyle within = style;
  // Who reads a file or a pipe wants whole words; a terminal's line is as long as it is.
  constexpr unsigned kWhole = 1u << 20;
  if (!is_terminal(destination_of(arguments)) && !arguments.has("--width")) within.width = kWhole;
  report::Page page(within);
  report::write_table(page, listing,
                      arguments.has("--bytes") ? report::Sizes::exact : report::Sizes::rounded,
                      titles);
  return std::move(page).take();
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
  const auto thing = thing_of(*arguments.get("THING"));
  if (!thing) return bad_input(thing.errors());
  const auto form = form_of(arguments);
  if (!form) return bad_input(form.errors());
  if (arguments.get("--columns") == kListColumns) return put(all_columns(*style, **thing));
  const auto ordered = ordered_as(arguments, **thing, *form);
  if (!ordered) return bad_input(ordered.errors());
  auto listing = listing_of(arguments, **thing);
  if (!listing) return bad_input(listing.errors());
  report::sort_rows(*listing, ordered->keys);
  if (listing->rows.empty() && *form == Form::text)
    note(fmt::format("nothing to show: {}", (*thing)->none));
  return put(written(report::with_columns(*listing, ordered->columns), *form, arguments, *style));
}

}  // namespace memmap::cli
