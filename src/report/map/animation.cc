#include "report/map/animation.h"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace memmap::report {
namespace {

constexpr double kSecondsEach = 2.5;

}  // namespace

void Animation::add(const MapText& text, const Columns& columns, const std::string& outlines) {
  const std::size_t frame = texts_.size();
  texts_.push_back(picture_.text(text));
  outlines_.push_back(outlines);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::vector<Shown>& shown = shown_[i];
    if (shown.empty() || shown.back().column != columns[i].get())
      shown.push_back({columns[i].get(), frame, frame});
    shown.back().to = frame + 1;
  }
}

std::string Animation::group(std::string_view inside, std::size_t from, std::size_t to) const {
  const std::size_t count = texts_.size();
  if (from == 0 && to == count) return std::string(inside);
  return fmt::format("<g class=\"f f{}-{}{}\">\n{}</g>\n", from, to, to == count ? " last" : "",
                     inside);
}

std::string Animation::parts(const std::map<const account::Column*, std::string>& drawn,
                             std::string_view under, std::string_view over) const {
  std::string out(under);
  for (const std::vector<Shown>& column : shown_)
    for (const Shown& s : column) out += group(drawn.at(s.column), s.from, s.to);
  out += over;
  for (std::size_t i = 0; i < texts_.size(); ++i) out += group(texts_[i] + outlines_[i], i, i + 1);
  return out;
}

std::string Animation::style() const {
  const std::size_t count = texts_.size();
  std::set<std::pair<std::size_t, std::size_t>> spans;
  for (std::size_t i = 0; i < count; ++i) spans.insert({i, i + 1});
  for (const std::vector<Shown>& column : shown_)
    for (const Shown& s : column) spans.insert({s.from, s.to});
  std::string out = fmt::format(
      ".memmap-map .f{{visibility:hidden;animation:{:.1f}s step-end infinite}}\n"
      ".memmap-map .f.last{{visibility:visible}}\n",
      kSecondsEach * static_cast<double>(count));
  for (const auto& [from, to] : spans) {
    const auto at = [&](std::size_t frame) {
      return 100.0 * static_cast<double>(frame) / static_cast<double>(count);
    };
    const std::string name = fmt::format("f{}-{}", from, to);
    out += fmt::format(".memmap-map .{0}{{animation-name:{0}}}@keyframes {0}{{", name);
    if (from > 0) out += "0%{visibility:hidden}";
    out += fmt::format("{:.4f}%{{visibility:visible}}", at(from));
    if (to < count) out += fmt::format("{:.4f}%{{visibility:hidden}}", at(to));
    out += fmt::format("100%{{visibility:{}}}}}\n", to < count ? "hidden" : "visible");
  }
  return out + "@media (prefers-reduced-motion:reduce){.memmap-map .f{animation:none}}\n";
}

}  // namespace memmap::report
