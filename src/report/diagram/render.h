// Pictures of DOT, by Graphviz.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"

namespace memmap::report {

enum class PictureFormat { svg, png, pdf };

// What an SVG has beside the drawing.
struct SvgHead {
  bool dark = false;          // it turns dark where the reader's setting is (Theme::automatic)
  std::string title{};        // any bytes; empty: none
  std::string description{};  // for those who do not see it
};

// Lays out `dot` (with `dot`, left to right or as it says itself) and draws it. Graphviz works in a
// child process, so that neither a crash nor endless work reaches the caller: after `limit` it is
// ended and an error returned. Nothing of the environment reaches it, and no picture or shape is read
// from a file. The same DOT gives the same bytes, but for a PDF of Cairo 1.18 or newer, which has the
// time of day packed into it. Call it from a program with one thread only.
Result<std::string> render(const std::string& dot, PictureFormat format, const SvgHead& head = {},
                           std::chrono::milliseconds limit = std::chrono::seconds(30));

}  // namespace memmap::report
