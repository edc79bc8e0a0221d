// Listings written: for people as a table, for programs as JSON or as lines of words.
#pragma once

#include <string>

#include "report/form/json_writer.h"
#include "report/form/page.h"
#include "report/table/listing.h"

namespace memmap::report {

// How sizes are written for people.
enum class Sizes { rounded, exact };
enum class Titles { shown, left_out };

// A table within the page's width where its columns allow, then how many more rows there are
// (Listing::left_out).
void write_table(Page& page, const Listing& listing, Sizes sizes = Sizes::rounded,
                 Titles titles = Titles::shown);

// An array with an object for each row, a line each, every column a key of it. Counts, sizes and changes
// are numbers, addresses are strings in hex (a number above 2^53 would lose bits in many programs), ranges
// strings as people see them. A value with nothing to tell is null.
std::string listing_to_json(const Listing& listing);

// A row as members of the object that is open, in the same way.
void write_members(JsonWriter& json, const std::vector<Field>& fields, const Values& row);

// A line for each row, columns apart by a blank, as lsblk and lsmem have it with --raw: numbers are
// exact and without a unit, addresses in hex; bytes in a text that are no printable ASCII, blanks,
// quotes and `\` are written `\x20`. What has nothing to tell is `-`.
std::string listing_to_raw(const Listing& listing, Titles titles);

}  // namespace memmap::report
