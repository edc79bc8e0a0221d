// Good logs: real ones of the tests, and a few made up in other forms.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "input/format.h"
#include "machine/machine.h"

namespace memmap::input {

using LogLines = std::vector<std::string>;

struct GoodLog {
  std::string name{};
  LogLines lines{};
};

// As many as there are, at most `most`; of each at most the first `lines`. In name order.
std::vector<GoodLog> good_logs(std::size_t most, std::size_t lines);

std::string text_of(const LogLines& lines);

Result<Machine> read(const std::string& text);

// The map's entries in order, for comparison.
std::string shown(const Machine& machine);

}  // namespace memmap::input
