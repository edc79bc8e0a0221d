// What `memmap diff` answers: results held against each other, written in a format.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "boot/outcome.h"
#include "diff/diff.h"
#include "diff/view.h"
#include "report/diff/answer.h"
#include "report/form/style.h"
#include "report/map/map.h"
#include "session/arguments.h"

namespace memmap::answer {

using session::Arguments;

// The usual one first.
std::span<const std::string_view> diff_formats();

// --ignore and --tolerance. Errors: no number of bytes.
Result<diff::Tolerance> tolerance_of(const Arguments& arguments);
// What of --ignore matches nothing in any of the results.
std::vector<std::string> idle_of(const report::DiffAnswer& answer,
                                 const diff::Tolerance& tolerance);

// --scale, --theme and --title of `format`, one of diff_formats(). Errors: an option without effect on
// it; a word that is none of an option's.
Result<report::MapOptions> diff_look(const Arguments& arguments, std::string_view format);

// A boot as it is compared; it must have followed its pages (boot::Options::follow_pages).
Result<diff::View> view_of(const std::string& name, const boot::Outcome& outcome);

// `format` is one of diff_formats(); an SVG shows the first of the newer results.
std::string write_diff(const report::DiffAnswer& answer, std::string_view format,
                       const report::TextStyle& style, const report::MapOptions& look);

}  // namespace memmap::answer
