// Messages that stand in one line because the line ends between them were lost: by a form that takes
// them for blanks, or by a terminal's capture that only moved the cursor.
#include <algorithm>

#include "input/log/log_disguise.h"
#include "input/log/log_words.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

// What may stand in a line's end's place, and the level before a stamp.
constexpr std::string_view kBetween = "'\", ";
constexpr std::size_t kMostBetween = 4;

std::string_view skip_printed_level(std::string_view s) {
  std::string_view rest = s;
  if (!eat(rest, "<") || !take_decimal(rest) || !eat(rest, ">")) return s;
  return rest;
}

enum class Next { other, stamped, bare };

// What follows the entry that begins at `message`: at once the next message, with its stamp or
// without, or something else. The two columns of `diff -y` are three characters apart.
Next behind_entry(std::string_view message) {
  const EntryText entry = entry_text(message);
  if (!entry.has_type) return Next::other;
  const std::size_t between = entry.tail.find_first_not_of(kBetween);
  if (between > kMostBetween) return Next::other;
  if (entry.tail.substr(0, between).find("  ") != entry.tail.npos) return Next::other;
  const std::string_view next = skip_printed_level(entry.tail.substr(between));
  std::string_view stamp;
  if (next.starts_with('[') && kernel_stamp(next, stamp) != 0) return Next::stamped;
  return between <= 1 && begins_with_words(next) ? Next::bare : Next::other;
}

Next joined_in(std::string_view line) {
  constexpr std::string_view kLabel = "BIOS-e820: ";
  for (std::size_t at = line.find(kLabel); at != line.npos; at = line.find(kLabel, at + 1)) {
    const Next next = behind_entry(line.substr(at));
    if (next != Next::other) return next;
  }
  return Next::other;
}

// The front of the message at `stamp`: its level belongs to it.
std::size_t with_level(std::string_view line, std::size_t stamp) {
  const std::size_t open = line.substr(0, stamp).rfind('<');
  if (open == line.npos || stamp - open > 5) return stamp;
  return skip_printed_level(line.substr(open)).size() == line.size() - stamp ? open : stamp;
}

// The line in pieces, each of which begins with a stamp; the first keeps what stands before it.
std::string in_pieces(std::string_view line) {
  std::string out;
  std::size_t begin = 0;
  std::size_t message = line.npos;  // behind the stamp of the piece
  for (std::size_t at = line.find('['); at != line.npos; at = line.find('[', at + 1)) {
    std::string_view stamp;
    const std::size_t length = kernel_stamp(line.substr(at), stamp);
    if (length == 0) continue;
    const bool first = message == line.npos;
    if (!first && std::ranges::any_of(line.substr(message, at - message), is_letter)) {
      const std::size_t from = with_level(line, at);
      const std::string_view piece = line.substr(begin, from - begin);
      out.append(piece.substr(0, piece.find_last_not_of(kBetween) + 1)).append("\n");
      begin = from;
    }
    message = at + length;
  }
  return out.append(line.substr(begin));
}

}  // namespace

bool has_lost_ends(const Paper& paper) {
  return std::ranges::any_of(
      paper, [](const PaperLine& line) { return joined_in(line.text) != Next::other; });
}

Errors undo_lost_ends(Paper& paper, Wish&) {
  Paper out;
  for (const PaperLine& line : paper) {
    if (joined_in(line.text) == Next::bare) {
      return {{.message = "messages stand in this line one behind another, without their line ends "
                          "and without time stamps to tell where each begins; give the log as "
                          "lines",
               .origin = {.line = line.number, .column = 1},
               .line_text = line.text}};
    }
    put_pieces(out, line, in_pieces(line.text));
  }
  paper = std::move(out);
  return {};
}

}  // namespace memmap::input
