#include "report/form/json_writer.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/check.h"
#include "report/form/utf8.h"

namespace memmap::report {
namespace {

template <class T>
void append_number(std::string& out, T n, int radix = 10) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, n, radix).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

}  // namespace

void JsonWriter::new_line() {
  out_ += '\n';
  out_.append(2 * levels_.size(), ' ');
}

void JsonWriter::separate() {
  if (std::exchange(after_key_, false) || levels_.empty()) return;
  Level& level = levels_.back();
  const bool first = std::exchange(level.empty, false);
  if (!first) out_ += ',';
  if (level.layout == Layout::block) {
    new_line();
  } else if (!first) {
    out_ += ' ';
  }
}

void JsonWriter::open(char opener, Layout layout) {
  separate();
  out_ += opener;
  if (!levels_.empty() && levels_.back().layout == Layout::row) layout = Layout::row;
  levels_.push_back({opener == '{' ? '}' : ']', layout});
}

void JsonWriter::close() {
  MEMMAP_CHECK(!levels_.empty(), "close() without open");
  const Level level = levels_.back();
  levels_.pop_back();
  if (level.layout == Layout::block && !level.empty) new_line();
  out_ += level.closer;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  string(name);
  out_ += ": ";
  after_key_ = true;
  return *this;
}

void JsonWriter::value(std::string_view text) {
  separate();
  string(text);
}

void JsonWriter::value(bool b) {
  separate();
  out_ += b ? "true" : "false";
}

void JsonWriter::value(std::int64_t n) {
  separate();
  append_number(out_, n);
}

void JsonWriter::value(std::uint64_t n) {
  separate();
  append_number(out_, n);
}

void JsonWriter::address(std::uint64_t a) {
  separate();
  out_ += "\"0x";
  append_number(out_, a, 16);
  out_ += '"';
}

void JsonWriter::string(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto needs_care = [](char ch) {
    const auto u = static_cast<unsigned char>(ch);
    return u < 0x20 || u >= 0x7f || ch == '"' || ch == '\\';
  };
  out_ += '"';
  while (!text.empty()) {
    const auto plain =
        static_cast<std::size_t>(std::find_if(text.begin(), text.end(), needs_care) - text.begin());
    out_ += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t n = utf8_length(text);
    const auto c = static_cast<unsigned char>(text[0]);
    if (n == 0) {
      out_ += "\\ufffd";
    } else if (n > 1) {
      out_ += text.substr(0, n);
    } else if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += text[0];
    } else if (c == '\n') {
      out_ += "\\n";
    } else if (c == '\t') {
      out_ += "\\t";
    } else {
      out_ += "\\u00";
      out_ += kHex[c >> 4];
      out_ += kHex[c & 15];
    }
    text.remove_prefix(n == 0 ? 1 : n);
  }
  out_ += '"';
}

std::string JsonWriter::finish() && {
  MEMMAP_CHECK(levels_.empty(), "finish() with something open");
  out_ += '\n';
  return std::move(out_);
}

}  // namespace memmap::report
