#include "witness/kinds.h"

#include <algorithm>
#include <array>

namespace memmap::witness {
namespace {

struct Front {
  std::string_view text;
  const Kind* kind;
};

// Fronts by their first character.
using Index = std::array<std::vector<Front>, 256>;

const Index& index() {
  static const Index kIndex = [] {
    Index out;
    for (const Kind* kind : kinds()) {
      for (const std::string_view front : kind->fronts) {
        if (!front.empty()) out[static_cast<unsigned char>(front[0])].push_back({front, kind});
      }
    }
    return out;
  }();
  return kIndex;
}

}  // namespace

const std::vector<const Kind*>& kinds() {
  static const std::vector<const Kind*> kAll = [] {
    std::vector<const Kind*> out;
    for (const auto group : {map_kinds(), place_kinds(), reservation_kinds(), node_kinds(),
                             page_kinds(), table_kinds(), size_kinds(), proc_kinds()}) {
      for (const Kind& kind : group) out.push_back(&kind);
    }
    return out;
  }();
  return kAll;
}

std::vector<const Kind*> kinds_of(std::string_view line) {
  std::vector<const Kind*> out;
  if (line.empty()) return out;
  for (const Front& front : index()[static_cast<unsigned char>(line[0])]) {
    if (line.starts_with(front.text) && std::ranges::find(out, front.kind) == out.end())
      out.push_back(front.kind);
  }
  return out;
}

bool is_statement(std::string_view line) {
  if (line.empty()) return false;
  const std::vector<Front>& fronts = index()[static_cast<unsigned char>(line[0])];
  Reading reading;
  return std::ranges::any_of(fronts, [&](const Front& f) {
    return line.starts_with(f.text) && f.kind->read(line, reading);
  });
}

}  // namespace memmap::witness
