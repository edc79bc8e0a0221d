#include "answer/show.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <utility>

#include "account/ledger.h"
#include "account/memory_use.h"
#include "base/suggest.h"
#include "lint/lint.h"
#include "report/form/page.h"
#include "report/table/write.h"
#include "session/image_places.h"
#include "session/source.h"

namespace memmap::answer {
namespace {

constexpr std::array<std::string_view, 3> kTableForms{"text", "json", "raw"};

}  // namespace

std::span<const std::string_view> table_forms() { return kTableForms; }

TableForm table_form(std::string_view name) {
  return name == "json" ? TableForm::json : name == "raw" ? TableForm::raw : TableForm::text;
}

Result<const report::Thing*> thing_of(const std::string& name) {
  if (const report::Thing* const thing = report::find_thing(name)) return thing;
  std::vector<std::string_view> names;
  for (const report::Thing& thing : report::things()) names.push_back(thing.name);
  return Error{fmt::format("show: there is no table `{}`; there are {}{}", name,
                           fmt::join(names, ", "), did_you_mean(name, names)),
               {"memmap"}};
}

Errors idle_in_table(const Arguments& arguments, TableForm form, std::string_view given) {
  Errors errors;
  const auto refuse = [&](std::string_view option, std::string_view why) {
    if (arguments.has(option)) errors.push_back(session::no_effect(option, given, why));
  };
  if (form == TableForm::text) return errors;
  refuse("--bytes", "its numbers are exact");
  refuse("--width", "it is as wide as it is");
  refuse("--color", "it has no colours");
  if (form == TableForm::json) refuse("--no-headings", "its keys are the headings");
  return errors;
}

Result<Order> order_of(const Arguments& arguments, const report::Thing& thing, TableForm form) {
  const report::Wish wish{arguments.get("--columns"), arguments.get("--sort")};
  const std::vector<report::Field> fields = thing.list(nullptr).fields;
  auto columns = report::chosen_columns(
      fields, wish, form == TableForm::json ? report::Reader::programs : report::Reader::people);
  auto keys = report::sort_keys(fields, wish);
  Errors errors;
  if (!columns) append(errors, columns.errors());
  if (!keys) append(errors, keys.errors());
  if (!errors.empty()) return errors;
  return Order{*std::move(columns), *std::move(keys)};
}

Result<report::Listing> listing_of(const session::Session& session, const session::Rules& rules,
                                   const boot::Outcome& outcome, const report::Thing& thing) {
  const account::Ledger ledger = account::ledger(outcome, account::memory_use(outcome));
  const kaslr::PossiblePlaces places = session::image_places(session);
  const std::string line = session.command_line();
  std::vector<lint::Finding> findings;
  Errors faults;
  if (thing.list == report::list_parameters) {
    findings = lint::lint({.line = line,
                           .profile = session.profile(),
                           .machine = &*session.machine(),
                           .boot = session.options(rules),
                           .faults = &faults});
    if (!faults.empty()) return faults;
  }
  const report::Facts facts{outcome, &ledger, &findings, &places};
  report::Listing out = thing.list(&facts);
  return out;
}

std::string write_listing(report::Listing listing, const Order& order, TableForm form,
                          const Arguments& arguments, const report::TextStyle& style) {
  report::sort_rows(listing, order.keys);
  const report::Listing shown = report::with_columns(listing, order.columns);
  const auto titles =
      arguments.has("--no-headings") ? report::Titles::left_out : report::Titles::shown;
  if (form == TableForm::json) return report::listing_to_json(shown);
  if (form == TableForm::raw) return report::listing_to_raw(shown, titles);
  report::Page page(style);
  report::write_table(page, shown,
                      arguments.has("--bytes") ? report::Sizes::exact : report::Sizes::rounded,
                      titles);
  return std::move(page).take();
}

}  // namespace memmap::answer
