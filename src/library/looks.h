// Options of an answer, as pairs of name and value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "library/call.h"
#include "session/arguments.h"

namespace memmap::library {

// Of what an answer is to be like, or of.
struct Look {
  std::string_view name;
  bool is_switch = false;
  bool is_file = false;  // `-` would be standard input
  bool may_repeat = false;
};

// Adds `count` pairs to `arguments`, as options of the command line. Another code than MEMMAP_DONE is what the call
// returns: options that are NULL, a name that there is not, a switch with a value, another without, standard input, one that is
// given twice and may not be.
std::int32_t take_looks(const char* const* options, std::size_t count, std::span<const Look> looks,
                        session::Arguments& arguments, Mistakes& mistakes);

}  // namespace memmap::library
