// The options by which a command is told which picture to draw, and how it looks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "boot/outcome.h"
#include "kernel/profile.h"
#include "report/diagram/diagrams.h"
#include "report/map/map.h"
#include "session/arguments.h"

namespace memmap::answer {

using session::Arguments;

struct PictureOptions {
  const report::Diagram* diagram = nullptr;  // Graphviz's; null: none is drawn
  report::Look look{};
  bool to_scale = false;  // the map, drawn without Graphviz
  report::MapOptions map{};

  bool drawn() const { return to_scale || diagram != nullptr; }
};

std::vector<std::string_view> scale_names();

// --scale, --theme and --title of a map to scale, where the command has them. Errors: all that are none
// of the words.
Result<report::MapOptions> map_options(const Arguments& arguments);

// The same and --diagram and --full. Errors: a word that is none of an option's; an option without effect
// on `format`.
Result<PictureOptions> picture_options(const Arguments& arguments, std::string_view format);

// What picture_options() say is drawn(), as `format` has it. Errors: Graphviz's.
Result<std::string> draw_picture(const boot::Outcome& outcome, const kernel::Profile& kernel,
                                 const PictureOptions& options, std::string_view format);

}  // namespace memmap::answer
