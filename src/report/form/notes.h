// What a report notes, in the two parts that people read it in.
#pragma once

#include <string>
#include <vector>

namespace memmap::report {

struct SortedNotes {
  std::string assumed{};  // all defaults in use, joined; empty: none
  std::vector<std::string> others{};
};

// Of notes as boot::Subject has them: a default is `default: TEXT`.
SortedNotes sorted_notes(const std::vector<std::string>& notes);

}  // namespace memmap::report
