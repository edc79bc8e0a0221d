// A parameter that holds wherever KASLR puts the kernel: what `memmap suggest` answers of a machine.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "report/form/style.h"
#include "session/arguments.h"
#include "session/session.h"

namespace memmap::answer {

using session::Arguments;

// What is looked for: `crashkernel`, `pmem`, ...
std::vector<std::string_view> suggestions();

struct SuggestWish {
  std::string what{};      // one of these
  std::string argument{};  // that stands behind it, a size or a list; empty: it takes none
  // All options, and SOURCE where a machine is named behind it.
  Arguments arguments{};
};

// WHAT and the words behind it, which are given as SOURCE. Errors: nothing is known of it; its argument
// is missing; a word too many; options that do not act on it (all).
Result<SuggestWish> suggest_wish(const Arguments& given);

struct Suggested {
  std::string text{};
  bool holds = false;  // there is a parameter; of a line that is checked: it covers all
};

// `format`: text or json. There must be a machine. An option's value is read where it is needed. Errors:
// no such node, no size, no list of bad memory; those of kdump_wish_of() and of Session::boot().
Result<Suggested> suggest(session::Session& session, const SuggestWish& wish,
                          std::string_view format, const report::TextStyle& style);

}  // namespace memmap::answer
