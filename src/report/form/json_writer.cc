#include "report/form/json_writer.h"

#include <charconv>
#include <utility>

#include "base/check.h"
#include "base/json_text.h"

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
  append_json_text(out_, name);
  out_ += ": ";
  after_key_ = true;
  return *this;
}

void JsonWriter::value(std::string_view text) {
  separate();
  append_json_text(out_, text);
}

void JsonWriter::value(bool b) {
  separate();
  out_ += b ? "true" : "false";
}

void JsonWriter::null() {
  separate();
  out_ += "null";
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

std::string JsonWriter::finish() && {
  MEMMAP_CHECK(levels_.empty(), "finish() with something open");
  out_ += '\n';
  return std::move(out_);
}

}  // namespace memmap::report
