#include "report/text/address_bar.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <map>
#include <string>

#include "report/form/names.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

constexpr std::size_t kNamedOwners = 8;

// What a cell shows.
struct Look {
  std::string glyph{};
  Paint paint = Paint::plain;
  std::string name{};       // for the legend
  std::uint64_t bytes = 0;  // in the whole space
};

// One look for each use, for each type of the firmware's and for each of the largest owners.
class Looks {
 public:
  Looks(const Page& page, const std::vector<account::Piece>& pieces) {
    add(page.glyph("█", "#"), Paint::green, "free RAM");
    add(page.glyph("▒", "+"), Paint::cyan, "RAM, unreserved");
    add(page.glyph("░", "x"), Paint::red, "RAM the kernel leaves out");
    add(page.glyph("·", "."), Paint::faint, "nothing");
    add("*", Paint::yellow, "other reservations");
    std::map<std::string_view, std::uint64_t> owners;
    std::map<E820Type, std::uint64_t> types;
    for (const account::Piece& p : pieces) {
      if (p.use == account::Use::reserved && !p.owner.empty()) owners[p.owner] += p.range.size();
      if (p.use == account::Use::firmware) types[p.type] += p.range.size();
    }
    for (const auto& [type, bytes] : types) {
      type_looks_[type] = add(std::string(1, type_letter(type)), Paint::blue, e820_name(type));
    }
    std::vector<std::pair<std::string_view, std::uint64_t>> largest(owners.begin(), owners.end());
    std::stable_sort(largest.begin(), largest.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    if (largest.size() > kNamedOwners) largest.resize(kNamedOwners);
    for (const auto& [owner, bytes] : largest) {
      owner_looks_[owner] =
          add(std::string(1, owner_letter(owner)), Paint::yellow, page.foreign(owner));
    }
    for (const account::Piece& p : pieces) looks_[of(p)].bytes += p.range.size();
  }

  std::size_t of(const account::Piece& p) const {
    switch (p.use) {
      case account::Use::free:
        return 0;
      case account::Use::waiting:
      case account::Use::fragment:
        return 1;
      case account::Use::retyped:
      case account::Use::left_out:
      case account::Use::nomap:
        return 2;
      case account::Use::gap:
        return kGap;
      case account::Use::firmware:
        return type_looks_.at(p.type);
      case account::Use::reserved:
        break;
    }
    const auto named = owner_looks_.find(p.owner);
    return named == owner_looks_.end() ? kOthers : named->second;
  }
  const Look& operator[](std::size_t i) const { return looks_[i]; }
  std::size_t size() const { return looks_.size(); }

  static constexpr std::size_t kGap = 3;
  static constexpr std::size_t kOthers = 4;

 private:
  std::size_t add(std::string_view glyph, Paint paint, std::string name) {
    looks_.push_back({std::string(glyph), paint, std::move(name)});
    return looks_.size() - 1;
  }
  static char type_letter(E820Type type) {
    switch (type) {
      case E820Type::acpi:
        return 'A';
      case E820Type::nvs:
        return 'N';
      case E820Type::unusable:
        return 'U';
      case E820Type::pmem:
      case E820Type::pram:
        return 'P';
      case E820Type::soft_reserved:
        return 'S';
      case E820Type::reserved:
        return 'R';
      default:
        return 'T';
    }
  }
  // The first letter of its name that is not taken, else any that is not.
  char owner_letter(std::string_view owner) {
    std::string candidates(owner);
    candidates += "abcdefghijklmnopqrstuvwxyz";
    for (const char c : candidates) {
      const auto u = static_cast<unsigned char>(c);
      if (u >= 0x80 || std::isalpha(u) == 0) continue;
      const char letter = static_cast<char>(std::tolower(u));
      if (letter == 'x' || taken_.find(letter) != std::string::npos) continue;
      taken_ += letter;
      return letter;
    }
    return '*';
  }

  std::vector<Look> looks_{};
  std::map<E820Type, std::size_t> type_looks_{};
  std::map<std::string_view, std::size_t> owner_looks_{};
  std::string taken_{};
};

struct BarPiece {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  std::size_t look = 0;
  std::uint64_t look_bytes = 0;  // of the size, those that have this look
};

void join(BarPiece& into, const BarPiece& p) {
  if (p.look == into.look) {
    into.look_bytes += p.look_bytes;
  } else if (p.look_bytes > into.look_bytes) {
    into.look = p.look;
    into.look_bytes = p.look_bytes;
  }
  into.size += p.size;
}

// Neighbours of one look joined; then, doubling what counts as small, small ones joined to what
// stands before them until at most `limit` are left. Gaps that are not small keep apart.
std::vector<BarPiece> fold(std::vector<BarPiece> pieces, std::size_t limit) {
  for (std::uint64_t small = 1;; small *= 2) {
    std::vector<BarPiece> out;
    for (const BarPiece& p : pieces) {
      const bool joins = !out.empty() && (p.look == out.back().look ||
                                          (p.size < small && out.back().look != Looks::kGap) ||
                                          (out.back().size < small && p.look != Looks::kGap));
      if (joins) {
        join(out.back(), p);
      } else {
        out.push_back(p);
      }
    }
    pieces = std::move(out);
    if (pieces.size() <= limit || small > ~std::uint64_t{0} / 4) break;
  }
  if (pieces.size() > limit) pieces.resize(limit);
  return pieces;
}

// Addresses under the starts of ranges, as many as fit: round ones first, then those of wide
// ranges.
std::string ruler(const std::vector<BarPiece>& pieces, const std::vector<unsigned>& cells,
                  unsigned width) {
  struct Tick {
    std::string label;
    unsigned column;
    unsigned cells;
    bool rounded;
  };
  std::vector<Tick> ticks;
  unsigned column = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    std::string label = human_size(pieces[i].base);
    const bool rounded = label.find('.') != std::string::npos;
    ticks.push_back({std::move(label), column, cells[i], rounded});
    column += cells[i];
  }
  std::stable_sort(ticks.begin() + 1, ticks.end(), [](const Tick& a, const Tick& b) {
    return a.rounded != b.rounded ? b.rounded : a.cells > b.cells;
  });
  std::string text(width, ' ');
  for (const Tick& t : ticks) {
    const std::size_t from = t.column == 0 ? 0 : t.column - 1;
    if (t.column + t.label.size() + 1 > width) continue;
    const std::string_view there = std::string_view(text).substr(from, t.label.size() + 2);
    if (there.find_first_not_of(' ') != std::string_view::npos) continue;
    text.replace(t.column, t.label.size(), t.label);
  }
  return text;
}

void legend(Page& page, const Looks& looks) {
  // Entries in columns of one width.
  std::vector<std::size_t> shown;
  std::size_t name_width = 0;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    if (looks[i].bytes == 0 || i == Looks::kGap) continue;
    shown.push_back(i);
    name_width = std::max(name_width, std::min<std::size_t>(text_width(looks[i].name), 26));
  }
  const std::size_t entry = 2 + name_width + 1 + 6 + 2;
  const std::size_t across = std::max<std::size_t>(1, (page.style().width - 2 + 2) / entry);
  const std::size_t down = (shown.size() + across - 1) / across;
  for (std::size_t y = 0; y < down; ++y) {
    std::string text = "  ";
    for (std::size_t x = 0; x * down + y < shown.size(); ++x) {
      const Look& look = looks[shown[x * down + y]];
      const std::string name = cut(look.name, name_width, page.charset());
      text += page.painted(look.glyph, look.paint) + ' ' + name;
      text += fmt::format("{:>{}}  ", human_size(look.bytes), name_width - text_width(name) + 7);
    }
    page.line(text);
  }
}

}  // namespace

std::vector<unsigned> share_cells(const std::vector<BarRange>& ranges, unsigned count) {
  std::vector<unsigned> cells(ranges.size(), 1);
  unsigned left = count - std::min<unsigned>(count, static_cast<unsigned>(ranges.size()));
  std::vector<std::uint64_t> weights;
  for (const BarRange& r : ranges) {
    // By its power of two above 16 KiB.
    const auto magnitude = static_cast<std::uint64_t>(std::bit_width(r.size >> 14));
    weights.push_back(magnitude * magnitude);
  }
  // One cell after the other to the range that has the fewest for its weight.
  for (; left > 0; --left) {
    std::size_t best = ranges.size();
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      if (ranges[i].gap && cells[i] >= kGapCells) continue;
      if (best == ranges.size() || weights[i] * cells[best] > weights[best] * cells[i]) best = i;
    }
    if (best == ranges.size()) break;
    ++cells[best];
  }
  return cells;
}

void write_address_bar(Page& page, const std::vector<account::Piece>& pieces) {
  if (pieces.empty()) return;
  const Looks looks(page, pieces);
  const unsigned width = page.style().width - 4;
  std::vector<BarPiece> bar;
  for (const account::Piece& p : pieces)
    bar.push_back({raw(p.range.base()), p.range.size(), looks.of(p), p.range.size()});
  bar = fold(std::move(bar), width / 2);
  std::vector<BarRange> ranges;
  for (const BarPiece& p : bar) ranges.push_back({p.size, p.look == Looks::kGap});
  const std::vector<unsigned> cells = share_cells(ranges, width);

  std::string text = "  ";
  for (std::size_t i = 0; i < bar.size(); ++i) {
    std::string run;
    for (unsigned c = 0; c < cells[i]; ++c) run += looks[bar[i].look].glyph;
    // A long gap is where the scale breaks.
    if (ranges[i].gap && cells[i] == kGapCells) run = page.glyph("·╱·", "./.");
    text += page.painted(run, looks[bar[i].look].paint);
  }
  page.line(text);
  page.line("  " + ruler(bar, cells, width), Paint::faint);
  legend(page, looks);
}

}  // namespace memmap::report
