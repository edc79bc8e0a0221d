// Every row of machine/visit.h is read, written, and in share/schema/scenario.json.
#include <gtest/gtest.h>

#include "input/document/json_reader.h"
#include "input/open/source.h"
#include "input/scenario/json.h"
#include "input/scenario/scenario.h"
#include "machine/visit.h"
#include "report/convert/convert.h"

namespace memmap {
namespace {

using Key = std::string_view;

// Gives every member a value that is not its usual one, and notes its key below that of what it is
// in: `nodes.nid`.
class Filler {
 public:
  explicit Filler(std::vector<std::string>& keys, std::string front = "")
      : keys_(keys), front_(std::move(front)) {}

  void constant(Key key, Key) { add(key); }
  void remark(Key, std::vector<std::string>&) {}
  void texts(Key key, std::vector<std::string>& texts) { add(key), texts = {"one: \"two\""}; }
  void text(Key key, std::string& text, Need = {}) { add(key), text = "a \\ \xc3\xa4"; }
  void text(Key key, std::optional<std::string>& text) { add(key), text = "{x}\n# "; }
  template <class T>
  void number(Key key, T& number, Need = {}) {
    add(key), number = T{next()};
  }
  template <class T>
  void number(Key key, std::optional<T>& number) {
    add(key), number = T{next()};
  }
  // One of the kernel's own, at the start of a GiB.
  void number(Key key, std::optional<VirtAddr>& number) {
    add(key), number = VirtAddr{0xffff800000000000 + (std::uint64_t{next()} << 30)};
  }
  template <std::integral T>
  void count(Key key, T& number, std::uint64_t, Need = {}) {
    add(key), number = static_cast<T>(next());
  }
  void count(Key key, std::optional<unsigned>& number, std::uint64_t max, unsigned min = 0) {
    add(key), number = std::clamp(next(), min, static_cast<unsigned>(max));
  }
  void id(Key key, std::uint16_t& number) { add(key), number = 0xffff; }
  // One whose usual value is true would keep other members from having one.
  void flag(Key key, bool& flag, bool usual) {
    if (!usual) add(key), flag = true;
  }
  void flag(Key key, std::optional<bool>& flag) { add(key), flag = next() % 2 == 0; }
  template <class T>
  void choice(Key key, T& value, std::span<const Key> words, Need = {}) {
    add(key), value = static_cast<T>(words.size() - 1);
  }
  void pci_address(Key key, std::uint32_t& address) { add(key), address = 0x10; }
  void range(Key key, std::optional<PhysRange>& range) {
    add(key), range = PhysRange::make(next(), 100);
  }
  void bounds(PhysRange& range, Need) {
    add("start"), add("end"), range = PhysRange::make(next(), 200);
  }
  void entry(PhysAddr& addr, std::uint64_t& size, E820Type& type) {
    add("start"), add("end"), add("type");
    addr = PhysAddr{next()}, size = 5, type = E820Type::nvs;
  }
  void ranges(Key key, std::vector<PhysRange>& ranges, Key) {
    add(key), ranges = {PhysRange::make(next(), 300), PhysRange::make(400, 401)};
  }
  template <class T>
  void list(Key key, std::vector<T>& values, Key, Need = {}) {
    add(key);
    values.resize(2);
    for (T& value : values) within(key, value);
  }
  template <class T>
  void object(Key key, T& value) {
    add(key), within(key, value);
  }
  template <class T>
  void object(Key key, std::optional<T>& value) {
    object(key, value.emplace());
  }
  void addresses(Key key, std::vector<PhysAddr>& addresses) {
    add(key), addresses = {PhysAddr{~std::uint64_t{0}}, PhysAddr{0}};
  }
  template <class T>
  void numbers(Key key, std::vector<T>& numbers, std::uint64_t max, Key) {
    add(key), numbers = {static_cast<T>(max), 0, 1, 2};
  }
  void nodes(Key key, std::vector<int>& nids, Lack lack) {
    add(key), nids = {3, lack == Lack::possible ? -1 : 0};
  }
  void options(Key key, std::vector<std::pair<std::string, std::string>>& options) {
    add(key), options = {{"one", "1,2"}, {"a \"b\": c", ""}};
  }
  void check(bool good, Key, Key message) { EXPECT_TRUE(good) << message; }

 private:
  void add(Key key) { keys_.push_back(front_ + std::string(key)); }
  template <class T>
  void within(Key key, T& value) {
    Filler inner(keys_, front_ + std::string(key) + ".");
    visit_members(inner, value);
  }

  // Small: each is allowed everywhere.
  static unsigned next() {
    static unsigned last = 0;
    return last = last % 60 + 1;
  }

  std::vector<std::string>& keys_;
  std::string front_;
};

struct Filled {
  Machine machine{};
  std::vector<std::string> keys{};
};
Filled filled() {
  Filled out;
  Filler filler(out.keys);
  visit_members(filler, out.machine);
  return out;
}

TEST(ScenarioRows, AreWrittenAndReadBack) {
  const Machine machine = filled().machine;
  const auto yaml = report::to_yaml(machine);
  const auto json = report::to_json(machine);
  ASSERT_TRUE(yaml && json);
  EXPECT_TRUE(yaml->losses.empty());
  const auto from_yaml = input::read_scenario({.name = "f", .bytes = yaml->bytes}, {});
  ASSERT_TRUE(from_yaml) << to_string(from_yaml.errors()) << yaml->bytes;
  const auto from_json = input::read_json({.name = "f", .bytes = json->bytes}, {});
  ASSERT_TRUE(from_json) << to_string(from_json.errors()) << json->bytes;
  EXPECT_EQ(report::to_yaml(*from_yaml)->bytes, yaml->bytes);
  EXPECT_EQ(report::to_yaml(*from_json)->bytes, yaml->bytes);
  EXPECT_EQ(report::to_json(*from_yaml)->bytes, json->bytes);
}

// What `key` has in a map of the document.
std::optional<input::ValueId> member(const input::Document& doc, input::ValueId map, Key key) {
  if (doc.kind(map) != input::ValueKind::map) return std::nullopt;
  for (auto id = doc.first(map); id != input::kNoValue; id = doc.next(doc.next(id))) {
    if (doc.text(id) == key) return doc.next(id);
  }
  return std::nullopt;
}

// `nodes.nid` in a document, through the first value of a list.
bool has(const input::Document& doc, std::string_view path) {
  std::optional<input::ValueId> at = 0;
  while (at && !path.empty()) {
    if (doc.kind(*at) == input::ValueKind::list) at = doc.first(*at);
    const Key key = path.substr(0, path.find('.'));
    at = member(doc, *at, key);
    path.remove_prefix(std::min(path.size(), key.size() + 1));
  }
  return at.has_value();
}

TEST(ScenarioRows, HaveTheirKeysWritten) {
  const Filled all = filled();
  const auto json = report::to_json(all.machine);
  ASSERT_TRUE(json);
  const auto doc = input::read_json_document("f", json->bytes);
  ASSERT_TRUE(doc);
  for (const std::string& key : all.keys) EXPECT_TRUE(has(*doc, key)) << key;
}

// The same path in a JSON schema.
bool allows(const input::Document& schema, std::string_view path) {
  input::ValueId at = 0;
  while (!path.empty()) {
    if (const auto items = member(schema, at, "items")) at = *items;
    if (const auto ref = member(schema, at, "$ref")) {
      constexpr std::string_view kFront = "#/$defs/";
      at = *member(schema, *member(schema, 0, "$defs"), schema.text(*ref).substr(kFront.size()));
    }
    const Key key = path.substr(0, path.find('.'));
    const auto properties = member(schema, at, "properties");
    const auto next = properties ? member(schema, *properties, key) : std::nullopt;
    if (!next) return false;
    at = *next;
    path.remove_prefix(std::min(path.size(), key.size() + 1));
  }
  return true;
}

TEST(ScenarioRows, AreInTheSchema) {
  const auto bytes = input::read_file(MEMMAP_SOURCE_DIR "/share/schema/scenario.json");
  ASSERT_TRUE(bytes);
  const auto schema = input::read_json_document("scenario.json", *bytes);
  ASSERT_TRUE(schema);
  for (const std::string& key : filled().keys) EXPECT_TRUE(allows(*schema, key)) << key;
}

TEST(ScenarioRows, AreInTheDocument) {
  const auto page = input::read_file(MEMMAP_SOURCE_DIR "/share/doc/scenario.md");
  ASSERT_TRUE(page);
  for (const std::string& key : filled().keys) {
    const std::string word = "`" + key.substr(key.rfind('.') + 1) + "`";
    EXPECT_NE(page->find(word), std::string::npos) << key;
  }
}

}  // namespace
}  // namespace memmap
