// Texts that people take for a memory map, and that are none.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "input/open/source.h"

namespace memmap::input {

// Says what the text is, why no map can be made of it and what to take instead; at the line that shows
// it. nullopt: it is none of them.
std::optional<Error> known_as_no_map(const Source& source);

}  // namespace memmap::input
