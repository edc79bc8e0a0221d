// A document of maps, lists and scalars, as YAML and JSON both give it: compact, each value with
// its place in the source.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "input/text/faults.h"

namespace memmap::input {

enum class ValueKind : std::uint8_t { null, scalar, list, map };

// Values are named by number; 0 is the root. Keys are scalars of their own.
using ValueId = std::uint32_t;
inline constexpr ValueId kNoValue = std::numeric_limits<ValueId>::max();

struct DocumentValue {
  std::uint32_t line;
  std::uint32_t column;
  std::uint32_t text;    // where it starts among all texts
  std::uint32_t length;  // of the text; or the number of children
  ValueId next;
  ValueKind kind;
  friend bool operator==(const DocumentValue&, const DocumentValue&) = default;
};

// All that a document says, of a text that was read before the program was built.
struct DocumentTables {
  std::string_view texts{};
  std::span<const DocumentValue> values{};  // parents before their children, which follow in order
};

class Document {
 public:
  // `source` is kept by reference, for the lines in messages: it must outlive the document.
  Document(std::string file, std::string_view source);
  // The document of a text that was read before, into these tables.
  Document(std::string file, std::string_view source, const DocumentTables& tables);

  // They live as long as the document.
  DocumentTables tables() const { return {texts_, values_}; }

  ValueKind kind(ValueId id) const { return values_[id].kind; }
  // Of a scalar: its text, unescaped. Numbers and booleans are text too.
  std::string_view text(ValueId id) const;
  // Of a list or map: its children, in order; a map's alternate key, value.
  std::size_t size(ValueId id) const { return values_[id].length; }
  // kNoValue: none, or `id` is a scalar.
  ValueId first(ValueId id) const {
    const bool holds = kind(id) == ValueKind::list || kind(id) == ValueKind::map;
    return holds && size(id) != 0 ? id + 1 : kNoValue;
  }
  ValueId next(ValueId id) const { return values_[id].next; }
  // The value of a map's key; kNoValue: `map` has no such key, or is no map.
  ValueId member(ValueId map, std::string_view key) const;

  Error error(ValueId id, std::string message) const;
  // Its place alone.
  Origin origin(ValueId id) const { return {file_, values_[id].line, values_[id].column}; }
  // The same at a place; line and column count from 1. Lines longer than 64 KiB are not shown.
  Error error_at(std::size_t line, std::size_t column, std::string message) const;

 private:
  friend class DocumentBuilder;
  std::string_view line_of(std::size_t line) const;

  std::string file_;
  std::string_view source_;
  std::vector<std::uint32_t> lines_{};  // where every 256th begins: a message shows its line
  std::string texts_;
  std::vector<DocumentValue> values_;
};

// What a YAML or JSON parser tells, in its order. Each call returns what is wrong with it, if
// anything; the document is of no use then: nothing but scalars as keys, no key twice, depth and
// number of values within the budget.
class DocumentBuilder {
 public:
  using Fault = std::optional<Error>;

  // `most`: how many values are taken; else as many as the limit has it.
  explicit DocumentBuilder(Document& document);
  DocumentBuilder(Document& document, std::uint64_t most);

  Fault scalar(std::string_view text, std::size_t line, std::size_t column);
  Fault null(std::size_t line, std::size_t column);
  Fault open(ValueKind list_or_map, std::size_t line, std::size_t column);
  Fault close();

 private:
  struct Open {
    ValueId id;
    ValueId last_child = kNoValue;
  };

  Fault add(ValueKind kind, std::string_view text, std::size_t line, std::size_t column);
  Fault find_duplicate_key(ValueId map) const;

  Document& doc_;
  std::uint64_t most_;
  std::vector<Open> open_;
};

// All that is wrong with one document.
class DocumentFaults : public Faults {
 public:
  explicit DocumentFaults(const Document& document) : doc_(document) {}

  void at(ValueId id, std::string message, std::optional<PhysRange> range = std::nullopt);
  // The message of a number reader's error, at the place of the text it read.
  void at(ValueId id, const Errors& without_origin);

 private:
  const Document& doc_;
};

}  // namespace memmap::input
