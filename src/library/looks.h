// Options of an answer, as pairs of name and value.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "session/arguments.h"

namespace memmap::library {

// Of what an answer is to be like, or of.
struct Look {
  std::string_view name;
  bool is_switch = false;
  bool is_file = false;  // `-` would be standard input
};

// Adds the pairs to `arguments`, as options of the command line. `errors`: of switches with a value, of others
// without, of standard input. False: a name that there is not.
bool add_looks(std::span<const char* const> words, std::span<const Look> looks,
               session::Arguments& arguments, Errors& errors);

}  // namespace memmap::library
