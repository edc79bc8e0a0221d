// One thing of a boot as a table: what `memmap show` answers.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "boot/outcome.h"
#include "report/form/style.h"
#include "report/table/listing.h"
#include "report/table/things.h"
#include "session/arguments.h"
#include "session/session.h"

namespace memmap::answer {

using session::Arguments;

enum class TableForm { text, json, raw };
// Their names, the usual one first; `name` is one of them.
std::span<const std::string_view> table_forms();
TableForm table_form(std::string_view name);

// As wide as no table is: columns of text where no terminal bounds them.
inline constexpr unsigned kWholeRows = 1u << 20;

// Error: there is no table of that name.
Result<const report::Thing*> thing_of(const std::string& name);

// An error for each option that has no effect on `form`, which the user gave as `given`: `--json`.
Errors idle_in_table(const Arguments& arguments, TableForm form, std::string_view given);

// Which columns are shown, and in which order the rows.
struct Order {
  std::vector<std::size_t> columns{};
  std::vector<report::SortKey> keys{};
};

// --columns and --sort of a thing's columns. Errors (all): there is no such column, or it is named twice.
Result<Order> order_of(const Arguments& arguments, const report::Thing& thing, TableForm form);

// All columns and rows of a session's boot under `rules`. Errors: what is plugged in did wrong in another boot.
Result<report::Listing> listing_of(const session::Session& session, const session::Rules& rules,
                                   const boot::Outcome& outcome, const report::Thing& thing);

// With --bytes and --no-headings, where they are given.
std::string write_listing(report::Listing listing, const Order& order, TableForm form,
                          const Arguments& arguments, const report::TextStyle& style);

}  // namespace memmap::answer
