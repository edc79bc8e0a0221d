// The fields of one map of a document, with all that is wrong with them told at its place.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/range.h"
#include "input/document/document.h"

namespace memmap::input {

// Every getter gives nullopt where the key is absent, or where its value is wrong, which `faults`
// is told of then.
class Fields {
 public:
  // Keys that are not `known` are told to `faults`, with the one that was probably meant; as is a
  // value that is no map. `what` names the map in messages: `an entry of e820`. All must outlive
  // it.
  Fields(const Document& document, ValueId map, std::string_view what,
         std::span<const std::string_view> known, DocumentFaults& faults);

  std::optional<ValueId> find(std::string_view key) const;
  // find(), and a fault where it is absent.
  std::optional<ValueId> require(std::string_view key) const;
  // find(), and a fault where it is no list.
  std::optional<ValueId> list(std::string_view key) const;

  std::optional<std::uint64_t> number(std::string_view key) const;  // as base/number.h: parse_u64()
  std::optional<std::uint64_t> count(std::string_view key, std::uint64_t max) const;
  std::optional<bool> boolean(std::string_view key) const;
  std::optional<std::string> text(std::string_view key) const;
  // The one of `words` that it is, by index.
  std::optional<std::size_t> choice(std::string_view key,
                                    std::span<const std::string_view> words) const;

  // From `start` and one of `end` (exclusive), `last` (inclusive), `size`: not empty, not past
  // 2^64.
  std::optional<PhysRange> range() const;

  // The same where the last byte of the address space may be part of it, and, `verbatim`, where
  // anything goes that 64 bits hold.
  struct Extent {
    std::uint64_t start = 0;
    std::uint64_t size = 0;
  };
  enum class Check { sane, verbatim };
  std::optional<Extent> extent(Check check) const;

  ValueId map() const { return map_; }
  DocumentFaults& faults() const { return faults_; }

 private:
  std::optional<std::string_view> scalar(ValueId id, std::string_view key) const;

  const Document& doc_;
  ValueId map_;
  std::string_view what_;
  DocumentFaults& faults_;
  bool is_map_;
};

}  // namespace memmap::input
