#include "report/map/frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/suggest.h"
#include "report/map/animation.h"
#include "report/map/change_words.h"
#include "report/map/player.h"

namespace memmap::report {
namespace {

using account::Column;
using account::Frame;

// The first frame of the function, or with `last` the last; frames.size(): there is none.
std::size_t find(const std::vector<Frame>& frames, std::string_view function, bool last) {
  std::size_t found = frames.size();
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].function != function) continue;
    found = i;
    if (!last) break;
  }
  return found;
}

Error no_step(const std::vector<Frame>& frames, std::string_view option, const std::string& name) {
  std::vector<std::string_view> known;
  for (const Frame& f : frames) known.push_back(f.function);
  return {fmt::format("{}: this boot has no step `{}`{}", option, name, did_you_mean(name, known)),
          {"memmap"}};
}

Result<std::vector<const Frame*>> chosen(const std::vector<Frame>& frames,
                                         const FramesOptions& options) {
  std::size_t from = 0;
  std::size_t to = frames.empty() ? 0 : frames.size() - 1;
  Errors errors;
  if (!options.from.empty()) from = find(frames, options.from, false);
  if (!options.to.empty()) to = find(frames, options.to, true);
  if (!options.from.empty() && from == frames.size())
    errors.push_back(no_step(frames, "--from", options.from));
  if (!options.to.empty() && to == frames.size())
    errors.push_back(no_step(frames, "--to", options.to));
  if (errors.empty() && to < from) {
    errors.push_back(
        {fmt::format("--to: {}() runs before {}(), where --from begins", options.to, options.from),
         {"memmap"}});
  }
  if (!errors.empty()) return errors;
  std::vector<const Frame*> out;
  for (std::size_t i = from; i <= to && i < frames.size(); ++i)
    if (options.all || frames[i].changed()) out.push_back(&frames[i]);
  if (out.empty())
    return Error{"no step changes anything that a map shows; --all shows them", {"memmap"}};
  return out;
}

// What a name of a file may have on every system, at most that long.
std::string file_name(std::size_t number, std::string_view function) {
  constexpr std::size_t kLongest = 80;
  std::string out;
  for (const char c : function.substr(0, kLongest)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += plain ? c : '_';
  }
  return fmt::format("{:03}-{}.svg", number, out);
}

// As many lines in every frame: the axis is at the same height in all.
MapText text_of(const Frame& frame, std::size_t number, std::size_t count, std::string title) {
  MapText text{.title = std::move(title)};
  text.lines.push_back(fmt::format("Step {} of {}: {}", number, count, step_words(frame)));
  std::vector<std::string> words = change_words(frame);
  if (words.empty()) words.emplace_back("changes nothing that is shown here");
  text.description = text.lines.front();
  for (const std::string& w : words) text.description += ". " + w;
  const std::size_t room = kFrameLines - 1;
  const std::size_t shown = words.size() <= room ? words.size() : room - 1;
  for (std::size_t i = 0; i < shown; ++i) text.lines.push_back(words[i]);
  if (shown < words.size())
    text.lines.push_back(fmt::format("and {} more changes", words.size() - shown));
  return text;
}

std::vector<Changed> changed_in(const Frame& frame) {
  std::vector<Changed> out;
  for (std::size_t i = 0; i < frame.changes.size(); ++i) {
    Changed c{i, {}};
    for (const account::Difference& d : frame.changes[i]) {
      if (!c.ranges.empty() && c.ranges.back().end() == d.range.base()) {
        c.ranges.back() = PhysRange::make(raw(c.ranges.back().base()), raw(d.range.end()));
      } else {
        c.ranges.push_back(d.range);
      }
    }
    if (!c.ranges.empty()) out.push_back(std::move(c));
  }
  return out;
}

// Each state of each column once, in the order of the frames.
std::vector<const Column*> all_columns(const std::vector<const Frame*>& frames) {
  std::vector<const Column*> out;
  std::set<const Column*> seen;
  for (const Frame* f : frames)
    for (const auto& column : f->columns)
      if (seen.insert(column.get()).second) out.push_back(column.get());
  return out;
}

}  // namespace

Result<Files> frames_of(const boot::Outcome& outcome, const std::vector<Frame>& frames,
                        const FramesOptions& options) {
  const auto shown = chosen(frames, options);
  if (!shown) return shown.errors();
  const std::vector<const Column*> all = all_columns(*shown);
  const Axis axis(all, options.map.scale);
  const Picture picture(axis, kFrameLines, seven_places(axis));
  const std::vector<LegendRow> legend = legend_of(all);
  const std::string title = map_text(outcome, options.map).title;
  const std::string under = picture.headings() + picture.guides();
  const std::string over = picture.axis_line();
  std::map<const Column*, std::string> drawn;
  for (const Column* column : all)
    drawn[column] = picture.column(*column, static_cast<std::size_t>(column->id));

  Files files;
  Animation animation(picture);
  Player player(title);
  for (std::size_t i = 0; i < shown->size(); ++i) {
    const Frame& frame = *(*shown)[i];
    const MapText text = text_of(frame, i + 1, shown->size(), title);
    const std::string outlines = picture.changes(changed_in(frame));
    std::string parts = picture.text(text) + under;
    for (const auto& column : frame.columns) parts += drawn.at(column.get());
    parts += over + outlines;
    files.emplace_back(file_name(i + 1, frame.function),
                       picture.whole(text, options.map.theme, parts, legend));
    animation.add(text, frame.columns, outlines);
    player.add(files.back().first, frame);
  }
  const MapText text{
      .title = title,
      .description = fmt::format("The boot in {} steps, one after the other.", shown->size())};
  files.emplace_back("animation.svg",
                     picture.whole(text, options.map.theme, animation.parts(drawn, under, over),
                                   legend, animation.style()));
  files.emplace_back("index.html", player.page());
  return files;
}

}  // namespace memmap::report
