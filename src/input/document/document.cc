#include "input/document/document.h"

#include <algorithm>

#include "base/limits.h"

namespace memmap::input {
namespace {

constexpr std::size_t kStep = 256;  // lines from one of lines_ to the next

}  // namespace

Document::Document(std::string file, std::string_view source)
    : file_(std::move(file)), source_(source) {
  std::size_t line = 0;
  for (std::size_t begin = 0;; ++line) {
    if (line % kStep == 0) lines_.push_back(static_cast<std::uint32_t>(begin));
    const std::size_t end = source.find('\n', begin);
    if (end == source.npos) return;
    begin = end + 1;
  }
}

Document::Document(std::string file, std::string_view source, const DocumentTables& tables)
    : Document(std::move(file), source) {
  texts_ = tables.texts;
  values_.assign(tables.values.begin(), tables.values.end());
}

std::string_view Document::line_of(std::size_t line) const {
  if (line == 0) line = 1;
  if ((line - 1) / kStep >= lines_.size()) return {};
  std::size_t begin = lines_[(line - 1) / kStep];
  for (std::size_t i = 0; i < (line - 1) % kStep; ++i) {
    const std::size_t end = source_.find('\n', begin);
    if (end == std::string_view::npos) return {};
    begin = end + 1;
  }
  std::string_view text = source_.substr(begin);
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

std::string_view Document::text(ValueId id) const {
  const DocumentValue& v = values_[id];
  if (v.kind != ValueKind::scalar) return {};
  return std::string_view(texts_).substr(v.text, v.length);
}

ValueId Document::member(ValueId map, std::string_view key) const {
  if (kind(map) != ValueKind::map) return kNoValue;
  for (ValueId id = first(map); id != kNoValue; id = next(next(id)))
    if (text(id) == key) return next(id);
  return kNoValue;
}

Error Document::error_at(std::size_t line, std::size_t column, std::string message) const {
  return input::error_at(file_, {line, line_of(line), column, 1}, std::move(message));
}

Error Document::error(ValueId id, std::string message) const {
  const DocumentValue& v = values_[id];
  Error e = error_at(v.line, v.column, std::move(message));
  if (v.kind == ValueKind::scalar && v.length != 0) {
    const bool quoted = v.column <= e.line_text.size() &&
                        (e.line_text[v.column - 1] == '"' || e.line_text[v.column - 1] == '\'');
    e.caret_length = v.length + (quoted ? 2 : 0);
  }
  return e;
}

DocumentBuilder::DocumentBuilder(Document& document)
    : DocumentBuilder(document, limit_of(Limit::document_values)) {}

// Room for what a dense text has, so that what was read is not moved again and again.
DocumentBuilder::DocumentBuilder(Document& document, std::uint64_t most)
    : doc_(document), most_(most) {
  constexpr std::size_t kBytesOfValue = 8;
  constexpr std::size_t kMost = 1u << 20;
  const std::size_t bytes = doc_.source_.size();
  doc_.values_.reserve(std::min({bytes / kBytesOfValue, kMost, most}));
  doc_.texts_.reserve(std::min(bytes, kMost * kBytesOfValue));
}

DocumentBuilder::Fault DocumentBuilder::add(ValueKind kind, std::string_view text, std::size_t line,
                                            std::size_t column) {
  std::vector<DocumentValue>& values = doc_.values_;
  if (values.size() >= most_)
    return doc_.error_at(line, column, "too many values: " + beyond(Limit::document_values));
  const auto id = static_cast<ValueId>(values.size());
  if (!open_.empty()) {
    Open& parent = open_.back();
    const bool is_key =
        values[parent.id].kind == ValueKind::map && values[parent.id].length % 2 == 0;
    if (is_key && kind != ValueKind::scalar) {
      return doc_.error_at(line, column, "a key is expected here: a word");
    }
    if (parent.last_child != kNoValue) values[parent.last_child].next = id;
    parent.last_child = id;
    ++values[parent.id].length;
  }
  values.push_back({.line = static_cast<std::uint32_t>(line),
                    .column = static_cast<std::uint32_t>(column),
                    .text = static_cast<std::uint32_t>(doc_.texts_.size()),
                    .length = static_cast<std::uint32_t>(text.size()),
                    .next = kNoValue,
                    .kind = kind});
  doc_.texts_ += text;
  return std::nullopt;
}

DocumentBuilder::Fault DocumentBuilder::scalar(std::string_view text, std::size_t line,
                                               std::size_t column) {
  return add(ValueKind::scalar, text, line, column);
}

DocumentBuilder::Fault DocumentBuilder::null(std::size_t line, std::size_t column) {
  return add(ValueKind::null, {}, line, column);
}

DocumentBuilder::Fault DocumentBuilder::open(ValueKind list_or_map, std::size_t line,
                                             std::size_t column) {
  if (open_.size() >= limit_of(Limit::document_depth))
    return doc_.error_at(line, column, "nested too deep: " + beyond(Limit::document_depth));
  const auto id = static_cast<ValueId>(doc_.values_.size());
  if (Fault fault = add(list_or_map, {}, line, column)) return fault;
  open_.push_back({.id = id});
  return std::nullopt;
}

DocumentBuilder::Fault DocumentBuilder::close() {
  const ValueId id = open_.back().id;
  open_.pop_back();
  return doc_.kind(id) == ValueKind::map ? find_duplicate_key(id) : std::nullopt;
}

DocumentBuilder::Fault DocumentBuilder::find_duplicate_key(ValueId map) const {
  std::vector<ValueId> keys;
  keys.reserve(doc_.size(map) / 2);
  for (ValueId id = doc_.first(map); id != kNoValue; id = doc_.next(doc_.next(id))) {
    keys.push_back(id);
  }
  // Equal keys keep their order, so that the later one is blamed.
  std::stable_sort(keys.begin(), keys.end(),
                   [this](ValueId a, ValueId b) { return doc_.text(a) < doc_.text(b); });
  const auto same = [this](ValueId a, ValueId b) { return doc_.text(a) == doc_.text(b); };
  const auto found = std::adjacent_find(keys.begin(), keys.end(), same);
  if (found == keys.end()) return std::nullopt;
  return doc_.error(found[1], "the key `" + std::string(doc_.text(found[1]).substr(0, 40)) +
                                  "` is here a second time; the first is in line " +
                                  std::to_string(doc_.values_[found[0]].line));
}

void DocumentFaults::at(ValueId id, std::string message, std::optional<PhysRange> range) {
  add_made([&] {
    Error error = doc_.error(id, std::move(message));
    error.range = range;
    return error;
  });
}

void DocumentFaults::at(ValueId id, const Errors& without_origin) {
  for (const Error& e : without_origin) at(id, e.message);
}

}  // namespace memmap::input
