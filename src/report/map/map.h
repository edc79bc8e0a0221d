// The map to scale: the machine's memory as each stage has it, column beside column on one axis of
// addresses, as SVG.
#pragma once

#include <string>

#include "boot/outcome.h"
#include "report/map/axis.h"
#include "report/map/palette.h"
#include "report/map/picture.h"

namespace memmap::report {

struct MapOptions {
  Scale scale = Scale::log;
  Theme theme = Theme::automatic;
  std::string title{};  // empty: the machine's source
};

// Of the hand-over, or of where the boot ended.
std::string to_map_svg(const boot::Outcome& outcome, const MapOptions& options);

// The head of a boot's map: title, kernel, command line, panic.
MapText map_text(const boot::Outcome& outcome, const MapOptions& options);

}  // namespace memmap::report
