#include "input/scenario/scenario.h"

#include <algorithm>
#include <array>
#include <concepts>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "base/number.h"
#include "base/suggest.h"
#include "input/document/fields.h"
#include "input/document/yaml_reader.h"
#include "input/firmware/pci.h"
#include "machine/e820_words.h"
#include "machine/visit.h"

namespace memmap::input {
namespace {

using Key = std::string_view;

constexpr std::array<Key, 4> kBounds{"start", "end", "last", "size"};

// The type of an e820 entry: a word or a number.
std::optional<E820Type> type_of(const Document& doc, const Fields& entry) {
  const std::optional<ValueId> id = entry.require("type");
  if (!id) return std::nullopt;
  if (doc.kind(*id) != ValueKind::scalar) {
    entry.faults().at(*id, "`type` takes a word or a number");
    return std::nullopt;
  }
  const std::string_view text = doc.text(*id);
  if (const std::optional<E820Type> type = e820_type_of_word(text)) return type;
  const Result<std::uint64_t> number = parse_count(text);
  if (number && *number <= std::numeric_limits<std::uint32_t>::max()) {
    return E820Type{static_cast<std::uint32_t>(*number)};
  }
  std::string message = "`" + std::string(text.substr(0, 40)) + "` is no type of an e820 entry";
  if (number) {
    message += "; numbers go up to 0xffffffff";
  } else {
    std::string expected = "expected";
    for (const std::string_view word : e820_words()) expected += " " + std::string(word) + ",";
    message +=
        did_you_mean(text, e820_words(), expected + " the kernel's own wording, or a number");
  }
  entry.faults().at(*id, std::move(message));
  return std::nullopt;
}

// The keys that the rows of a struct have.
class KeyCollector {
 public:
  std::vector<std::string_view> keys{};

  // clang-format off
  void constant(Key key, const auto&) { add(key); }
  void remark(Key key, const auto&) { add(key); }
  void texts(Key key, const auto&) { add(key); }
  void text(Key key, const auto&, Need = {}) { add(key); }
  void number(Key key, const auto&, Need = {}) { add(key); }
  void count(Key key, const auto&, std::uint64_t, Need = {}) { add(key); }
  void count(Key key, const std::optional<unsigned>&, std::uint64_t, std::uint64_t = 0) { add(key); }
  void id(Key key, const auto&) { add(key); }
  void flag(Key key, const auto&, bool = {}) { add(key); }
  void choice(Key key, const auto&, const auto&, Need = {}) { add(key); }
  void pci_address(Key key, const auto&) { add(key); }
  void range(Key key, const auto&) { add(key); }
  void ranges(Key key, const auto&, const auto&) { add(key); }
  void list(Key key, const auto&, const auto&, Need = {}) { add(key); }
  void object(Key key, const auto&) { add(key); }
  void addresses(Key key, const auto&) { add(key); }
  void numbers(Key key, const auto&, std::uint64_t, const auto&) { add(key); }
  void nodes(Key key, const auto&, Lack) { add(key); }
  void options(Key key, const auto&) { add(key); }
  // clang-format on
  void bounds(const PhysRange&, Need) { keys.insert(keys.end(), kBounds.begin(), kBounds.end()); }
  void entry(PhysAddr, std::uint64_t, E820Type) {
    bounds({}, {});
    keys.insert(keys.end(), {"type", "verbatim"});
  }
  void check(bool, Key, Key) {}

 private:
  void add(Key key) { keys.push_back(key); }
};

template <class T>
std::vector<Key> keys_of() {
  KeyCollector collector;
  const T value{};
  visit_members(collector, value);
  return std::move(collector.keys);
}

// Reads the rows of machine/visit.h from the fields of a map.
class MemberReader {
 public:
  MemberReader(const Document& doc, const Fields& fields) : doc_(doc), fields_(fields) {}

  void constant(Key key, Key word) { fields_.choice(key, std::span(&word, 1)); }
  // Free text goes to the notes, under its key's name.
  void remark(Key key, std::vector<std::string>& notes) {
    if (const auto text = fields_.text(key)) notes.push_back(std::string(key) + ": " + *text);
  }
  void texts(Key key, std::vector<std::string>& texts) {
    each(key, [&](ValueId id) {
      if (doc_.kind(id) == ValueKind::scalar) {
        texts.emplace_back(doc_.text(id));
      } else {
        faults().at(id, "a note is a text");
      }
    });
  }
  void text(Key key, std::string& text, Need need = Need::optional) {
    require(key, need);
    if (auto read = fields_.text(key)) text = std::move(*read);
  }
  void text(Key key, std::optional<std::string>& text) { text = fields_.text(key); }
  template <class T>
  void number(Key key, T& number, Need need = Need::optional) {
    require(key, need);
    if (const auto read = fields_.number(key)) number = T{*read};
  }
  template <class T>
  void number(Key key, std::optional<T>& number) {
    if (const auto read = fields_.number(key)) number = T{*read};
  }
  template <std::integral T>
  void count(Key key, T& number, std::uint64_t max, Need need = Need::optional) {
    require(key, need);
    if (const auto read = fields_.count(key, max)) number = static_cast<T>(*read);
  }
  void count(Key key, std::optional<unsigned>& number, std::uint64_t max, std::uint64_t min = 0) {
    const auto read = fields_.count(key, max);
    if (read) number = static_cast<unsigned>(*read);
    check(
        !read || *read >= min, key,
        "`" + std::string(key) + "` is from " + std::to_string(min) + " to " + std::to_string(max));
  }
  void id(Key key, std::uint16_t& number) {
    count(key, number, std::numeric_limits<std::uint16_t>::max(), Need::required);
  }
  void flag(Key key, bool& flag, bool) { flag = fields_.boolean(key).value_or(flag); }
  void flag(Key key, std::optional<bool>& flag) { flag = fields_.boolean(key); }
  template <class T>
  void choice(Key key, T& value, std::span<const std::string_view> words,
              Need need = Need::optional) {
    require(key, need);
    value = static_cast<T>(fields_.choice(key, words).value_or(0));
  }
  void pci_address(Key key, std::uint32_t& address) {
    require(key, Need::required);
    const auto text = fields_.text(key);
    const auto read = text ? pci_address_of(*text) : std::nullopt;
    check(!text || read, key, "expected a bus, a device and a function: 00:02.0");
    address = read.value_or(0);
  }
  void range(Key key, std::optional<PhysRange>& range) {
    if (const auto id = fields_.find(key)) {
      range = Fields(doc_, *id, key, kBounds, faults()).range();
    }
  }
  void bounds(PhysRange& range, Need need) {
    const bool given =
        std::ranges::any_of(kBounds, [&](Key k) { return fields_.find(k).has_value(); });
    if (given || need == Need::required) range = fields_.range().value_or(PhysRange());
  }
  void entry(PhysAddr& addr, std::uint64_t& size, E820Type& type) {
    const bool verbatim = fields_.boolean("verbatim").value_or(false);
    const auto extent = fields_.extent(verbatim ? Fields::Check::verbatim : Fields::Check::sane);
    if (extent) {
      addr = PhysAddr{extent->start};
      size = extent->size;
    }
    type = type_of(doc_, fields_).value_or(E820Type{0});
  }
  void ranges(Key key, std::vector<PhysRange>& ranges, Key what) {
    each(key, [&](ValueId id) {
      const Fields inner(doc_, id, what, kBounds, faults());
      ranges.push_back(inner.range().value_or(PhysRange()));
    });
  }
  template <class T>
  void list(Key key, std::vector<T>& values, Key what, Need need = Need::optional) {
    require(key, need);
    const std::vector<Key> keys = keys_of<T>();
    each(key, [&](ValueId id) { read(id, what, keys, values.emplace_back()); });
  }
  template <class T>
  void object(Key key, T& value) {
    if (const auto id = fields_.find(key)) read(*id, key, keys_of<T>(), value);
  }
  template <class T>
  void object(Key key, std::optional<T>& value) {
    if (fields_.find(key)) object(key, value.emplace());
  }
  void addresses(Key key, std::vector<PhysAddr>& addresses) {
    each(key, [&](ValueId id) {
      const auto address = parse_u64(scalar(id));
      if (!address) return faults().at(id, address.errors());
      addresses.push_back(PhysAddr{*address});
    });
  }
  template <class T>
  void numbers(Key key, std::vector<T>& numbers, std::uint64_t max, Key told) {
    each(key, [&](ValueId id) {
      const auto number = parse_count(scalar(id));
      if (number && *number <= max) {
        numbers.push_back(static_cast<T>(*number));
      } else {
        faults().at(id, std::string(told));
      }
    });
  }
  void nodes(Key key, std::vector<int>& nids, Lack lack) {
    const bool may_lack = lack == Lack::possible;
    each(key, [&](ValueId id) {
      const Result<std::uint64_t> nid = parse_count(scalar(id));
      if (nid && *nid < 1024) {
        nids.push_back(static_cast<int>(*nid));
      } else if (may_lack && scalar(id) == "none") {
        nids.push_back(-1);
      } else {
        faults().at(id, may_lack ? "a node is a number below 1024, or `none`"
                                 : "a node is a number below 1024");
      }
    });
  }
  // A key and a text for each of a plugin's options; the plugin declares which there are.
  void options(Key key, std::vector<std::pair<std::string, std::string>>& options) {
    const std::optional<ValueId> map = fields_.find(key);
    if (!map) return;
    if (doc_.kind(*map) != ValueKind::map) {
      return faults().at(*map, "`options` takes keys and values");
    }
    for (ValueId name = doc_.first(*map); name != kNoValue; name = doc_.next(doc_.next(name))) {
      const ValueId value = doc_.next(name);
      if (doc_.kind(value) == ValueKind::scalar) {
        options.emplace_back(doc_.text(name), doc_.text(value));
      } else {
        faults().at(value, "an option's value is a text or a number");
      }
    }
  }
  void check(bool good, Key key, Key message) {
    if (!good) faults().at(fields_.find(key).value_or(fields_.map()), std::string(message));
  }

 private:
  DocumentFaults& faults() { return fields_.faults(); }
  void require(Key key, Need need) {
    if (need == Need::required) fields_.require(key);
  }
  std::string_view scalar(ValueId id) const {
    return doc_.kind(id) == ValueKind::scalar ? doc_.text(id) : std::string_view();
  }
  template <class Read>
  void each(Key key, const Read& read) {
    const std::optional<ValueId> list = fields_.list(key);
    if (!list) return;
    for (ValueId id = doc_.first(*list); id != kNoValue; id = doc_.next(id)) read(id);
  }
  template <class T>
  void read(ValueId id, Key what, std::span<const Key> keys, T& value) {
    const Fields inner(doc_, id, what, keys, faults());
    if (doc_.kind(id) != ValueKind::map) return;
    MemberReader reader(doc_, inner);
    visit_members(reader, value);
  }

  const Document& doc_;
  const Fields& fields_;
};

// A line `e820:` that a list may follow, among the first million bytes. A kernel prints lines that open
// with this word, and text behind it.
bool has_map(std::string_view bytes) {
  constexpr std::string_view kKey = "e820:";
  const std::string_view head = bytes.substr(0, 1 << 20);
  for (std::size_t at = head.find(kKey); at != head.npos; at = head.find(kKey, at + 1)) {
    if (at != 0 && head[at - 1] != '\n') continue;
    const std::size_t next = head.find_first_not_of(" \t", at + kKey.size());
    if (next == head.npos) return true;
    const bool value = std::string_view("\r\n#[&!").find(head[next]) != head.npos;
    if (value && !head.substr(next).starts_with("[mem ")) return true;
  }
  return false;
}

}  // namespace

Result<Machine> machine_of(const Document& doc) {
  DocumentFaults faults(doc);
  const std::vector<Key> keys = keys_of<Machine>();
  const Fields root(doc, 0, "a scenario", keys, faults);
  Machine machine;
  MemberReader reader(doc, root);
  visit_members(reader, machine);
  if (!faults.none()) return faults.take();
  return machine;
}

Recognition recognise_scenario(const Source& source) {
  const bool named = source.name.ends_with(".yaml") || source.name.ends_with(".yml");
  if (has_map(source.bytes)) return {named ? 95 : 80, "has a line `e820:`"};
  if (named) return {40, "is named as YAML, but has no line `e820:`"};
  return {0, "no line `e820:`"};
}

Result<Machine> read_scenario(const Source& source, const ReadOptions&) {
  const Result<Document> document = read_yaml(source.name, source.bytes);
  if (!document) return document.errors();
  return machine_of(*document);
}

}  // namespace memmap::input
