// What a map points out: outlines around what changed, lines from where it was to where it is.
#include <fmt/format.h>

#include <algorithm>

#include "report/map/picture.h"
#include "report/map/svg.h"

namespace memmap::report {

std::string Picture::changes(std::span<const Changed> changed) const {
  std::string out;
  for (const Changed& c : changed) {
    const Place& place = places_[c.column];
    constexpr double kTogether = 6;  // nearer ones have one outline
    for (std::size_t i = 0; i < c.ranges.size();) {
      const std::uint64_t base = raw(c.ranges[i].base());
      std::uint64_t last = raw(c.ranges[i].end());
      for (++i; i < c.ranges.size(); ++i) {
        if (axis_.at(raw(c.ranges[i].base())) > axis_.at(last) + kTogether) break;
        last = raw(c.ranges[i].end());
      }
      const double top = axis_.at(base);
      const double end = std::max(axis_.at(last), top + kLeastMark);
      out += fmt::format(
          "<rect class=\"changed\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" "
          "data-start=\"{:#x}\" data-end=\"{:#x}\"/>\n",
          px(place.left - 2), px(top_ + top - 1), px(place.width + 4), px(end - top + 2), base,
          last);
    }
  }
  return out;
}

std::string Picture::links(std::size_t from_place,
                           std::span<const std::pair<PhysRange, PhysRange>> links) const {
  const double from = places_[from_place].left + places_[from_place].width + 2;
  const double to = places_[from_place + 1].left - 2;
  const auto middle = [&](PhysRange range) {
    return top_ + ((axis_.at(raw(range.base())) + axis_.at(raw(range.end()))) / 2);
  };
  std::string path;
  for (const auto& [was, is] : links) {
    path +=
        fmt::format("M{} {}C{} {} {} {} {} {}", px(from), px(middle(was)), px((from + to) / 2),
                    px(middle(was)), px((from + to) / 2), px(middle(is)), px(to), px(middle(is)));
  }
  return path.empty() ? path : fmt::format("<path class=\"link\" d=\"{}\"/>\n", path);
}

}  // namespace memmap::report
