#include "access/check.h"

#include <fmt/format.h>

#include <set>
#include <string_view>
#include <vector>

#include "access/symbols.h"
#include "base/suggest.h"
#include "paging/geometry.h"

namespace memmap::access {
namespace {

constexpr std::uint64_t kMostTables = std::uint64_t{1} << 20;  // of a script

// What a step reads names of.
std::vector<const Address*> addresses_of(const Action& action) {
  return std::visit(
      [](const auto& a) -> std::vector<const Address*> {
        if constexpr (requires { a.from; }) {
          return {&a.at, &a.from};
        } else if constexpr (requires { a.at.name; }) {
          return {&a.at};
        } else {
          return {};
        }
      },
      action);
}

// Every name that is asked for is given before, once, or is a place of the kernel.
Errors check_names(const Script& script, const boot::Inputs& inputs, const paging::Bases& bases) {
  Errors errors;
  std::set<std::string_view> given;
  for (const Step& step : script.steps) {
    for (const Address* at : addresses_of(step.action)) {
      if (at->name.empty() || given.contains(at->name) || place_of(at->name, inputs, bases)) {
        continue;
      }
      std::vector<std::string_view> known = place_names(inputs);
      known.insert(known.end(), given.begin(), given.end());
      errors.push_back(at->place.error(
          fmt::format("no step before this one gives `{}`, and the kernel has no such place{}",
                      at->name, did_you_mean(at->name, known))));
    }
    if (step.as.empty()) continue;
    if (!given.insert(step.as).second) {
      errors.push_back(step.place.error(fmt::format("`{}` is given by an earlier step", step.as)));
    }
  }
  return errors;
}

// Whether all mappings together take more tables than anybody waits for; and virtual addresses that the
// tables cannot hold.
Errors check_mappings(const Script& script, unsigned levels) {
  Errors errors;
  std::uint64_t tables = 0;
  for (const Step& step : script.steps) {
    if (const auto* io = std::get_if<Ioremap>(&step.action)) {
      if (raw(io->phys) + io->size - 1 < raw(io->phys)) continue;  // the kernel refuses it
      tables += io->size / paging::table_size(1) + 1;
    } else if (const auto* map = std::get_if<Map>(&step.action)) {
      tables += map->size / map->page_size / paging::kEntries + 1;
      const VirtAddr last{raw(map->virt) + map->size - 1};
      if (!paging::is_canonical(map->virt, levels) || !paging::is_canonical(last, levels) ||
          raw(map->virt) >> 63 != raw(last) >> 63) {
        errors.push_back(step.place.error("this begins or ends at no canonical address"));
      }
    }
    if (tables <= kMostTables) continue;
    errors.push_back(step.place.error(
        "up to here the script maps what may take more than a million page tables (2T of small "
        "pages)"));
    break;
  }
  return errors;
}

}  // namespace

Errors check(const Script& script, const boot::Inputs& inputs, const paging::AddressSpace& tables) {
  Errors errors = check_names(script, inputs, tables.bases());
  append(errors, check_mappings(script, tables.levels()));
  return errors;
}

}  // namespace memmap::access
