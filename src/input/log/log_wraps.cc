// Lines of a log that a terminal cut at its width, or a mailer between two words, put together again.
#include <algorithm>
#include <string>

#include "input/log/log_disguise.h"
#include "input/log/log_words.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

constexpr std::size_t kMostPieces = 64;
// Shorter lines than this nobody breaks.
constexpr std::size_t kNarrowest = 60;
// A mailer leaves no line wider than about this.
constexpr std::size_t kMailWidth = 66;
// No mailer fills it to the last column; a terminal does.
constexpr std::size_t kTerminal = 80;
// Wider ones go on only where their words say so.
constexpr std::size_t kWidest = 132;

// The kernel's message in a line whose tags are off.
std::string_view message_in(std::string_view text) {
  std::string_view stamp;
  if (!text.starts_with('[')) return text;
  const std::size_t n = kernel_stamp(text, stamp);
  return n == 0 ? text : skip_blanks(text.substr(n));
}

// Whether the message stops in the middle: of an entry, of a range, of parentheses.
bool stops_inside(std::string_view message) {
  const EntryText entry = entry_text(message);
  if (entry.is_entry) return !entry.has_type;
  const std::size_t range = message.rfind("[mem");
  if (range != message.npos) return message.find(']', range) == message.npos;
  if (message.starts_with("(XEN)")) {
    const std::size_t open = message.rfind('[');
    const std::string_view last = open == message.npos ? message : message.substr(open);
    const std::size_t comma = last.find(", ");
    if (comma == last.npos) return false;
    // `[a, b] (usable)`: the type comes behind the range.
    const std::size_t close = last.find(']');
    return close == last.npos || trim(last.substr(close + 1)).empty();
  }
  return false;
}

// Whether `whole`, which was put together, is complete where `stops_inside` said that its front is
// not. (XEN)'s types are in parentheses.
bool completes(std::string_view whole) {
  const EntryText entry = entry_text(whole);
  if (entry.is_entry) return entry.has_type && trim(entry.tail).size() < 24;
  if (whole.starts_with("(XEN)")) return trim(whole).ends_with(')');
  return !stops_inside(whole);
}

std::string_view first_word(std::string_view text) {
  text = skip_blanks(text);
  return text.substr(0, text.find_first_of(" \t"));
}

// `root=/dev/sda1 ro`, and what such a line was cut in front of.
bool looks_like_parameters(std::string_view text) {
  text = trim(text);
  if (text.empty() || text.find(": ") != text.npos) return false;
  if (std::string_view("=,:.-").find(text[0]) != text.npos) return true;
  for (const std::string_view known :
       {"ro", "rw", "quiet", "splash", "nokaslr", "debug", "nosmp"}) {
    if (first_word(text) == known) return true;
  }
  const std::size_t equals = text.find('=');
  return equals != text.npos && equals != 0 && !is_blank(text[equals - 1]);
}

// `single`, `nomodeset quiet`: words that only a command line ends with.
bool looks_like_last_words(std::string_view text) {
  text = trim(text);
  const bool plain = std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_' || c == '.' || c == '-' || c == ' ';
  });
  return plain && !text.empty() && is_letter(text[0]) && std::ranges::count(text, ' ') < 4;
}

bool is_command_line(std::string_view message) {
  return message.starts_with("Command line: ") || message.starts_with("Kernel command line: ") ||
         message == "Command line:" || message == "Kernel command line:";
}

enum class Join { direct, blank };

std::string joined(std::string_view front, std::string_view rest, Join how) {
  std::string out(front);
  if (how == Join::blank) {
    rest = skip_blanks(rest);  // mailers indent what goes on
    if (!front.ends_with(' ')) out += ' ';
  }
  return out.append(rest);
}

// Looks at each place where one line may go on in the next, and decides how the text was broken.
class Wraps {
 public:
  explicit Wraps(const Paper& paper) : paper_(paper) { look(); }
  bool any() const { return wrapped_; }
  Paper undone() const;

 private:
  // How the line that begins with line `i` goes on in line `next`; `text` is what it has so far.
  enum class Kind { no, inside, parameters, fits };
  Kind kind(std::size_t last, std::size_t next, std::string_view text) const;
  bool goes_on(Kind kind, std::string_view text) const;
  Join how(std::size_t last, std::string_view front, std::string_view rest) const;
  void look();
  std::size_t columns(std::size_t i) const {
    return paper_[i].width == 0 ? paper_[i].text.size() : paper_[i].width;
  }

  const Paper& paper_;
  bool marked_ = false;  // lines have stamps or tags, so that a line without is the rest of one
  bool wrapped_ = false;
  bool cut_ = false;       // within words, at a terminal's width
  std::size_t width_ = 0;  // of the widest line that goes on
  std::size_t widest_ = 0;
  bool fits_ = false;  // more than one line goes on
};

Wraps::Kind Wraps::kind(std::size_t last, std::size_t next, std::string_view text) const {
  if (next >= paper_.size() || next - last != 1) return Kind::no;
  const PaperLine& line = paper_[next];
  if (line.headed || trim(line.text).empty() || begins_with_words(trim(line.text))) return Kind::no;
  const std::string_view message = message_in(text);
  if (stops_inside(message)) {
    for (const Join join : {Join::direct, Join::blank}) {
      if (completes(message_in(joined(text, line.text, join)))) return Kind::inside;
    }
    // It may take three lines.
    return columns(next) < columns(last) + 24 ? Kind::inside : Kind::no;
  }
  if (is_command_line(message) && looks_like_parameters(line.text) &&
      (columns(last) >= kNarrowest || trim(message).ends_with(':') ||
       columns(last) + 1 + first_word(line.text).size() > kMailWidth)) {
    return Kind::parameters;
  }
  // The last line of one, in front of words that are known.
  if (is_command_line(message) && looks_like_last_words(line.text) && next + 1 < paper_.size() &&
      columns(last) + 1 + first_word(line.text).size() > kMailWidth &&
      begins_with_words(message_in(trim(paper_[next + 1].text)))) {
    return Kind::parameters;
  }
  return marked_ ? Kind::fits : Kind::no;
}

void Wraps::look() {
  std::size_t headed = 0;
  std::size_t tagged = 0;
  for (std::size_t i = 0; i < paper_.size(); ++i) {
    headed += paper_[i].headed ? 1 : 0;
    tagged += paper_[i].tagged ? 1 : 0;
    widest_ = std::max(widest_, columns(i));
  }
  marked_ = headed != 0 && tagged * 2 > headed;
  std::size_t direct_only = 0;
  std::size_t blank_only = 0;
  std::size_t inside = 0;
  std::size_t uneven = 0;
  std::size_t junctions = 0;
  for (std::size_t i = 0; i + 1 < paper_.size(); ++i) {
    if (!paper_[i].headed) continue;
    const std::string& text = paper_[i].text;
    const Kind found = kind(i, i + 1, text);
    if (found == Kind::no) continue;
    if (found == Kind::fits && columns(i) > kWidest) continue;
    if (width_ != 0 && columns(i) != width_) ++uneven;
    width_ = std::max(width_, columns(i));
    ++junctions;
    if (found == Kind::fits) continue;
    wrapped_ = true;
    if (found != Kind::inside) continue;
    ++inside;
    const std::string& rest = paper_[i + 1].text;
    const bool direct = completes(message_in(joined(text, rest, Join::direct)));
    const bool blank = completes(message_in(joined(text, rest, Join::blank)));
    if (text.ends_with(' ') || rest.starts_with(' ')) continue;
    direct_only += direct && (!blank || rest.starts_with(']')) ? 1 : 0;
    blank_only += blank && !direct ? 1 : 0;
  }
  fits_ = inside > 1;
  // All of one width, which no line passes: a terminal's.
  const bool even = uneven == 0 && blank_only == 0 && width_ == widest_;
  const bool all_even = even && marked_ && junctions >= 2 && width_ >= kNarrowest;
  if (all_even) wrapped_ = fits_ = true;
  cut_ = direct_only > blank_only || all_even || (even && junctions > 2) ||
         (even && inside == 0 && (width_ == kTerminal || width_ > 100));
}

bool Wraps::goes_on(Kind kind, std::string_view text) const {
  if (kind != Kind::fits) return kind != Kind::no;
  return fits_ || (wrapped_ && is_command_line(message_in(text)));
}

Join Wraps::how(std::size_t last, std::string_view front, std::string_view rest) const {
  const std::string_view next = trim(rest);
  if (stops_inside(message_in(front))) {
    const bool direct = completes(message_in(joined(front, rest, Join::direct)));
    const bool blank = completes(message_in(joined(front, rest, Join::blank)));
    if (direct != blank) return direct ? Join::direct : Join::blank;
  }
  if (front.ends_with('-') && (next.starts_with("0x") || next.starts_with('0')))
    return Join::direct;
  if (!next.empty() && std::string_view("=,]").find(next[0]) != next.npos) return Join::direct;
  if (!cut_) return Join::blank;
  // Blanks at a line's end get lost: a line that is narrower had one.
  return columns(last) + 1 == width_ && !front.ends_with(' ') ? Join::blank : Join::direct;
}

Paper Wraps::undone() const {
  Paper out;
  for (std::size_t i = 0; i < paper_.size(); ++i) {
    PaperLine line = paper_[i];
    std::size_t last = i;
    while (line.headed && last - i < kMostPieces) {
      const Kind found = kind(last, last + 1, line.text);
      if (!goes_on(found, line.text)) break;
      const std::string& rest = paper_[last + 1].text;
      if (found == Kind::fits) {
        const std::size_t room = columns(last) + 1 + first_word(rest).size();
        if (cut_ ? columns(last) < width_ - 1 : room <= width_) break;
      }
      line.text = joined(line.text, rest, how(last, line.text, rest));
      ++last;
    }
    if (last != i) line.width = 0;
    i = last;
    out.push_back(std::move(line));
  }
  return out;
}

}  // namespace

bool has_wraps(const Paper& paper) {
  Paper tagged = paper;
  undo_tags(tagged);
  return Wraps(tagged).any();
}

void undo_wraps(Paper& paper) {
  undo_tags(paper);
  paper = Wraps(paper).undone();
}

}  // namespace memmap::input
