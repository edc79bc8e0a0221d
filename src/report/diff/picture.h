// A difference as a map to scale: the stages that differ, old beside new, what changed outlined.
#pragma once

#include <string>

#include "report/diff/answer.h"
#include "report/map/map.h"

namespace memmap::report {

// Of the old one and one of the others, as SVG; `options.title` empty: their sources. No text of either
// is taken for markup; the same answers give the same bytes.
std::string diff_to_svg(const diff::View& older, const DiffSide& newer, const MapOptions& options);

}  // namespace memmap::report
