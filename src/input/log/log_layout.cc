// What was done to every line of a text alike: a tag in front of each, or a terminal's width.
#include <algorithm>
#include <map>
#include <set>

#include "input/log/log_disguise.h"
#include "input/log/log_form.h"
#include "input/log/log_words.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

constexpr std::size_t kNarrowest = 60;
constexpr std::size_t kWidest = 80;  // of a mail
constexpr std::size_t kFewest = 4;   // lines

// Length of the tag of this form at the front, blanks behind it included; 0: it has another.
std::size_t tag_length(std::string_view line, const std::string& form) {
  Form found;
  for (std::size_t i = 0; i < line.size() && found.text().size() <= form.size(); ++i) {
    found.add(line[i]);
    if (found.text() != form) continue;
    if (i + 1 < line.size() && is_word(line[i]) && is_word(line[i + 1])) continue;
    return i + 1 + (line.substr(i + 1).starts_with(' ') ? 1 : 0);
  }
  return 0;
}

// What stands before the kernel's stamp, or its words, in the first line that has them.
std::string_view first_tag(const Paper& paper) {
  for (const PaperLine& line : paper) {
    const std::string_view text = line.text;
    const std::size_t words = find_words(text);
    if (words == text.npos) continue;
    std::size_t stamp_at = 0;
    const bool stamped = !last_stamp(text.substr(0, words), stamp_at).empty();
    return trim(text.substr(0, stamped ? stamp_at : words));
  }
  return {};
}

bool all_have(const Paper& paper, const std::string& form) {
  std::size_t lines = 0;
  for (const PaperLine& line : paper) {
    if (trim(line.text).empty()) continue;
    if (tag_length(line.text, form) == 0) return false;
    ++lines;
  }
  return lines >= kFewest;
}

// What stands around every line.
struct Frame {
  std::string form{};       // of the tag in front; empty: none
  std::string_view tail{};  // behind it; empty: none
  char quote = '\0';        // the tag opens a quotation, which the tail closes
};

bool all_end(const Paper& paper, std::string_view tail) {
  std::size_t lines = 0;
  for (const PaperLine& line : paper) {
    const std::string_view text = trim(line.text);
    if (text.empty()) continue;
    if (!text.ends_with(tail)) return false;
    ++lines;
  }
  return lines >= kFewest;
}

// The longest piece of the first message's tag that every line has, and what every line ends with.
Frame frame_of(const Paper& paper) {
  Frame out;
  for (const std::string_view tail : {"\\", "<br>", "<br/>", "<br />", " |"}) {
    if (all_end(paper, tail)) out.tail = tail;
  }
  if (!out.tail.empty()) return out;
  const std::string_view whole = first_tag(paper);
  for (const std::string_view quote : {"\"", "'"}) {
    std::size_t at = whole.rfind(quote);
    while (at != whole.npos && at != 0 && whole[at - 1] == '\\') at = whole.rfind(quote, at - 1);
    if (at == whole.npos || !all_end(paper, quote)) continue;
    out.form = form_of(whole.substr(0, at + 1));
    if (all_have(paper, out.form)) return {.form = out.form, .tail = quote, .quote = quote[0]};
  }
  for (std::string_view tag = whole; !tag.empty(); tag = trim(tag)) {
    // What opens a quotation or an object is closed behind the message, line by line; signs are a
    // diff's.
    if (tag.find_first_of("\"'`{") == tag.npos &&
        std::string_view("+-[(<").find(tag.back()) == tag.npos) {
      std::string form = form_of(tag);
      if (all_have(paper, form)) return {.form = std::move(form)};
    }
    // On to where something else closes.
    do {
      tag.remove_suffix(1);
    } while (!tag.empty() && is_word(tag.back()));
  }
  return {};
}

std::string start_of(std::string_view line) { return form_of(line.substr(0, 8)); }

// A text cut at a terminal's width, line by line.
struct Columns {
  std::size_t width = 0;           // 0: it is not cut
  std::set<std::string> starts{};  // how lines begin that surely are no rest
  bool cut(const Paper& paper, std::size_t i) const {
    return i + 1 < paper.size() && paper[i].text.size() == width && !paper[i + 1].text.empty() &&
           !starts.contains(start_of(paper[i + 1].text)) &&
           !begins_with_words(skip_blanks(paper[i + 1].text));
  }
};

Columns columns_of(const Paper& paper) {
  Columns out;
  for (const PaperLine& line : paper) out.width = std::max(out.width, line.text.size());
  std::size_t full = 0;
  std::size_t quoted = 0;
  for (std::size_t i = 0; i < paper.size(); ++i) {
    const bool is_full = paper[i].text.size() == out.width;
    full += is_full ? 1 : 0;
    quoted += is_full && paper[i].text.ends_with('=') ? 1 : 0;
    // Behind a line that does not reach the end a new one begins.
    if (i == 0 || paper[i - 1].text.size() < out.width) out.starts.insert(start_of(paper[i].text));
  }
  std::size_t cuts = 0;
  for (std::size_t i = 0; i < paper.size(); ++i) cuts += out.cut(paper, i) ? 1 : 0;
  const bool folded = out.width >= kNarrowest && full >= 2 && full * 8 >= paper.size() &&
                      quoted * 2 < full && cuts * 4 >= full * 3;
  if (!folded) out.width = 0;
  return out;
}

std::string_view first_word(std::string_view text) {
  text = skip_blanks(text);
  return text.substr(0, text.find(' '));
}

// Records that a mailer wrapped between words: all begin as the first line does, and each line that
// goes on had no room for the next word. The width; 0: it is not so.
std::size_t wrapped_records(const Paper& paper) {
  if (paper.empty()) return 0;
  const std::string start = start_of(paper[0].text);
  const auto begins = [&](std::size_t i) { return start_of(paper[i].text) == start; };
  std::size_t width = 0;
  std::size_t breaks = 0;
  for (std::size_t i = 0; i + 1 < paper.size(); ++i) {
    if (begins(i + 1)) continue;
    width = std::max(width, paper[i].text.size());
    ++breaks;
  }
  if (breaks < kFewest || width < kNarrowest || width > kWidest || breaks * 4 < paper.size())
    return 0;
  for (std::size_t i = 0; i + 1 < paper.size(); ++i) {
    if (begins(i + 1)) continue;
    const std::size_t room = paper[i].text.size() + 1 + first_word(paper[i + 1].text).size();
    const std::string& next = paper[i + 1].text;
    if (next.empty() || begins_with_words(next) || room <= width) return 0;
  }
  return width;
}

}  // namespace

bool has_common_tag(const Paper& paper) {
  const Frame frame = frame_of(paper);
  return !frame.form.empty() || !frame.tail.empty();
}

void undo_common_tag(Paper& paper) {
  const Frame frame = frame_of(paper);
  for (PaperLine& line : paper) {
    if (!frame.form.empty()) line.text.erase(0, tag_length(line.text, frame.form));
    if (frame.quote != '\0') {
      line.text = unquoted(line.text, frame.quote);
    } else if (!frame.tail.empty() && !trim(line.text).empty()) {
      line.text.erase(line.text.rfind(frame.tail));
    }
  }
}

bool has_columns(const Paper& paper) {
  return columns_of(paper).width != 0 || wrapped_records(paper) != 0;
}

void undo_columns(Paper& paper) {
  const Columns columns = columns_of(paper);
  const std::string start = start_of(paper[0].text);
  Paper out;
  for (std::size_t i = 0; i < paper.size(); ++i) {
    PaperLine line = paper[i];
    while (columns.width != 0 && columns.cut(paper, i)) line.text += paper[++i].text;
    while (columns.width == 0 && i + 1 < paper.size() && start_of(paper[i + 1].text) != start) {
      if (!line.text.ends_with(' ')) line.text += ' ';
      line.text += skip_blanks(paper[++i].text);
    }
    line.width = 0;
    out.push_back(std::move(line));
  }
  paper = std::move(out);
}

}  // namespace memmap::input
