#include "input/map/synthetic.h"

#include <limits>
#include <vector>

#include "base/number.h"
#include "base/suggest.h"
#include "input/text/faults.h"
#include "machine/e820_words.h"

namespace memmap::input {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

// The next word of `rest`, which is cut behind it; empty at the end.
std::string_view next_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(kSpace));
  rest.remove_prefix(word.size());
  return word;
}

struct Segment {
  std::optional<E820Type> type{};  // empty: a hole
  std::uint64_t size = 0;
  std::optional<int> nid{};
};

// The part of `word` before the colon: a type, or a hole.
bool read_type(std::string_view text, Segment& segment, TextFaults& faults) {
  if (text == "hole") return true;
  segment.type = e820_type_of_word(text);
  if (segment.type) return true;
  std::vector<std::string_view> known(e820_words().begin(), e820_words().end());
  known.push_back("hole");
  std::string expected = "expected";
  for (const std::string_view k : known) expected += " " + std::string(k) + ",";
  faults.at(text, "`" + std::string(text.substr(0, 40)) + "` is no kind of segment" +
                      did_you_mean(text, known, expected + " or typeN"));
  return false;
}

bool read_node(std::string_view text, Segment& segment, TextFaults& faults) {
  if (!text.starts_with("node")) {
    faults.at(text, "`@` takes a node here: @node1");
    return false;
  }
  const Result<std::uint64_t> nid = parse_count(text.substr(4));
  if (!nid || *nid > static_cast<std::uint64_t>(std::numeric_limits<int>::max())) {
    faults.at(text, "the node is a number: @node1");
    return false;
  }
  segment.nid = static_cast<int>(*nid);
  return true;
}

std::optional<Segment> read_segment(std::string_view word, TextFaults& faults) {
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    faults.at(word, "a segment is WORD:SIZE, such as ram:3G or hole:1G");
    return std::nullopt;
  }
  Segment segment;
  const bool type_ok = read_type(word.substr(0, colon), segment, faults);
  const std::string_view rest = word.substr(colon + 1);
  const std::size_t at = rest.find('@');
  const bool node_ok =
      at == std::string_view::npos || read_node(rest.substr(at + 1), segment, faults);
  const std::string_view size_text = rest.substr(0, at);
  const Result<std::uint64_t> size = parse_u64(size_text);
  if (!size) {
    faults.at(size_text, size.errors());
    return std::nullopt;
  }
  if (*size == 0) {
    faults.at(size_text, "a segment of size 0: there is nothing in it");
    return std::nullopt;
  }
  if (!segment.type && segment.nid && type_ok) {
    faults.at(word, "a hole lies in no node");
    return std::nullopt;
  }
  segment.size = *size;
  return type_ok && node_ok ? std::optional(segment) : std::nullopt;
}

void add_node(Machine& machine, PhysRange range, int nid) {
  std::vector<NodeMemory>& nodes = machine.node_memory;
  if (!nodes.empty() && nodes.back().nid == nid && nodes.back().range.end() == range.base()) {
    nodes.back().range = PhysRange::make(raw(nodes.back().range.base()), raw(range.end()));
  } else {
    nodes.push_back({.range = range, .nid = nid});
  }
}

}  // namespace

Result<Machine> read_synthetic(std::string_view text, std::string name) {
  TextFaults faults(std::move(name), text);
  Machine machine;
  std::uint64_t at = 0;
  std::string_view rest = text;
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
    const std::optional<Segment> segment = read_segment(word, faults);
    if (!segment) continue;
    const std::optional<PhysRange> range = PhysRange::from_size(PhysAddr{at}, segment->size);
    if (!range) {
      faults.at(word, "the segments up to here reach 2^64");
      break;
    }
    if (segment->type)
      machine.firmware_map.push_back({range->base(), range->size(), *segment->type});
    if (segment->nid) add_node(machine, *range, *segment->nid);
    at = raw(range->end());
  }
  if (faults.none() && machine.firmware_map.empty()) {
    faults.at(0, 1, "no segment in it; expected such as: ram:640K hole:384K ram:3G");
  }
  if (!faults.none()) return faults.take();
  return machine;
}

Recognition recognise_synthetic(const Source& source) {
  std::string_view rest = std::string_view(source.bytes).substr(0, 4096);
  const std::string_view word = next_word(rest);
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos) return {0, "does not start with a segment such as ram:640K"};
  const std::string_view type = word.substr(0, colon);
  if (type != "hole" && !e820_type_of_word(type))
    return {0, "its first word is no kind of segment"};
  const std::string_view size = word.substr(colon + 1);
  if (!parse_u64(size.substr(0, size.find('@')))) return {10, "its first segment has no size"};
  return {85, "starts with a segment"};
}

Result<Machine> read_synthetic(const Source& source, const ReadOptions&) {
  return read_synthetic(source.bytes, source.name);
}

}  // namespace memmap::input
