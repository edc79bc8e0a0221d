// The options by which a command is told which diagram to draw, and how it looks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "boot/outcome.h"
#include "command.h"
#include "output.h"
#include "report/diagram/diagrams.h"

namespace memmap::cli {

// A format that is a picture, by Graphviz or for it.
bool is_picture(std::string_view format);

struct PictureOptions {
  const report::Diagram* diagram = nullptr;  // null: the format is no picture
  report::Look look{};
};

// --diagram, --theme, --title and --full. Errors: a word that is none of an option's; an option without
// effect on `format`; one that would write bytes to a terminal.
Result<PictureOptions> picture_options(const Arguments& arguments, std::string_view format);

// The diagram as `format` has it. Errors: Graphviz's.
Result<std::string> draw_picture(const boot::Outcome& outcome, const kernel::Profile& kernel,
                                 const PictureOptions& options, std::string_view format);

}  // namespace memmap::cli
