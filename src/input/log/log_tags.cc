// What stands before and behind each message of a log.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "input/log/log_disguise.h"
#include "input/log/log_form.h"
#include "input/log/log_lines.h"
#include "input/log/log_words.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// Whether no sentence ends so: a tag that stands once only must be unmistakable.
bool closes(std::string_view tag) {
  const std::string_view text = trim(tag);
  return text.empty() || !is_letter(text.back());
}

// A line's message with the tag before it.
struct Message {
  std::size_t at = 0;        // where the kernel's words begin
  std::string_view stamp{};  // its time stamp, in front of them
  std::size_t stamp_at = 0;  // `at`, where there is none
};

std::optional<Message> message_of(std::string_view line) {
  const std::size_t at = find_words(line);
  if (at == line.npos) return std::nullopt;
  Message out{.at = at, .stamp_at = at};
  std::size_t stamp_at = 0;
  out.stamp = last_stamp(line.substr(0, at), stamp_at);
  if (!out.stamp.empty()) out.stamp_at = stamp_at;
  return out;
}

// The quotation mark that a tag ends with; \0: none.
char opening_quote(std::string_view tag) {
  const std::string_view text = trim(tag);
  if (text.empty()) return '\0';
  const char c = text.back();
  return c == '"' || c == '\'' || c == '`' ? c : '\0';
}

// The tags and tails of a log, learned from the lines whose messages are known.
class Tags {
 public:
  void learn(const Paper& paper);
  void strip(PaperLine& line) const;

 private:
  void learn_tag(std::string_view tag);
  void learn_tail(std::string_view message);
  bool strip_known(PaperLine& line, std::string_view whole) const;
  bool strip_by_form(PaperLine& line, std::string_view whole) const;
  void set(PaperLine& line, std::string_view stamp, std::string_view message) const;

  std::map<std::string, std::size_t> forms_{};  // how often each
  std::set<std::string> single_{};              // forms that one line is enough for
  std::map<std::string, std::size_t> tails_{};
  std::size_t entries_ = 0;
  std::size_t longest_ = 0;
  bool stamped_ = false;  // most messages have the kernel's stamp
};

void Tags::learn(const Paper& paper) {
  std::size_t stamped = 0;
  std::size_t messages = 0;
  for (const PaperLine& line : paper) {
    const std::string_view text = line.text;
    const auto message = message_of(text);
    if (!message) continue;
    ++messages;
    if (!message->stamp.empty()) ++stamped;
    // With the stamp, and what stands before it: a broken line's second piece has that alone.
    learn_tag(text.substr(0, message->at));
    if (message->stamp_at != message->at) learn_tag(text.substr(0, message->stamp_at));
    const char quote = opening_quote(text.substr(0, message->stamp_at));
    if (quote == '\0') learn_tail(text.substr(message->at));
  }
  stamped_ = stamped * 2 > messages;
}

void Tags::learn_tag(std::string_view tag) {
  std::string form = form_of(tag);
  if (form.empty()) return;
  longest_ = std::max(longest_, form.size());
  if (closes(tag)) single_.insert(form);
  ++forms_[std::move(form)];
}

void Tags::learn_tail(std::string_view message) {
  const EntryText entry = entry_text(message);
  if (!entry.has_type) return;
  ++entries_;
  const std::string_view tail = trim(entry.tail);
  if (tail.empty() || std::ranges::any_of(tail, [](char c) { return is_letter(c) || is_digit(c); }))
    return;
  ++tails_[std::string(tail)];
}

void Tags::set(PaperLine& line, std::string_view stamp, std::string_view message) const {
  std::string_view text = message;
  for (const auto& [tail, count] : tails_) {
    if (count * 2 < entries_ || !trim(text).ends_with(tail)) continue;
    text = trim(text);
    text.remove_suffix(tail.size());
    break;
  }
  line.text =
      stamp.empty() ? std::string(text) : "[" + std::string(stamp) + "] " + std::string(text);
  line.headed = true;
}

bool Tags::strip_known(PaperLine& line, std::string_view whole) const {
  const auto message = message_of(whole);
  if (!message) return false;
  const std::string_view tag = whole.substr(0, message->at);
  const std::string form = form_of(tag);
  const auto known = forms_.find(form);
  const bool often = known != forms_.end() && known->second >= 2;
  if (!form.empty() && !often && !single_.contains(form)) return false;
  const char quote = opening_quote(whole.substr(0, message->stamp_at));
  const std::string_view text = whole.substr(message->at);
  set(line, message->stamp, quote == '\0' ? std::string(text) : unquoted(text, quote));
  line.tagged = !form.empty();
  return true;
}

// A message of other words behind a tag of the same form as others have.
bool Tags::strip_by_form(PaperLine& line, std::string_view whole) const {
  Form form;
  std::size_t end = 0;
  for (std::size_t i = 0; i < whole.size() && form.text().size() <= longest_; ++i) {
    form.add(whole[i]);
    if (i + 1 < whole.size() && is_word(whole[i]) && is_word(whole[i + 1])) continue;
    const auto known = forms_.find(form.text());
    if (known != forms_.end() && (known->second >= 2 || single_.contains(form.text()))) end = i + 1;
  }
  if (end == 0) return false;
  const std::string_view tag = whole.substr(0, end);
  std::size_t at = 0;
  const std::string_view stamp = last_stamp(tag, at);
  const char quote = opening_quote(stamp.empty() ? tag : tag.substr(0, at));
  std::string_view rest = whole.substr(end);
  if (!rest.empty() && rest[0] == ' ') rest.remove_prefix(1);
  const std::string message = quote == '\0' ? std::string(rest) : unquoted(rest, quote);
  set(line, stamp, message);
  line.tagged = true;
  // Where the kernel stamps its lines, one without a stamp is the rest of another.
  if (stamped_ && stamp.empty()) line.headed = false;
  return true;
}

void Tags::strip(PaperLine& line) const {
  const std::string whole = line.text;
  if (line.width == 0) line.width = width_of(whole);
  line.headed = line.tagged = false;
  if (strip_known(line, whole) || strip_by_form(line, whole)) return;
  // Neither known words nor a known tag: what stands before any message may be taken off.
  LogLine log{.whole = whole};
  strip_prefix(log);
  if (!log.stamp.empty()) {
    set(line, log.stamp, log.text);
    line.tagged = true;
  } else if (!stamped_ && log.text.size() < trim(whole).size() && !log.text.empty()) {
    // Quote marks alone stand before the rest of a line, too.
    const std::string_view tag = std::string_view(whole).substr(0, whole.find(log.text));
    set(line, {}, log.text);
    line.headed = line.tagged = tag.find_first_not_of("> |\t") != tag.npos;
  }
}

}  // namespace

bool has_tags(const Paper& paper) {
  return std::ranges::any_of(paper, [](const PaperLine& line) {
    const auto message = message_of(line.text);
    if (!message) return false;
    LogLine log{.whole = line.text};
    strip_prefix(log);
    if (log.text.data() != line.text.data() + message->at) return true;
    const EntryText entry = entry_text(log.text);
    return entry.has_type && !trim(entry.tail).empty();
  });
}

void undo_tags(Paper& paper) {
  Tags tags;
  tags.learn(paper);
  for (PaperLine& line : paper) tags.strip(line);
}

}  // namespace memmap::input
