#include "access/symbols.h"

#include <algorithm>
#include <array>

#include "fixmap/fixmap.h"
#include "kernel/profile_contents.h"

namespace memmap::access {
namespace {

struct Area {
  std::string_view name;
  VirtAddr (*place)(const paging::Bases&);
};

constexpr Area kAreas[] = {
    {"FIXADDR_TOP", [](const paging::Bases&) { return fixmap::kTop; }},
    {"MODULES_VADDR", [](const paging::Bases& b) { return b.modules; }},
    {"PAGE_OFFSET", [](const paging::Bases& b) { return b.page_offset; }},
    {"VMALLOC_START", [](const paging::Bases& b) { return b.vmalloc; }},
    {"VMEMMAP_START", [](const paging::Bases& b) { return b.vmemmap; }},
};

// Symbols that a profile counts from the per-CPU section on, not from _text.
constexpr std::array<std::string_view, 8> kPerCpu{
    "__per_cpu_end",       "__per_cpu_start",  "cpu_debug_store", "cpu_tss_rw",
    "entry_stack_storage", "exception_stacks", "gdt_page",        "__per_cpu_load"};

bool is_of_image(std::string_view symbol) {
  return std::ranges::find(kPerCpu, symbol) == kPerCpu.end();
}

}  // namespace

std::optional<VirtAddr> place_of(std::string_view name, const boot::Inputs& inputs,
                                 const paging::Bases& bases) {
  const auto* const area = std::ranges::find(kAreas, name, &Area::name);
  if (area != std::end(kAreas)) return area->place(bases);
  const std::uint64_t text = raw(inputs.kernel_text());
  if (name == "_text") return VirtAddr{text};
  for (const kernel::ImageRow& row : kernel::image_rows()) {
    if (row.symbol == name) return VirtAddr{text + inputs.profile.image.*row.member};
  }
  const auto symbol = inputs.profile.symbols.find(name);
  if (symbol == inputs.profile.symbols.end() || !is_of_image(name)) return std::nullopt;
  return VirtAddr{text + symbol->second};
}

std::vector<std::string_view> place_names(const boot::Inputs& inputs) {
  std::vector<std::string_view> out{"_text"};
  for (const Area& area : kAreas) out.push_back(area.name);
  for (const kernel::ImageRow& row : kernel::image_rows()) out.push_back(row.symbol);
  for (const auto& [name, place] : inputs.profile.symbols) {
    if (is_of_image(name)) out.push_back(name);
  }
  return out;
}

}  // namespace memmap::access
