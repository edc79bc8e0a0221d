// The diagrams of a boot, for Graphviz.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "boot/outcome.h"
#include "kernel/profile.h"
#include "report/form/theme.h"

namespace memmap::report {

struct Look {
  Theme theme = Theme::automatic;
  std::string title{};  // in place of the diagram's own; any bytes
  bool full = false;    // nothing is folded, however large that makes it
};

struct Drawing;

// One row a diagram (diagrams.cc).
struct Diagram {
  std::string_view name{};   // as --diagram takes it
  std::string_view shows{};  // a line for people
  std::string (*draw)(const Drawing&) = nullptr;
};

std::span<const Diagram> diagrams();
const Diagram* diagram_named(std::string_view name);  // nullptr: there is none

// DOT. What would make it too large to be read is folded into rows that say what is left out; `full`
// draws it all. The same boot gives the same bytes, and nodes have the names of what they stand for.
std::string to_dot(const Diagram& diagram, const boot::Outcome& outcome,
                   const kernel::Profile& kernel, const Look& look = {});

}  // namespace memmap::report
