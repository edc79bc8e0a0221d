// What `memmap sweep` answers: the rows of a matrix.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "session/arguments.h"
#include "session/places.h"
#include "sweep/sweep.h"

namespace memmap::answer {

using session::Arguments;

// The usual one first.
std::span<const std::string_view> sweep_formats();
// `format` is one of these.
sweep::Form sweep_form(std::string_view format);

// --filter, --only-failures and --yes; MATRIX, whose file it is.
sweep::Wanted sweep_wanted(const Arguments& arguments);

struct Swept {
  std::string text{};  // as the whole file would be
  sweep::Summary summary{};
};

// All rows in memory. Errors: those of Sweep::open() and of Sweep::run().
Result<Swept> sweep(const sweep::Wanted& wanted, const session::Places& places, sweep::Form form);

}  // namespace memmap::answer
