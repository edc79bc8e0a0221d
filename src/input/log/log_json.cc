// The two JSON forms of a kernel log: one document by dmesg, one object a line by journalctl.
#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "input/log/log_lines.h"

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

// Gathers `msg` (dmesg) or `MESSAGE` (journalctl) of each object, with its time.
class Handler {
 public:
  Handler(std::string_view source, std::string& out, std::vector<std::size_t>& numbers)
      : counted_(source.data()), seen_(source.data()), out_(out), numbers_(numbers) {}

  Cursor cursor(const char* at) { return Cursor{at, &seen_}; }
  const std::string& fault() const { return fault_; }
  std::size_t line() { return count_lines(), line_; }

  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(nlohmann::json::number_integer_t) { return true; }
  bool number_unsigned(nlohmann::json::number_unsigned_t) { return true; }
  bool number_float(nlohmann::json::number_float_t, const std::string& text) {
    if (key_ == "time") time_ = text;
    return true;
  }
  bool binary(nlohmann::json::binary_t&) { return true; }
  bool string(std::string& text) {
    if (key_ == "msg" || key_ == "MESSAGE") {
      message_ = std::move(text);
      has_message_ = true;
      message_line_ = line();
    }
    return true;
  }
  bool key(std::string& name) {
    key_ = std::move(name);
    return true;
  }
  bool start_object(std::size_t) {
    has_message_ = false;
    time_.clear();
    return deeper();
  }
  bool end_object() {
    if (has_message_) emit();
    has_message_ = false;
    --depth_;
    return true;
  }
  bool start_array(std::size_t) { return deeper(); }
  bool end_array() {
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
  // A message of several lines becomes as many.
  void emit() {
    std::size_t from = 0;
    while (from <= message_.size()) {
      const std::size_t end = std::min(message_.find('\n', from), message_.size());
      if (!time_.empty()) out_.append("[").append(time_).append("] ");
      out_.append(message_, from, end - from).append("\n");
      numbers_.push_back(message_line_);
      from = end + 1;
    }
  }

  const char* counted_;
  const char* seen_;
  std::string& out_;
  std::vector<std::size_t>& numbers_;
  std::size_t line_ = 1;
  int depth_ = 0;
  std::string key_{}, time_{}, message_{}, fault_{};
  bool has_message_ = false;
  std::size_t message_line_ = 0;
};

bool parse_one(std::string_view text, Handler& handler) {
  const char* const end = text.data() + text.size();
  return nlohmann::json::sax_parse(handler.cursor(text.data()), handler.cursor(end), &handler);
}

std::string_view front_of(std::string_view bytes) {
  const std::size_t from = bytes.find_first_not_of(" \t\r\n");
  return from == std::string_view::npos ? std::string_view{} : bytes.substr(from, 4096);
}
bool is_dmesg_json(std::string_view bytes) {
  const std::string_view front = front_of(bytes);
  return !front.empty() && front[0] == '{' && front.substr(0, 64).find("\"dmesg\"") != front.npos;
}
bool is_journal_json(std::string_view bytes) {
  const std::string_view front = front_of(bytes);
  return !front.empty() && front[0] == '{' && front.find("\"MESSAGE\"") != front.npos;
}

}  // namespace

bool is_json_log(std::string_view bytes) { return is_dmesg_json(bytes) || is_journal_json(bytes); }

Result<LogText> LogText::open(const Source& source) {
  if (source.is_folder()) {
    return Error{.message = "is a folder; expected a kernel log", .origin = {.file = source.name}};
  }
  LogText log;
  log.name_ = &source.name;
  log.plain_ = source.bytes;
  const std::string_view bytes = source.bytes;
  if (!is_json_log(bytes)) return log;
  Handler handler(bytes, log.unpacked_, log.json_numbers_);
  bool good = true;
  try {
    if (is_dmesg_json(bytes)) {
      good = parse_one(bytes, handler);
    } else {
      for (std::size_t from = 0; good && from < bytes.size();) {
        const std::size_t end = std::min(bytes.find('\n', from), bytes.size());
        const std::string_view line = bytes.substr(from, end - from);
        if (line.find_first_not_of(" \t\r") != line.npos) good = parse_one(line, handler);
        from = end + 1;
      }
    }
  } catch (const std::exception& e) {
    return Error{.message = std::string("cannot read the JSON: ") + e.what(),
                 .origin = {.file = source.name, .line = handler.line()}};
  }
  if (!good) {
    return Error{.message = "not valid JSON: " + handler.fault(),
                 .origin = {.file = source.name, .line = handler.line()}};
  }
  if (log.unpacked_.empty()) {
    return Error{.message =
                     "JSON without a message; expected `msg` as dmesg --json writes it, or "
                     "`MESSAGE` as journalctl -o json does",
                 .origin = {.file = source.name}};
  }
  return log;
}

}  // namespace memmap::input
