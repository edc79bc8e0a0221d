// Two logs compared with each other: never a map, unless one side is chosen.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "input/log/log_disguise.h"
#include "input/log/log_words.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

enum class Form { unified, words, beside, plain };

struct Diff {
  Form form = Form::unified;
  std::size_t first = 0;  // lines that show it, as indices
  std::size_t second = 0;
};

// What stands before a line's first message: quote marks of mails apart, `+`, `-`, `<`, `>` or
// nothing.
std::string_view tag_of(std::string_view line, std::size_t words) {
  std::size_t stamp_at = 0;
  const std::string_view front = line.substr(0, words);
  return trim(last_stamp(front, stamp_at).empty() ? front : front.substr(0, stamp_at));
}

bool is_sign(std::string_view tag, char sign) {
  if (!tag.ends_with(sign)) return false;
  tag.remove_suffix(1);
  return tag.find_first_not_of("> |") == tag.npos;
}

// `[-old-]`, `{+new+}`.
bool has_word_marks(std::string_view line) {
  return (line.find("[-") != line.npos && line.find("-]") != line.npos) ||
         (line.find("{+") != line.npos && line.find("+}") != line.npos);
}

std::optional<Diff> diff_in(const Paper& paper) {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t plus = kNone, minus = kNone, left = kNone, right = kNone, bare = kNone;
  std::size_t marked = kNone, hunk = kNone, changed = kNone;
  bool apart = false;  // `- ` is a bullet, too
  for (std::size_t i = 0; i < paper.size(); ++i) {
    const std::string_view line = paper[i].text;
    const auto first = [&](std::size_t& at) { at = std::min(at, i); };
    if (skip_blanks(line).starts_with("@@ -")) first(hunk);
    const std::size_t words = find_words(line);
    if (words == line.npos) continue;
    if (has_word_marks(line)) first(marked);
    const std::size_t again = line.find("BIOS-e820: [mem ", words + 1);
    if (again != line.npos && line.find("\\n") == line.npos && line.find('"') == line.npos)
      return Diff{Form::beside, i, i};
    const std::string_view tag = tag_of(line, words);
    if (is_sign(tag, '+')) first(plus);
    if (is_sign(tag, '-')) first(minus);
    if (tag == "<") first(left);
    if (tag == ">") first(right);
    if (tag.empty()) first(bare);
    if (changed == kNone && (plus == i || minus == i)) {
      changed = i;
      apart = line.substr(line.find(tag.back()) + 1).starts_with(' ');
    }
  }
  if (marked != kNone) return Diff{Form::words, marked, marked};
  if (plus != kNone && minus != kNone)
    return Diff{Form::unified, std::min(plus, minus), std::max(plus, minus)};
  if (changed != kNone && (hunk != kNone || (bare != kNone && !apart)))
    return Diff{Form::unified, std::min(changed, hunk), changed};
  if (left != kNone && right != kNone)
    return Diff{Form::plain, std::min(left, right), std::max(left, right)};
  return std::nullopt;
}

// Removes what `open` and `close` enclose, or only these marks.
void unmark(std::string& text, std::string_view open, std::string_view close, bool keep) {
  for (std::size_t at = text.find(open); at != text.npos; at = text.find(open, at)) {
    const std::size_t end = text.find(close, at + open.size());
    if (end == text.npos) return;
    if (keep) {
      text.erase(end, close.size());
      text.erase(at, open.size());
    } else {
      text.erase(at, end + close.size() - at);
    }
  }
}

void choose_words(Paper& paper, Side side) {
  for (PaperLine& line : paper) {
    unmark(line.text, "[-", "-]", side == Side::older);
    unmark(line.text, "{+", "+}", side == Side::newer);
  }
}

// The lines of one side; what stands before the sign (quote marks) stays.
void choose_lines(Paper& paper, Side side) {
  const char dropped = side == Side::older ? '+' : '-';
  Paper out;
  for (PaperLine& line : paper) {
    const std::size_t at = line.text.find_first_not_of("> |");
    const bool sign = at != line.text.npos && (line.text[at] == '+' || line.text[at] == '-');
    if (at != line.text.npos && line.text.compare(at, 3, "@@ ") == 0) continue;
    if (sign && line.text[at] == dropped) continue;
    if (sign) line.text[at] = ' ';
    out.push_back(std::move(line));
  }
  paper = std::move(out);
}

Error refused(const Paper& paper, const Diff& diff) {
  const std::size_t first = paper[diff.first].number;
  const std::size_t second = paper[diff.second].number;
  const std::string lines = first == second ? fmt::format("line {}", first)
                                            : fmt::format("lines {} and {}", first, second);
  const bool chosen = diff.form == Form::unified || diff.form == Form::words;
  return {
      .message = fmt::format(
          "two logs are in this text, compared with each other ({}): a diff is no memory map; {}",
          lines,
          chosen ? "--side old or --side new reads one of them"
                 : "give one of the two logs, or what `diff -u` makes of them and --side"),
      .origin = {.line = first, .column = 1},
      .line_text = paper[diff.first].text};
}

}  // namespace

bool has_diff(const Paper& paper) { return diff_in(paper).has_value(); }

Errors undo_diff(Paper& paper, Wish& wish) {
  const auto diff = diff_in(paper);
  if (!diff) return {};
  if (!wish.side || diff->form == Form::beside || diff->form == Form::plain) {
    return {refused(paper, *diff)};
  }
  wish.side_used = true;
  if (diff->form == Form::words) {
    choose_words(paper, *wish.side);
  } else {
    choose_lines(paper, *wish.side);
  }
  return {};
}

}  // namespace memmap::input
