#include "report/map/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

#include "report/form/names.h"
#include "report/form/units.h"
#include "report/form/utf8.h"
#include "report/form/xml_text.h"
#include "report/map/labels.h"
#include "report/map/svg.h"

namespace memmap::report {
namespace {

using account::Block;
using account::Column;
using account::ColumnId;

constexpr double kMargin = 16;
constexpr double kGap = 12;  // between columns
constexpr double kLineHeight = 15;
constexpr double kTextHeight = 11;
constexpr double kLabelDistance = 11.5;
constexpr double kDrop = 3.6;    // from the middle of a line of text to where it stands
constexpr double kLetter = 6.1;  // width, on average
constexpr double kDigit = 6.1;   // width in the font of addresses

std::string text_at(double x, double y, std::string_view classes, std::string_view text) {
  return fmt::format("<text x=\"{}\" y=\"{}\" class=\"{}\">{}</text>\n", px(x), px(y), classes,
                     xml_escaped(text));
}

std::size_t letters_in(double width) {
  return width < kLetter ? 1 : static_cast<std::size_t>(width / kLetter);
}

// As much of `text` as stands in the width, on one line.
std::string fitted(std::string_view text, std::size_t letters) {
  return cut(printable(text, Charset::unicode), letters, Charset::unicode);
}

// Bytes in few words and, where these round, exactly.
std::string size_text(std::uint64_t bytes) {
  const std::string human = human_size(bytes);
  return human.find('.') == human.npos ? human : fmt::format("{} ({:#x})", human, bytes);
}

// `kernel image`, and what else there is to tell of a block.
std::string what_of(const Block& block) {
  std::string out = block.label;
  if (block.flags != 0) out += " " + region_flags(block.flags);
  return out;
}

// The owners of a mark of several blocks, the largest first: `page tables 24K, 3 others 8K`.
std::string owners_of(const Mark& mark) {
  constexpr std::size_t kNamed = 4;
  std::map<std::string, std::uint64_t> bytes;
  for (const Block& b : mark.blocks) bytes[what_of(b)] += b.range.size();
  std::vector<std::pair<std::string, std::uint64_t>> all(bytes.begin(), bytes.end());
  std::ranges::stable_sort(all, std::greater<>(), [](const auto& o) { return o.second; });
  std::string out;
  std::uint64_t rest = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i >= kNamed && all.size() > kNamed + 1) {
      rest += all[i].second;
      continue;
    }
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", all[i].first, human_size(all[i].second));
  }
  if (rest > 0) out += fmt::format(", {} others {}", all.size() - kNamed, human_size(rest));
  return out;
}

unsigned digits_of(const Axis& axis) {
  return axis.stretches().empty() ? 8 : hex_digits(raw(axis.stretches().back().range.end()));
}

double axis_end(const Axis& axis) {
  return kMargin + 44 + (static_cast<double>(digits_of(axis) + 2) * kDigit);
}

double columns_left(const Axis& axis) { return axis_end(axis) + 10; }

std::string label_of(const Mark& mark) {
  return mark.is_one() ? what_of(mark.blocks.front()) : counted(mark.blocks.size(), "small range");
}

}  // namespace

std::vector<ColumnPlace> seven_places(const Axis& axis) {
  // Parts of the width, as the words in the columns need it; the last part of memblock.reserved is
  // for labels.
  constexpr std::array<double, account::kColumns> kParts{10, 10, 11.5, 6, 10.8, 13, 11.5};
  constexpr double kLabels = 20.5;
  double parts = kLabels;
  for (const double p : kParts) parts += p;
  const double room = Picture::kLeastWidth - kMargin - columns_left(axis);
  const double part = (room - (kGap * (account::kColumns - 1))) / parts;
  std::vector<ColumnPlace> out;
  double left = 0;
  for (std::size_t i = 0; i < account::kColumns; ++i) {
    const auto id = static_cast<ColumnId>(i);
    const account::ColumnWords& words = account::words_of(id);
    out.push_back({std::string(words.id), std::string(words.title), left, kParts[i] * part,
                   id == ColumnId::reserved ? kLabels * part : 0});
    left += out.back().width + out.back().labels + kGap;
  }
  return out;
}

Picture::Picture(const Axis& axis, std::size_t lines, std::vector<ColumnPlace> places)
    : axis_(axis),
      digits_(digits_of(axis)),
      top_(kMargin + 14 + (static_cast<double>(lines) * kLineHeight) + 42),
      axis_left_(kMargin),
      axis_right_(axis_end(axis)),
      right_(kLeastWidth - kMargin),
      places_(std::move(places)) {
  double end = 0;
  for (Place& place : places_) {
    place.left += columns_left(axis);
    end = std::max(end, place.left + place.width + place.labels);
  }
  right_ = std::max(right_, end);
}

std::string Picture::text(const MapText& text) const {
  const std::size_t letters = letters_in(right_ - kMargin);
  double y = kMargin + 14;
  std::string out = text_at(kMargin, y, "title", fitted(text.title, letters * 6 / 10));
  for (const std::string& line : text.lines)
    out += text_at(kMargin, y += kLineHeight, "faint", fitted(line, letters));
  if (!text.alert.empty())
    out += text_at(kMargin, y += kLineHeight, "alert", fitted(text.alert, letters));
  return out;
}

std::string Picture::headings() const {
  std::string out;
  for (const Place& place : places_) {
    out += text_at(place.left, top_ - 20, "head", place.title);
    out += fmt::format("<rect class=\"frame\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n",
                       px(place.left), px(top_), px(place.width), px(axis_.height()));
  }
  return out;
}

std::string Picture::guides() const {
  std::string path;
  for (const Stretch& s : axis_.stretches()) {
    if (s.top > 0) path += fmt::format("M{} {}H{}", px(axis_right_), px(top_ + s.top), px(right_));
  }
  return fmt::format("<path class=\"guide\" d=\"{}\"/>\n", path);
}

std::string Picture::column(const Column& column, std::size_t at) const {
  const Place& place = places_[at];
  std::string out = fmt::format("<g class=\"column\" data-column=\"{}\">\n", place.id);
  std::uint64_t bytes = 0;
  for (const Block& b : column.blocks) bytes += b.range.size();
  out += text_at(
      place.left, top_ - 7, "faint",
      column.blocks.empty() ? "nothing yet"
      : column.blocks.size() < 1000
          ? fmt::format("{} in {}", human_size(bytes), counted(column.blocks.size(), "range"))
          : fmt::format("{} in {}", human_size(bytes), grouped(column.blocks.size())));
  const std::vector<Mark> marks = marks_of(column, axis_);
  // The small ones last: they lie above the edges of large ones.
  for (const bool large : {true, false}) {
    for (const Mark& m : marks)
      if ((m.height > kLeastMark) == large) out += mark(m, place);
  }
  out += place.labels > 0 ? labels_beside(marks, place) : labels_within(marks, place);
  return out + "</g>\n";
}

std::string Picture::mark(const Mark& mark, const Place& place) const {
  const auto kind = mark.kind();
  const PhysRange range = mark.range();
  std::string out = fmt::format(
      "<rect class=\"b {}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" data-start=\"{:#x}\" "
      "data-end=\"{:#x}\"",
      kind ? kind_class(*kind) : "k-more", px(place.left), px(top_ + mark.top), px(place.width),
      px(mark.height), raw(range.base()), raw(range.end()));
  const std::string where = fmt::format("{}  {}", span(range, digits_), size_text(mark.bytes));
  if (mark.is_one()) {
    const Block& b = mark.blocks.front();
    const std::string what = xml_escaped(what_of(b));
    const std::string by = b.by.empty() ? "" : fmt::format("; asked for by {}()", b.by);
    return out + fmt::format(" data-owner=\"{0}\"><title>{0}: {1}{2}</title></rect>\n", what, where,
                             xml_escaped(by));
  }
  out +=
      fmt::format(" data-count=\"{}\"><title>{} within {}: {}</title></rect>\n", mark.blocks.size(),
                  counted(mark.blocks.size(), "range"), where, xml_escaped(owners_of(mark)));
  return kind ? out : out + shares(mark, place);
}

// What a mark of several kinds holds of each: side by side, behind a dark end.
std::string Picture::shares(const Mark& mark, const Place& place) const {
  constexpr double kEnd = 4;
  std::map<account::Kind, std::uint64_t> bytes;
  for (const Block& b : mark.blocks) bytes[b.kind] += b.range.size();
  double left = place.left + kEnd;
  std::string out;
  for (const auto& [kind, of_kind] : bytes) {
    const double width =
        (place.width - kEnd) * static_cast<double>(of_kind) / static_cast<double>(mark.bytes);
    if (px(width) != "0") {
      out +=
          fmt::format("<rect class=\"share {}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n",
                      kind_class(kind), px(left), px(top_ + mark.top), px(width), px(mark.height));
    }
    left += width;
  }
  return out;
}

std::string Picture::labels_within(const std::vector<Mark>& marks, const Place& place) const {
  std::string out;
  for (const Mark& m : marks) {
    if (m.height < kTextHeight) continue;
    const std::string size = human_size(m.bytes);
    const double size_width = (static_cast<double>(size.size()) * kLetter) + 6;
    const double y = top_ + m.top + (std::min(m.height, 18.0) / 2) + kDrop;
    out += text_at(place.left + 4, y, "in",
                   fitted(label_of(m), letters_in(place.width - 4 - size_width)));
    out += fmt::format("<text x=\"{}\" y=\"{}\" class=\"in size\">{}</text>\n",
                       px(place.left + place.width - 4), px(y), size);
  }
  return out;
}

std::string Picture::labels_beside(const std::vector<Mark>& marks, const Place& place) const {
  // As many as there is room for: the largest.
  const auto room = static_cast<std::size_t>(axis_.height() / kLabelDistance);
  std::vector<const Mark*> labelled;
  for (const Mark& m : marks) labelled.push_back(&m);
  if (labelled.size() > room) {
    std::ranges::stable_sort(labelled, std::greater<>(), &Mark::bytes);
    labelled.resize(room);
    std::ranges::sort(labelled, {}, &Mark::top);
  }
  std::vector<double> wanted;
  for (const Mark* m : labelled) wanted.push_back(m->top + (m->height / 2));
  const std::vector<double> heights =
      spread(wanted, kLabelDistance, kLabelDistance / 2, axis_.height() - (kLabelDistance / 2));
  const double bar = place.left + place.width;
  std::string leads;
  std::string texts;
  for (std::size_t i = 0; i < labelled.size(); ++i) {
    const double y = top_ + heights[i];
    leads += fmt::format("M{} {}L{} {}H{}", px(bar), px(top_ + wanted[i]), px(bar + 12), px(y),
                         px(bar + 16));
    const std::string size = human_size(labelled[i]->bytes);
    const std::size_t letters = letters_in(place.labels - 20) - size.size() - 1;
    texts += fmt::format("<text x=\"{}\" y=\"{}\">{} <tspan class=\"faint\">{}</tspan></text>\n",
                         px(bar + 18), px(y + kDrop),
                         xml_escaped(fitted(label_of(*labelled[i]), letters)), size);
  }
  return fmt::format("<path class=\"lead\" d=\"{}\"/>\n{}", leads, texts);
}

std::string Picture::fold(const Stretch& stretch) const {
  const double y = top_ + stretch.top;
  std::string path;
  for (const double edge : {y + 3, y + stretch.height - 3}) {
    path += fmt::format("M{} {}", px(axis_right_), px(edge));
    double up = -2;
    for (double x = axis_right_ + 6; x <= right_; x += 6, up = -up)
      path += fmt::format("L{} {}", px(x), px(edge + up));
  }
  const std::string size = size_text(stretch.range.size());
  return fmt::format(
             "<g class=\"gap\" data-start=\"{:#x}\" data-end=\"{:#x}\"><title>nothing is here: {}  "
             "{}</title><rect class=\"fold\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>"
             "<path class=\"zigzag\" d=\"{}\"/>",
             raw(stretch.range.base()), raw(stretch.range.end()), span(stretch.range, digits_),
             size, px(axis_right_), px(y), px(right_ - axis_right_), px(stretch.height), path) +
         text_at(places_[0].left + 4, y + (stretch.height / 2) + kDrop, "faint",
                 fmt::format("nothing for {}", size)) +
         "</g>\n";
}

// Addresses where stretches begin; of those that would cover others, the ones of smaller stretches
// are left out.
std::string Picture::axis_line() const {
  struct Tick {
    std::uint64_t address;
    double top;
    double height;
  };
  std::string out;
  std::vector<Tick> ticks;
  for (const Stretch& s : axis_.stretches()) {
    if (s.fold) out += fold(s);
    ticks.push_back({raw(s.range.base()), s.top, s.height});
  }
  for (const std::uint64_t t : axis_.ticks(30)) ticks.push_back({t, axis_.at(t), 0});
  if (!axis_.stretches().empty())
    ticks.push_back({raw(axis_.stretches().back().range.end()), axis_.height(), axis_.height()});
  std::ranges::stable_sort(ticks, std::greater<>(), &Tick::height);
  std::map<double, std::uint64_t> shown;
  for (const Tick& t : ticks) {
    constexpr double kNear = kLabelDistance - 1;
    const auto after = shown.lower_bound(t.top - kNear);
    if (after == shown.end() || after->first >= t.top + kNear) shown.emplace(t.top, t.address);
  }
  out += "<g class=\"axis\">\n";
  for (const auto& [top, address] : shown) {
    const double y = top_ + top;
    out += fmt::format(
        "<path class=\"lead\" d=\"M{} {}H{}\"/><text class=\"mono\" x=\"{}\" y=\"{}\">{}</text>\n",
        px(axis_right_ - 4), px(y), px(axis_right_), px(axis_right_ - 6), px(y + kDrop),
        hex(address, digits_));
    const std::string round = human_size(address);
    if (address > 0 && round.find('.') == round.npos && round.size() <= 5)
      out += text_at(axis_left_, y + kDrop, "faint", round);
  }
  return out + "</g>\n";
}

std::string Picture::legend_text(const std::vector<LegendRow>& legend, double& down) const {
  constexpr double kIndent = kMargin + 136;
  std::string out;
  for (const LegendRow& row : legend) {
    out += text_at(kMargin, down, "head", row.title);
    double x = kIndent;
    for (const LegendEntry& entry : row.entries) {
      const double width = 36 + (kLetter * static_cast<double>(text_width(entry.words)));
      if (x + width > right_) {
        down += kLineHeight + 2;
        x = kIndent;
      }
      out += fmt::format("<rect class=\"b {}\" x=\"{}\" y=\"{}\" width=\"16\" height=\"11\"/>",
                         entry.css, px(x), px(down - 9.5));
      out += text_at(x + 21, down, "", entry.words);
      x += width;
    }
    down += kLineHeight + 4;
  }
  return out;
}

std::string Picture::whole(const MapText& text, Theme theme, std::string_view parts,
                           const std::vector<LegendRow>& legend,
                           std::string_view more_style) const {
  double down = top_ + axis_.height() + 24;
  std::string rows;
  for (const std::string& line : below_) {
    rows += text_at(kMargin, down, "", fitted(line, letters_in(right_ - kMargin)));
    down += kLineHeight;
  }
  if (!below_.empty()) down += 10;
  rows += legend_text(legend, down);
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"memmap-map\" role=\"img\" width=\"{0}\" "
      "height=\"{1}\" viewBox=\"0 0 {0} {1}\">\n<title>{2}</title>\n<desc>{3}</desc>\n"
      "<style>\n{4}{5}</style>\n<defs>\n{6}</defs>\n"
      "<rect class=\"ground\" width=\"{0}\" height=\"{1}\"/>\n{7}<g class=\"legend\">\n{8}</g>\n"
      "</svg>\n",
      px(std::ceil(right_ + kMargin)), px(down), xml_escaped(text.title),
      xml_escaped(text.description), map_style(theme), more_style, map_patterns(), parts, rows);
}

}  // namespace memmap::report
