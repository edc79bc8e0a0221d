// A kernel log in JSON: one document, as of dmesg and of clouds, or an object a line, as of
// journalctl and of containers. The messages are the strings of the key that holds the kernel's
// words.
#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "input/log/log_disguise.h"
#include "input/log/log_words.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

constexpr int kDepthLimit = 64;

// Tells how far the parser has read, so that a message can be given its line.
struct Cursor {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at = nullptr;
  const char** seen = nullptr;

  reference operator*() const { return *at; }
  Cursor& operator++() {
    *seen = ++at;
    return *this;
  }
  Cursor operator++(int) {
    const Cursor old = *this;
    ++*this;
    return old;
  }
  friend bool operator!=(const Cursor& a, const Cursor& b) { return a.at != b.at; }
};

// One string of a document: under which key, in which object, on which line of the text.
struct Item {
  std::string key{};
  std::string text{};
  std::string time{};  // dmesg's, of the same object
  std::size_t line = 0;
};

// Gathers the strings of a document.
class Handler {
 public:
  Handler(std::string_view source, std::vector<Item>& items)
      : counted_(source.data()), seen_(source.data()), items_(items) {}

  Cursor cursor(const char* at) { return Cursor{at, &seen_}; }
  const std::string& fault() const { return fault_; }
  std::size_t line() { return count_lines(), line_; }

  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(nlohmann::json::number_integer_t) { return true; }
  bool number_unsigned(nlohmann::json::number_unsigned_t number) {
    // journald writes a text with a byte that is no UTF-8 as its bytes.
    if (number < 256) {
      bytes_ += static_cast<char>(number);
    } else {
      only_bytes_ = false;
    }
    return true;
  }
  bool number_float(nlohmann::json::number_float_t, const std::string& text) {
    if (key_ == "time") time_ = text;
    return true;
  }
  bool binary(nlohmann::json::binary_t&) { return true; }
  bool string(std::string& text) {
    only_bytes_ = false;
    items_.push_back({.key = key_, .text = std::move(text), .line = line()});
    return true;
  }
  bool key(std::string& name) {
    key_ = std::move(name);
    return true;
  }
  bool start_object(std::size_t) {
    only_bytes_ = false;
    begin_.push_back(items_.size());
    time_.clear();
    return deeper();
  }
  bool end_object() {
    for (std::size_t i = begin_.back(); i < items_.size() && !time_.empty(); ++i) {
      items_[i].time = time_;
    }
    begin_.pop_back();
    time_.clear();
    --depth_;
    return true;
  }
  bool start_array(std::size_t) {
    bytes_.clear();
    only_bytes_ = true;
    return deeper();
  }
  bool end_array() {
    if (only_bytes_ && !bytes_.empty()) {
      items_.push_back({.key = key_, .text = std::exchange(bytes_, {}), .line = line()});
    }
    only_bytes_ = false;
    --depth_;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& e) {
    fault_ = e.what();
    // `[json.exception.parse_error.101] parse error at line 1, column 2: syntax error ...`
    const std::size_t colon = fault_.find(": ");
    if (colon != std::string::npos) fault_.erase(0, colon + 2);
    return false;
  }

 private:
  bool deeper() {
    if (++depth_ <= kDepthLimit) return true;
    fault_ = "nested deeper than " + std::to_string(kDepthLimit) + " levels";
    return false;
  }
  void count_lines() {
    line_ += static_cast<std::size_t>(std::count(counted_, seen_, '\n'));
    counted_ = seen_;
  }

  const char* counted_;
  const char* seen_;
  std::vector<Item>& items_;
  std::vector<std::size_t> begin_{};  // per open object: the first item
  std::size_t line_ = 1;
  int depth_ = 0;
  std::string key_{}, time_{}, fault_{};
  std::string bytes_{};      // of the open array
  bool only_bytes_ = false;  // it holds nothing else
};

struct Fault {
  std::string message{};  // empty: none
  std::size_t line = 0;   // of the parsed text, from 1
};

Fault parse(std::string_view text, std::vector<Item>& items) {
  Handler handler(text, items);
  const char* const end = text.data() + text.size();
  try {
    if (nlohmann::json::sax_parse(handler.cursor(text.data()), handler.cursor(end), &handler))
      return {};
  } catch (const std::exception& e) {
    return {std::string("cannot read the JSON: ") + e.what(), handler.line()};
  }
  return {"not valid JSON: " + handler.fault(), handler.line()};
}

// How many lines of a string are the kernel's.
std::size_t messages_in(std::string_view text) {
  std::size_t found = 0;
  for (const PaperLine& line : paper_of(text)) found += find_words(line.text) != line.text.npos;
  return found;
}

// The key whose strings hold the messages; where no string has words that are known, dmesg's and
// journald's.
std::string key_of(const std::vector<Item>& items) {
  std::map<std::string, std::size_t> found;
  std::size_t looked_at = 0;
  for (const Item& item : items) {
    found[item.key] += messages_in(item.text);
    if (++looked_at > 20000) break;
  }
  std::string best;
  std::size_t most = 0;
  for (const auto& [key, count] : found) {
    if (count > most) best = key, most = count;
  }
  for (const char* known : {"msg", "MESSAGE"}) {
    if (most == 0 && found.contains(known)) return known;
  }
  return most == 0 ? "" : best;
}

// The messages of `items`, a line each; `number` gives a line of the text its number in the file.
template <class Number>
void put_messages(Paper& out, const std::vector<Item>& items, const std::string& key,
                  const Number& number) {
  for (const Item& item : items) {
    if (item.key != key) continue;
    std::string_view text = item.text;
    if (text.ends_with('\n')) text.remove_suffix(1);
    // Of an array of pairs, as Loki's answer, the other half is a number.
    if (!text.empty() && text.find_first_not_of("0123456789") == text.npos) continue;
    Paper pieces;
    put_pieces(pieces, {.text = "", .number = number(item.line)}, text);
    for (PaperLine& piece : pieces) {
      if (!item.time.empty()) piece.text = "[" + item.time + "] " + piece.text;
      out.push_back(std::move(piece));
    }
  }
}

std::string_view front_of(std::string_view line) {
  const std::size_t from = line.find_first_not_of(" \t\r,");
  return from == line.npos ? std::string_view{} : line.substr(from);
}

// The first line that is not empty; nullptr: none.
const PaperLine* first_line(const Paper& paper) {
  for (const PaperLine& line : paper) {
    if (!front_of(line.text).empty()) return &line;
  }
  return nullptr;
}

// Where an object begins in a line that has something before it; npos: nowhere.
std::size_t object_at(std::string_view line) {
  const std::size_t at = line.find("{\"");
  return at == line.npos || !trim(line).ends_with('}') ? line.npos : at;
}

bool marked_journal(std::string_view front) { return front.find("\"MESSAGE\"") != front.npos; }
bool marked(std::string_view front) {
  return marked_journal(front) || front.substr(0, 64).find("\"dmesg\"") != front.npos;
}

// The first 4 KiB.
std::string front_text(const Paper& paper) {
  std::string out;
  for (const PaperLine& line : paper) {
    out += line.text + '\n';
    if (out.size() > 4096) break;
  }
  return out;
}

bool is_document(const Paper& paper) {
  const PaperLine* first = first_line(paper);
  if (first == nullptr) return false;
  const std::string_view front = front_of(first->text);
  if (front_text(paper).find('"') == std::string::npos) return false;  // or `&quot;` in its place
  if (front.starts_with("{\"") || front == "{" || front == "[" || front.starts_with("[{") ||
      front.starts_with("[[\"")) {
    return true;
  }
  return front.starts_with("{ \"") || front.starts_with("[ {");
}

bool has_words(const Paper& paper) {
  return std::ranges::any_of(
      paper, [](const PaperLine& line) { return find_words(line.text) != line.text.npos; });
}

Error no_message() {
  return {.message =
              "JSON without a message; expected `msg` as dmesg --json writes it, or `MESSAGE` as "
              "journalctl -o json does"};
}

Error fault_at(const Paper& paper, const Fault& fault, std::size_t first) {
  const std::size_t index = std::min(first + fault.line - 1, paper.size() - 1);
  return {.message = fault.message, .origin = {.line = paper[index].number}};
}

// An object a line, with whatever stands before it; other lines stay. An object that does not end
// on its line may go on in the next, where something broke it.
Errors undo_lines(Paper& paper) {
  struct Read {
    std::size_t first = 0, last = 0;  // lines
    std::vector<Item> items{};
  };
  std::vector<Read> reads;
  std::vector<Item> all;
  Errors errors;
  for (std::size_t i = 0; i < paper.size(); ++i) {
    const std::string_view line = paper[i].text;
    const bool whole = front_of(line).starts_with('{');
    const std::size_t at = whole ? line.find('{') : line.find("{\"");
    if (at == line.npos) continue;
    std::string text(line.substr(at));
    while (text.ends_with(',') || text.ends_with(' ')) text.pop_back();
    Read read{.first = i, .last = i};
    Fault first;
    bool good = false;
    for (std::size_t pieces = 0; pieces < 64; ++pieces) {
      read.items.clear();
      const Fault fault = parse(text, read.items);
      good = fault.message.empty();
      if (good) break;
      if (first.message.empty()) first = fault;
      if (read.last + 1 >= paper.size() || front_of(paper[read.last + 1].text).starts_with('{')) {
        break;
      }
      text += paper[++read.last].text;
    }
    if (!good) {
      if (whole && !first.message.empty()) errors.push_back(fault_at(paper, first, i));
      continue;
    }
    all.insert(all.end(), read.items.begin(), read.items.end());
    reads.push_back(std::move(read));
    i = reads.back().last;
  }
  if (!errors.empty() && errors.size() >= reads.size()) return {errors.front()};
  const std::string key = key_of(all);
  if (key.empty()) return marked(front_text(paper)) ? Errors{no_message()} : Errors{};
  if (!errors.empty()) return errors;
  Paper out;
  std::size_t next = 0;
  for (const Read& read : reads) {
    for (; next < read.first; ++next) out.push_back(std::move(paper[next]));
    put_messages(out, read.items, key, [&](std::size_t) { return paper[read.first].number; });
    next = read.last + 1;
  }
  for (; next < paper.size(); ++next) out.push_back(std::move(paper[next]));
  paper = std::move(out);
  return {};
}

std::string text_of(const Paper& paper, std::string_view end) {
  std::string out;
  for (const PaperLine& line : paper) out.append(line.text).append(end);
  return out;
}

// Everything in one document; broken within its strings, it is put together first.
Errors undo_document(Paper& paper) {
  std::vector<Item> items;
  bool whole_lines = true;
  const Fault fault = parse(text_of(paper, "\n"), items);
  if (!fault.message.empty()) {
    items.clear();
    whole_lines = false;
    if (!parse(text_of(paper, ""), items).message.empty()) return {fault_at(paper, fault, 0)};
  }
  const std::string key = key_of(items);
  Paper out;
  put_messages(out, items, key, [&](std::size_t line) {
    return whole_lines ? paper[std::min(line, paper.size()) - 1].number : paper.front().number;
  });
  if (out.empty()) {
    return {no_message()};
  }
  paper = std::move(out);
  return {};
}

}  // namespace

bool has_json(const Paper& paper) {
  if (is_document(paper)) return marked(front_text(paper)) || has_words(paper);
  return std::ranges::any_of(paper, [](const PaperLine& line) {
    const std::size_t at = object_at(line.text);
    return at != line.text.npos &&
           find_words(std::string_view(line.text).substr(at)) != line.text.npos;
  });
}

Errors undo_json(Paper& paper, Wish&) {
  const PaperLine* first = first_line(paper);
  if (first == nullptr) return {};
  std::vector<Item> ignored;
  const bool a_line_each = !is_document(paper) || marked_journal(front_text(paper)) ||
                           (front_of(first->text).starts_with('{') &&
                            parse(front_of(first->text), ignored).message.empty());
  return a_line_each ? undo_lines(paper) : undo_document(paper);
}

}  // namespace memmap::input
