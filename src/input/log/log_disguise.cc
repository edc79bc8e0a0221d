#include "input/log/log_disguise.h"

#include <algorithm>

#include "input/log/log_words.h"

namespace memmap::input {
namespace {

// How often one comes off: a quoted log may be quoted again. Some leave what they know, in part.
constexpr int kMost = 3;

// How much of a log is looked at before it is taken for plain.
constexpr std::size_t kWindow = std::size_t{64} << 10;

template <void (*undo)(Paper&)>
Errors whole(Paper& paper, Wish&) {
  undo(paper);
  return {};
}

// clang-format off
constexpr Disguise kDisguises[] = {
    // name                    whether it is worn     how it is taken off
    {"common tag",             has_common_tag,        whole<undo_common_tag>},
    {"columns",                has_columns,           whole<undo_columns>},
    {"carriage returns",       has_carriage_returns,  whole<undo_carriage_returns>},
    {"colours and blanks",     has_invisible,         whole<undo_invisible>},
    {"JSON",                   has_json,              undo_json},
    {"quoted-printable",       has_quoted_printable,  whole<undo_quoted_printable>},
    {"HTML",                   has_html,              whole<undo_html>},
    {"written line ends",      has_written_ends,      whole<undo_written_ends>},
    {"lost line ends",         has_lost_ends,         undo_lost_ends},
    {"diff",                   has_diff,              undo_diff},
    {"tags",                   has_tags,              whole<undo_tags>},
    {"broken lines",           has_wraps,             whole<undo_wraps>},
};
// clang-format on

std::string_view line_start(std::string_view bytes, std::size_t at) {
  const std::size_t newline = at == 0 ? bytes.npos : bytes.rfind('\n', at - 1);
  return bytes.substr(newline == bytes.npos ? 0 : newline + 1);
}

// The front of `bytes`, cut behind a whole line.
std::string_view window_at(std::string_view bytes, std::size_t at) {
  const std::string_view front =
      line_start(bytes, at - std::min(at, kWindow / 8)).substr(0, kWindow);
  if (front.size() < kWindow) return front;
  const std::size_t newline = front.rfind('\n');
  return front.substr(0, newline == front.npos ? front.size() : newline + 1);
}

// A tag that all lines have is none, as long as strip_prefix() knows it: `[Mon Nov 23 19:32:10 2026] `.
bool wears_any(const Paper& paper) {
  return std::ranges::any_of(
      kDisguises, [&](const Disguise& d) { return d.worn != has_common_tag && d.worn(paper); });
}

// The same of what is behind a tag that all lines have.
bool wears_any_within(Paper paper) {
  if (wears_any(paper)) return true;
  if (!has_common_tag(paper)) return false;
  undo_common_tag(paper);
  return wears_any(paper);
}

// Where the kernel begins to speak, or its table; npos: nowhere.
std::size_t first_words(std::string_view bytes) {
  std::size_t first = bytes.npos;
  for (const std::string_view words : {"BIOS-", "Linux version ", "(XEN)"}) {
    if (first < kWindow / 2) return first;
    first = std::min(first, bytes.substr(0, first).find(words));
  }
  return first;
}

}  // namespace

std::span<const Disguise> disguises() { return kDisguises; }

bool is_plain_log(std::string_view bytes) {
  if (has_other_encoding(bytes)) return false;
  if (wears_any_within(paper_of(window_at(bytes, 0)))) return false;
  const std::size_t at = first_words(bytes);
  return at == bytes.npos || at < kWindow / 2 || !wears_any_within(paper_of(window_at(bytes, at)));
}

Result<Paper> undress(const std::string& name, std::string_view bytes,
                      const std::optional<Side>& side) {
  Paper paper = has_other_encoding(bytes) ? paper_of(as_utf8(bytes)) : paper_of(bytes);
  Wish wish{.side = side};
  Errors errors;
  // What is outermost comes off first: behind each the table begins anew.
  int done[std::size(kDisguises)] = {};
  for (bool any = true; any && errors.empty();) {
    any = false;
    for (std::size_t i = 0; i < std::size(kDisguises) && !any; ++i) {
      if (done[i] == kMost || !kDisguises[i].worn(paper)) continue;
      any = true;
      ++done[i];
      errors = kDisguises[i].take_off(paper, wish);
    }
  }
  if (errors.empty() && side && !wish.side_used) {
    errors.push_back({.message = "--side has no effect: the log is no diff of two"});
  }
  for (Error& error : errors) error.origin.file = name;
  if (!errors.empty()) return errors;
  return paper;
}

}  // namespace memmap::input
