// What `memmap replay` found, as text and as JSON.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "replay/replay.h"

namespace memmap::report {

struct ReplaySubject {
  std::string log{};           // as the user named it
  std::string kernel{};        // whose rules were followed
  std::string command_line{};  // empty: none is known
  std::size_t lines_of_no_list = 0;
  std::vector<std::string> notes{};
};

// A table of what was checked, applied and adopted; then each mismatch with both states around it.
std::string replay_to_text(const ReplaySubject& subject, const replay::Report& found);
// share/schema/replay.json
std::string replay_to_json(const ReplaySubject& subject, const replay::Report& found);

}  // namespace memmap::report
