// Pictures of DOT, by Graphviz.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"

namespace memmap::report {

enum class Picture { svg, png };

// Lays out `dot` (with `dot`, left to right or as it says itself) and draws it. Graphviz works in a
// child process, so that neither a crash nor endless work reaches the caller: after `limit` it is
// ended and an error returned. Call it from a program with one thread only.
Result<std::string> render(const std::string& dot, Picture picture,
                           std::chrono::milliseconds limit = std::chrono::seconds(30));

}  // namespace memmap::report
