#include "report/diagram/diagrams.h"

#include <algorithm>
#include <iterator>

#include "report/diagram/drawing.h"

namespace memmap::report {
namespace {

// clang-format off
constexpr Diagram kDiagrams[] = {
    {"map",        "from the firmware's map to zones: what each range becomes",                  draw_overview},
    {"memblock",   "memory and what is reserved of it, side by side in order of address",        draw_memblock},
    {"pipeline",   "the steps of the boot, and what each changed",                               draw_pipeline},
    {"pagetables", "the kernel's page tables, level by level, with the places where they lie",   draw_page_tables},
    {"virtual",    "the kernel's virtual addresses, vmalloc's and the fixmap's enlarged",        draw_virtual},
    {"numa",       "which memory belongs to which node, and the nodes' zones",                   draw_numa},
    {"structs",    "memblock's three structures with their values",                              draw_structs},
    {"buddy",      "the free blocks of each zone, by order",                                     draw_buddy},
    {"fixmap",     "the fixmap's slots, and what is mapped there",                               draw_fixmap},
};
// clang-format on

}  // namespace

std::span<const Diagram> diagrams() { return kDiagrams; }

const Diagram* diagram_named(std::string_view name) {
  const auto found = std::ranges::find(kDiagrams, name, &Diagram::name);
  return found == std::end(kDiagrams) ? nullptr : &*found;
}

std::string to_dot(const Diagram& diagram, const boot::Outcome& outcome,
                   const kernel::Profile& kernel, const Look& look) {
  return diagram.draw({outcome, kernel, look});
}

}  // namespace memmap::report
