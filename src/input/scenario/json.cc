#include "input/scenario/json.h"

#include <array>
#include <utility>

#include "base/number.h"
#include "input/document/fields.h"
#include "input/document/json_reader.h"
#include "input/scenario/scenario.h"

namespace memmap::input {
namespace {

constexpr std::string_view kResultSchema = "memmap/result/";

// The value of `key` in a map whose other keys do not matter.
std::optional<ValueId> member(const Document& doc, ValueId map, std::string_view key) {
  const ValueId id = doc.member(map, key);
  return id == kNoValue ? std::nullopt : std::optional(id);
}

bool is_result(const Document& doc) {
  const std::optional<ValueId> schema = member(doc, 0, "schema");
  return schema && doc.text(*schema).starts_with(kResultSchema);
}

// A number that a result holds; its `end` wraps as the entry's does.
std::optional<std::uint64_t> number_of(const Document& doc, ValueId entry, std::string_view key,
                                       DocumentFaults& faults) {
  const std::optional<ValueId> id = member(doc, entry, key);
  if (!id || doc.kind(*id) != ValueKind::scalar) {
    faults.at(id.value_or(entry), "an entry of a result has start, end and type");
    return std::nullopt;
  }
  const Result<std::uint64_t> value = parse_u64(doc.text(*id));
  if (value) return *value;
  faults.at(*id, value.errors());
  return std::nullopt;
}

Result<Machine> machine_of_result(const Document& doc) {
  const std::optional<ValueId> e820 = member(doc, 0, "e820");
  const std::optional<ValueId> firmware = e820 ? member(doc, *e820, "firmware") : std::nullopt;
  if (!firmware || doc.kind(*firmware) != ValueKind::list) {
    return doc.error(e820.value_or(0), "this result has no list e820.firmware");
  }
  DocumentFaults faults(doc);
  Machine machine;
  for (ValueId id = doc.first(*firmware); id != kNoValue; id = doc.next(id)) {
    const auto start = number_of(doc, id, "start", faults);
    const auto end = number_of(doc, id, "end", faults);
    const auto type = number_of(doc, id, "type", faults);
    if (!start || !end || !type) continue;
    if (*type > 0xffffffff) {
      faults.at(id, "type numbers go up to 0xffffffff");
      continue;
    }
    machine.firmware_map.push_back(
        {PhysAddr{*start}, *end - *start, E820Type{static_cast<std::uint32_t>(*type)}});
  }
  if (!faults.none()) return faults.take();
  machine.notes.emplace_back(
      "a result of memmap: its e820.firmware was read, as the kernel had sanitised it");
  return machine;
}

}  // namespace

Recognition recognise_json(const Source& source) {
  const std::string_view bytes = source.bytes;
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || bytes[first] != '{') return {0, "does not start with `{`"};
  const std::size_t second = bytes.find_first_not_of(" \t\r\n", first + 1);
  if (second == std::string_view::npos || (bytes[second] != '"' && bytes[second] != '}')) {
    return {0, "no JSON object"};
  }
  if (bytes.substr(0, 1 << 20).find("\"e820\"") != std::string_view::npos) {
    return {95, "JSON with a key `e820`"};
  }
  return {20, "JSON, but no key `e820`"};
}

Result<Machine> read_json(const Source& source, const ReadOptions&) {
  const Result<Document> document = read_json_document(source.name, source.bytes);
  if (!document) return document.errors();
  return is_result(*document) ? machine_of_result(*document) : machine_of(*document);
}

}  // namespace memmap::input
