#include "input/document/yaml_reader.h"

#include <yaml.h>

#include <algorithm>
#include <memory>

#include "base/limits.h"

namespace memmap::input {
namespace {

struct Place {
  std::size_t line;    // from 1
  std::size_t column;  // in bytes, from 1
};

// Of a byte of the source.
Place place_of_byte(std::string_view source, std::size_t at) {
  const std::string_view before = source.substr(0, at);
  const std::size_t end = before.rfind('\n');
  return {static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1,
          end == std::string_view::npos ? at + 1 : at - end};
}

// libyaml counts characters, an Origin bytes.
class Places {
 public:
  explicit Places(std::string_view source) : source_(source) {
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (std::ranges::all_of(source, is_ascii)) return;
    starts_.push_back(0);
    for (std::size_t i = 0; i < source.size(); ++i)
      if (source[i] == '\n') starts_.push_back(i + 1);
  }

  // Takes time by the distance from the mark before it on the same line: marks come in their order.
  Place of(const yaml_mark_t& mark) {
    if (mark.line >= starts_.size()) return {mark.line + 1, mark.column + 1};
    if (mark.line != line_ || mark.column < column_) {
      line_ = mark.line;
      column_ = 0;
      at_ = starts_[line_];
    }
    for (; column_ < mark.column && at_ < source_.size() && source_[at_] != '\n'; ++column_) {
      do ++at_;
      while (at_ < source_.size() && (static_cast<unsigned char>(source_[at_]) & 0xc0) == 0x80);
    }
    return {mark.line + 1, at_ - starts_[line_] + 1};
  }

 private:
  std::string_view source_;
  std::vector<std::size_t> starts_{};  // of lines; empty: all is ASCII
  // The last mark: its line and column from 0, in characters, and its byte.
  std::size_t line_ = 0;
  std::size_t column_ = 0;
  std::size_t at_ = 0;
};

struct DeleteParser {
  void operator()(yaml_parser_t* p) const {
    yaml_parser_delete(p);
    delete p;
  }
};

// An event of the parser's.
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&event_); }

  bool take(yaml_parser_t& parser) { return yaml_parser_parse(&parser, &event_) == 1; }
  const yaml_event_t& operator*() const { return event_; }

 private:
  yaml_event_t event_{};
};

// A plain scalar that stands for nothing. https://yaml.org/type/null.html
bool is_null(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

class Reader {
 public:
  Reader(Document& document, std::string_view source)
      : doc_(document), builder_(document), source_(source), places_(source) {}

  std::optional<Error> read() {
    const std::unique_ptr<yaml_parser_t, DeleteParser> parser(new yaml_parser_t);
    if (yaml_parser_initialize(parser.get()) == 0) throw std::bad_alloc();
    yaml_parser_set_encoding(parser.get(), YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(
        parser.get(), reinterpret_cast<const unsigned char*>(source_.data()), source_.size());
    for (;;) {
      Event event;
      if (!event.take(*parser)) return fault_of(*parser);
      if ((*event).type == YAML_STREAM_END_EVENT) break;
      if (auto fault = take(*event)) return fault;
    }
    if (documents_ == 0)
      return doc_.error_at(1, 1, "there is no document in it: empty, or comments only");
    return std::nullopt;
  }

 private:
  std::optional<Error> take(const yaml_event_t& event) {
    const Place at = places_.of(event.start_mark);
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        if (++documents_ == 1) return std::nullopt;
        return doc_.error_at(at.line, at.column, "a second document starts here; one is expected");
      case YAML_ALIAS_EVENT:
        return doc_.error_at(at.line, at.column,
                             "aliases (`*name`) are not accepted; write the value out");
      case YAML_SCALAR_EVENT:
        if (auto fault = refused(event.data.scalar.anchor, event.data.scalar.tag, at)) return fault;
        return scalar(
            event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE,
            {reinterpret_cast<const char*>(event.data.scalar.value), event.data.scalar.length}, at);
      case YAML_SEQUENCE_START_EVENT:
        if (auto fault =
                refused(event.data.sequence_start.anchor, event.data.sequence_start.tag, at))
          return fault;
        return builder_.open(ValueKind::list, at.line, at.column);
      case YAML_MAPPING_START_EVENT:
        if (auto fault = refused(event.data.mapping_start.anchor, event.data.mapping_start.tag, at))
          return fault;
        return builder_.open(ValueKind::map, at.line, at.column);
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        return builder_.close();
      default:
        return std::nullopt;
    }
  }

  std::optional<Error> scalar(bool plain, std::string_view text, Place at) {
    return plain && is_null(text) ? builder_.null(at.line, at.column)
                                  : builder_.scalar(text, at.line, at.column);
  }

  std::optional<Error> refused(const yaml_char_t* anchor, const yaml_char_t* tag, Place at) const {
    if (anchor != nullptr)
      return doc_.error_at(at.line, at.column, "anchors (`&name`) are not accepted");
    if (tag != nullptr) return doc_.error_at(at.line, at.column, "tags (`!name`) are not accepted");
    return std::nullopt;
  }

  Error fault_of(const yaml_parser_t& parser) {
    if (parser.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
    const std::string_view problem = parser.problem == nullptr ? "damaged" : parser.problem;
    if (parser.error == YAML_READER_ERROR) {
      const Place at = place_of_byte(source_, std::min(parser.problem_offset, source_.size()));
      return doc_.error_at(at.line, at.column, "not YAML: " + std::string(problem));
    }
    const Place at = places_.of(parser.problem_mark);
    if (problem == "did not find expected <document start>")
      return doc_.error_at(at.line, at.column, "unexpected text after the end of the document");
    if (problem == "found unexpected end of stream" && parser.context != nullptr) {
      const Place quote = places_.of(parser.context_mark);
      return doc_.error_at(quote.line, quote.column, "this quote is not closed");
    }
    Error error = doc_.error_at(at.line, at.column, message_of(parser, problem));
    const std::string_view line = error.line_text;
    const std::size_t tab = line.find('\t');
    if (tab != std::string_view::npos && line.find_first_not_of(" \t") > tab) {
      error.message = "a tab in the indentation; YAML takes spaces only";
      error.origin.column = tab + 1;
    }
    return error;
  }

  // `not YAML: did not find expected ',' or ']', while parsing a flow sequence from line 3 on`
  std::string message_of(const yaml_parser_t& parser, std::string_view problem) const {
    std::string out = "not YAML: " + std::string(problem);
    if (parser.context == nullptr) return out;
    out += std::string(", ") + parser.context;
    if (parser.context_mark.line != parser.problem_mark.line)
      out += " from line " + std::to_string(parser.context_mark.line + 1) + " on";
    return out;
  }

  Document& doc_;
  DocumentBuilder builder_;
  std::string_view source_;
  Places places_;
  std::size_t documents_ = 0;
};

}  // namespace

Result<Document> read_yaml(std::string file, std::string_view source) {
  if (source.size() > limit_of(Limit::document_size)) {
    return Error{.message = "too large for YAML: " + beyond(Limit::document_size, source.size()),
                 .origin = {std::move(file)}};
  }
  Document document(std::move(file), source);
  const std::size_t nul = source.find('\0');
  if (nul != std::string_view::npos) {
    const Place at = place_of_byte(source, nul);
    return document.error_at(at.line, at.column, "a NUL byte: this is not a text");
  }
  if (auto fault = Reader(document, source).read()) return *std::move(fault);
  return document;
}

}  // namespace memmap::input
