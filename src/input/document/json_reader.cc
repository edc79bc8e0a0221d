#include "input/document/json_reader.h"

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>

#include "base/limits.h"

namespace memmap::input {
namespace {

using nlohmann::json;

// The parser tells values without their places. Since what it has told was valid, the next token
// starts behind white space, commas and colons: this walks along.
class Places {
 public:
  explicit Places(std::string_view source) : source_(source) {
    if (source_.starts_with("\xef\xbb\xbf")) at_ = line_start_ = 3;  // skipped by the parser, too
  }

  std::size_t line() const { return line_; }
  std::size_t column() const { return start_ - line_start_ + 1; }

  // To the next token, which is one of `{ } [ ]`, a string, or a word (number, true, false, null).
  // Returns its text as written.
  std::string_view next() {
    while (at_ < source_.size() &&
           std::string_view(" \t\r\n,:").find(source_[at_]) != std::string_view::npos) {
      if (source_[at_] == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      }
      ++at_;
    }
    start_ = at_;
    if (at_ == source_.size()) return {};
    if (source_[at_] == '"') {
      for (++at_; at_ < source_.size() && source_[at_] != '"'; ++at_) {
        if (source_[at_] == '\\') ++at_;
      }
      at_ = std::min(at_ + 1, source_.size());
    } else if (std::string_view("{}[]").find(source_[at_]) != std::string_view::npos) {
      ++at_;
    } else {
      at_ = std::min(source_.find_first_of(" \t\r\n,:{}[]\"", at_), source_.size());
    }
    return source_.substr(start_, at_ - start_);
  }

 private:
  std::string_view source_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;
  std::size_t line_ = 1;
  std::size_t line_start_ = 0;
};

// Returning false ends the parsing.
class Handler : public nlohmann::json_sax<json> {
 public:
  Handler(Document& document, std::string_view source, std::uint64_t most)
      : doc_(document), builder_(document, most), places_(source), source_(source) {}

  const std::optional<Error>& error() const { return error_; }

  bool null() override {
    places_.next();
    return check(builder_.null(places_.line(), places_.column()));
  }
  bool boolean(bool) override { return word(); }
  bool number_integer(number_integer_t) override { return word(); }
  bool number_unsigned(number_unsigned_t) override { return word(); }
  bool number_float(number_float_t, const string_t&) override { return word(); }
  bool string(string_t& value) override {
    places_.next();
    return check(builder_.scalar(value, places_.line(), places_.column()));
  }
  bool key(string_t& value) override { return string(value); }
  bool binary(binary_t&) override { return false; }  // JSON text has none
  bool start_object(std::size_t) override { return open(ValueKind::map); }
  bool start_array(std::size_t) override { return open(ValueKind::list); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& e) override {
    const std::size_t at = std::min(position == 0 ? 0 : position - 1, source_.size());
    const std::string_view before = source_.substr(0, at);
    const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    const std::size_t start = before.rfind('\n');
    const std::size_t column = start == std::string_view::npos ? at + 1 : at - start;
    error_ = doc_.error_at(line, column, "not JSON: " + reason(e.what()));
    return false;
  }

 private:
  // `[json.exception.parse_error.101] parse error at line 1, column 2: <reason>; last read: ...`
  static std::string reason(std::string_view what) {
    const std::size_t at = what.find(": ");
    if (at != std::string_view::npos) what.remove_prefix(at + 2);
    std::string out;
    for (const char c : what.substr(0, 200)) out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    return out;
  }

  bool check(DocumentBuilder::Fault fault) {
    if (fault) error_ = std::move(fault);
    return !error_.has_value();
  }
  bool word() {
    const std::string_view text = places_.next();
    return check(builder_.scalar(text, places_.line(), places_.column()));
  }
  bool open(ValueKind kind) {
    places_.next();
    return check(builder_.open(kind, places_.line(), places_.column()));
  }
  bool close() {
    places_.next();
    return check(builder_.close());
  }

  Document& doc_;
  DocumentBuilder builder_;
  Places places_;
  std::string_view source_;
  std::optional<Error> error_;
};

}  // namespace

Result<Document> read_json_document(std::string file, std::string_view source, Whose whose) {
  const bool given = whose == Whose::given;
  if (given && source.size() > limit_of(Limit::document_size)) {
    return Error{.message = "too large for JSON: " + beyond(Limit::document_size, source.size()),
                 .origin = {std::move(file)}};
  }
  Document document(std::move(file), source);
  Handler handler(document, source, given ? limit_of(Limit::document_values) : source.size() + 1);
  try {
    if (json::sax_parse(source.begin(), source.end(), &handler)) return document;
  } catch (const std::exception& e) {
    return document.error_at(0, 0, std::string("JSON could not be read: ") + e.what());
  }
  return handler.error().value_or(document.error_at(0, 0, "not JSON"));
}

}  // namespace memmap::input
