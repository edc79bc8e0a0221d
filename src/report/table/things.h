// The tables that there are: what a boot comes to, one thing at a time. `memmap show` and sections of
// the text report are made of them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "account/ledger.h"
#include "boot/outcome.h"
#include "kaslr/possible_places.h"
#include "lint/lint.h"
#include "report/form/e820_rows.h"
#include "report/table/listing.h"

namespace memmap::report {

// What tables are made of. All of it must outlive the call.
struct Facts {
  const boot::Outcome& outcome;
  const account::Ledger* ledger = nullptr;               // of `ledger`; null: no rows
  const std::vector<lint::Finding>* findings = nullptr;  // of `parameters`; null: nothing was found
  const kaslr::PossiblePlaces* places = nullptr;         // of `slots`; null: no rows
};

// One row a thing: to add one, write its listing in a file beside this one, declare it below, and add a
// row to things.cc; then its name to the help of `show` (cli/commands.cc) and share/doc/report.md.
struct Thing {
  std::string_view name{};     // that `memmap show` knows
  std::string_view item{};     // what a row is: `zone`, the `type` of its line in --format jsonl
  std::string_view summary{};  // one line
  std::string_view none{};     // why there may be nothing to show
  // Its columns; with facts its rows too.
  Listing (*list)(const Facts* facts) = nullptr;
};

std::span<const Thing> things();
// nullptr: there is none of that name.
const Thing* find_thing(std::string_view name);

// Those that the report's sections are made of, too.
Listing list_e820(const Facts* facts);
Listing list_memblock(const Facts* facts);
Listing list_reserved(const Facts* facts);
Listing list_owners(const Facts* facts);
Listing list_nodes(const Facts* facts);
Listing list_zones(const Facts* facts);
Listing list_free(const Facts* facts);
Listing list_page_tables(const Facts* facts);
Listing list_fixmap(const Facts* facts);
Listing list_steps(const Facts* facts);
Listing list_events(const Facts* facts);
Listing list_ledger(const Facts* facts);
Listing list_log(const Facts* facts);
Listing list_cma(const Facts* facts);
Listing list_huge_pages(const Facts* facts);
Listing list_percpu(const Facts* facts);
Listing list_parameters(const Facts* facts);
Listing list_slots(const Facts* facts);

// The first rows of these, and the last (Listing::left_out): of what map_rows() makes, and of one of memblock's lists (`memory`,
// `reserved`) without owners.
Listing first_of_e820(const std::vector<E820Row>& rows, std::size_t most);
Listing first_of_regions(const memblock::Memblock& memblock, std::string_view list,
                         const memblock::Regions& regions, std::size_t most);

}  // namespace memmap::report
