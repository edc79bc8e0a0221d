#include "input/document/yaml_reader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <istream>
#include <streambuf>

namespace memmap::input {
namespace {

// Ends yaml-cpp's parsing; leaves this file never.
struct Stop {
  Error error;
};

// A stream over bytes at hand, without a copy of them.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view bytes) {
    char* begin = const_cast<char*>(bytes.data());  // a get area is never written to
    setg(begin, begin, begin + bytes.size());
  }
};

std::size_t line_of(const YAML::Mark& mark) { return static_cast<std::size_t>(mark.line) + 1; }
std::size_t column_of(const YAML::Mark& mark) { return static_cast<std::size_t>(mark.column) + 1; }

class Handler : public YAML::EventHandler {
 public:
  Handler(Document& document, std::string_view source)
      : doc_(document), builder_(document), source_(source) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    // A parser that stops at a character it cannot use starts a document there, again and again.
    const Error at = doc_.error_at(line_of(mark), column_of(mark), {});
    const bool marked = std::string_view(at.line_text).starts_with("---");
    stop(mark, marked ? "a second document starts here; one is expected"
                      : "unexpected text after the end of the document");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    check(builder_.null(line_of(mark), column_of(mark)));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    stop(mark, "aliases (`*name`) are not accepted; write the value out");
  }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override {
    stop(mark, "anchors (`&name`) are not accepted");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    last_scalar_ = mark;
    // The parser tags what is quoted or a block with a `!` of its own.
    const bool written =
        tag == "!" && std::string_view("\"'|>").find(byte_at(mark)) == std::string_view::npos;
    check_tag(mark, written ? "!!" : tag == "!" ? "" : tag);
    check(builder_.scalar(value, line_of(mark), column_of(mark)));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    check(builder_.open(ValueKind::list, line_of(mark), column_of(mark)));
  }
  void OnSequenceEnd() override { check(builder_.close()); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    check(builder_.open(ValueKind::map, line_of(mark), column_of(mark)));
  }
  void OnMapEnd() override { check(builder_.close()); }

  // yaml-cpp 0.7 takes an open quote at the end for closed if a line break stands before the end.
  void check_last_quote() const {
    const char quote = byte_at(last_scalar_);
    if (quote != '"' && quote != '\'') return;
    for (std::size_t i = offset_of(last_scalar_) + 1; i < source_.size(); ++i) {
      const bool escape = quote == '"' ? source_[i] == '\\' : source_.substr(i).starts_with("''");
      if (escape) {
        ++i;
      } else if (source_[i] == quote) {
        return;
      }
    }
    stop(last_scalar_, "this quote is not closed");
  }

 private:
  [[noreturn]] void stop(const YAML::Mark& mark, std::string message) const {
    throw Stop{doc_.error_at(line_of(mark), column_of(mark), std::move(message))};
  }
  static void check(DocumentBuilder::Fault fault) {
    if (fault) throw Stop{std::move(*fault)};
  }
  void check_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (!tag.empty() && tag != "?") stop(mark, "tags (`!name`) are not accepted");
  }

  std::size_t offset_of(const YAML::Mark& mark) const {
    const std::size_t skipped = source_.starts_with("\xef\xbb\xbf") ? 3 : 0;
    return static_cast<std::size_t>(mark.pos) + skipped;
  }
  char byte_at(const YAML::Mark& mark) const {
    const std::size_t at = offset_of(mark);
    return at < source_.size() ? source_[at] : ' ';
  }

  Document& doc_;
  DocumentBuilder builder_;
  std::string_view source_;
  YAML::Mark last_scalar_;
  std::size_t documents_ = 0;
};

Error explain(const Document& document, const YAML::Exception& e) {
  if (e.mark.is_null()) return document.error_at(0, 0, "not YAML: " + e.msg);
  Error error = document.error_at(line_of(e.mark), column_of(e.mark), "not YAML: " + e.msg);
  const std::string_view line = error.line_text;
  const std::size_t tab = line.find('\t');
  if (tab != std::string_view::npos && line.find_first_not_of(" \t") > tab) {
    error.message = "a tab in the indentation; YAML takes spaces only";
    error.origin.column = tab + 1;
  }
  return error;
}

}  // namespace

Result<Document> read_yaml(std::string file, std::string_view source) {
  if (source.size() > kMaxDocumentBytes) {
    return Error{.message = "larger than 64 MiB; YAML of that size is not read",
                 .origin = {std::move(file)}};
  }
  Document document(std::move(file), source);
  const std::size_t nul = source.find('\0');
  if (nul != std::string_view::npos) {
    const auto line = static_cast<std::size_t>(
        std::count(source.begin(), source.begin() + static_cast<std::ptrdiff_t>(nul), '\n'));
    const std::size_t start = source.substr(0, nul).rfind('\n');
    return document.error_at(line + 1, start == std::string_view::npos ? nul + 1 : nul - start,
                             "a NUL byte: this is not a text");
  }
  ViewBuffer buffer(source);
  std::istream in(&buffer);
  Handler handler(document, source);
  try {
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(handler)) {
      return document.error_at(1, 1, "there is no document in it: empty, or comments only");
    }
    // A second document, or text behind the first, is told by OnDocumentStart(). Called once: at a
    // stray `,` it never says that it is done.
    parser.HandleNextDocument(handler);
    handler.check_last_quote();
    return document;
  } catch (const Stop& stop) {
    return stop.error;
  } catch (const YAML::Exception& e) {
    return explain(document, e);
  } catch (const std::exception& e) {
    return document.error_at(0, 0, std::string("YAML could not be read: ") + e.what());
  }
}

}  // namespace memmap::input
