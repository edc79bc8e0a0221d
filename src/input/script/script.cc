#include "input/script/script.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "base/align.h"
#include "base/limits.h"
#include "base/number.h"
#include "base/suggest.h"
#include "input/document/fields.h"
#include "input/document/yaml_reader.h"
#include "input/script/lines.h"
#include "input/script/verbs.h"
#include "input/script/watched.h"
#include "input/script/words.h"
#include "paging/mapping.h"

namespace memmap::input {
namespace {

using access::Address;
using access::Step;

constexpr std::array<std::string_view, 1> kRootKeys{"steps"};
constexpr std::uint64_t kTop = std::numeric_limits<std::uint64_t>::max();

std::string in_quotes(std::string_view text) {
  return "`" + std::string(text.substr(0, 40)) + (text.size() > 40 ? "...`" : "`");
}

bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool continues_name(char c) { return begins_name(c) || (c >= '0' && c <= '9') || c == '.'; }

// How many characters of `text`'s front are a name.
std::size_t name_length(std::string_view text) {
  if (text.empty() || !begins_name(text.front())) return 0;
  return static_cast<std::size_t>(std::ranges::find_if_not(text, continues_name) - text.begin());
}

class Reader {
 public:
  explicit Reader(const Document& doc) : doc_(doc), faults_(doc) {}

  Result<access::Script> read(std::string source) {
    const Fields root(doc_, 0, "a script", kRootKeys, faults_);
    access::Script script{.source = std::move(source)};
    if (root.require("steps")) {
      if (const auto list = root.list("steps")) steps(*list, script);
    }
    if (!faults_.none()) return faults_.take();
    return script;
  }

 private:
  void steps(ValueId list, access::Script& script) {
    if (doc_.size(list) > limit_of(Limit::steps)) {
      faults_.at(list, "too many steps: " + beyond(Limit::steps, doc_.size(list)));
      return;
    }
    for (ValueId id = doc_.first(list); id != kNoValue; id = doc_.next(id)) {
      if (auto made = step(id)) script.steps.push_back(*std::move(made));
    }
  }

  std::optional<Step> step(ValueId id) {
    if (doc_.kind(id) != ValueKind::map || doc_.size(id) != 2) {
      faults_.at(id, "a step is one action and what it takes: `read: {at: 0x1000, size: 4}`");
      return std::nullopt;
    }
    const ValueId key = doc_.first(id);
    const Verb* verb = find_verb(doc_.text(key));
    if (verb == nullptr) {
      std::string known = "actions are";
      for (const std::string_view name : verb_names()) known += " " + std::string(name);
      faults_.at(key, "there is no action " + in_quotes(doc_.text(key)) +
                          did_you_mean(doc_.text(key), verb_names(), known));
      return std::nullopt;
    }
    const std::size_t before = faults_.count();
    Step out{.place = place(key)};
    out.words = line_of(doc_, *verb, doc_.next(key));
    action(*verb, doc_.next(key), out);
    if (faults_.count() != before) return std::nullopt;
    return out;
  }

  void action(const Verb& verb, ValueId value, Step& out) {
    // One argument may stand alone: `iounmap: hpet`.
    if (verb.keys.size() == 1 && doc_.kind(value) == ValueKind::scalar) {
      if (auto at = address(value)) give_address(verb.name, *std::move(at), out);
      return;
    }
    const Fields fields(doc_, value, verb.name, verb.keys, faults_);
    if (doc_.kind(value) != ValueKind::map) return;
    if (std::ranges::find(verb.keys, "as") != verb.keys.end()) out.as = name(fields);
    if (verb.keys.size() == 1) {
      if (const auto id = fields.require("at")) {
        if (auto at = address(*id)) give_address(verb.name, *std::move(at), out);
      }
    } else if (verb.name == "ioremap") {
      out.action = ioremap(fields);
    } else if (verb.name.starts_with("early_")) {
      out.action = early(verb.name, fields);
    } else if (verb.name == "alloc_pages") {
      out.action = alloc_pages(fields);
    } else if (verb.name == "kmalloc") {
      out.action = kmalloc(fields);
    } else if (verb.name == "map") {
      out.action = map(fields);
    } else if (verb.name == "vm_area") {
      out.action = vm_area(fields);
    } else if (auto watched = watched_action(verb.name, fields, [&](std::string_view key) {
                 return needed_address(fields, key);
               })) {
      out.action = *std::move(watched);
    } else {
      out.action = touch(verb.name, fields);
    }
  }

  static void give_address(std::string_view verb, Address at, Step& out) {
    if (verb == "iounmap") {
      out.action = access::Iounmap{std::move(at)};
    } else if (verb == "free_pages") {
      out.action = access::FreePages{std::move(at)};
    } else if (verb == "kfree") {
      out.action = access::Kfree{std::move(at)};
    }
  }

  access::Place place(ValueId id) const {
    Error e = doc_.error(id, {});
    return {std::move(e.origin), std::move(e.line_text), e.caret_length};
  }

  std::optional<Address> address(ValueId id) {
    if (doc_.kind(id) != ValueKind::scalar) {
      faults_.at(id, "an address is a number, or a name with an offset: `hpet+0xf0`");
      return std::nullopt;
    }
    std::string_view text = doc_.text(id);
    Address out{.place = place(id)};
    const std::size_t length = name_length(text);
    out.name = text.substr(0, length);
    text.remove_prefix(length);
    bool minus = false;
    if (length != 0) {
      if (text.empty()) return out;
      minus = text.front() == '-';
      if (text.front() != '+' && !minus) {
        faults_.at(id, "an address is a number, or a name with an offset: `hpet+0xf0`");
        return std::nullopt;
      }
      text.remove_prefix(1);
    }
    const Result<std::uint64_t> number = parse_u64(text);
    if (!number) {
      faults_.at(id, number.errors());
      return std::nullopt;
    }
    out.offset = minus ? 0 - *number : *number;
    return out;
  }

  Address needed_address(const Fields& fields, std::string_view key) {
    const auto id = fields.require(key);
    return id ? address(*id).value_or(Address{}) : Address{};
  }

  std::string name(const Fields& fields) {
    const auto id = fields.find("as");
    const auto text = fields.text("as");
    if (!text) return {};
    if (text->empty() || name_length(*text) != text->size()) {
      faults_.at(*id, in_quotes(*text) + " is no name: letters, digits, _ and ., no digit first");
    }
    return *text;
  }

  std::uint64_t needed(const Fields& fields, std::string_view key) {
    return fields.require(key) ? fields.number(key).value_or(0) : 0;
  }

  ioremap::CacheMode cache(const Fields& fields, ioremap::CacheMode otherwise) {
    const auto index = fields.choice("cache", ioremap::kShortNames);
    return index ? static_cast<ioremap::CacheMode>(*index) : otherwise;
  }

  // The words of a list, or those that commas, blanks or `|` separate.
  std::vector<std::pair<std::string, ValueId>> words_of(const Fields& fields,
                                                        std::string_view key) {
    std::vector<std::pair<std::string, ValueId>> out;
    const auto id = fields.find(key);
    if (!id) return out;
    const auto add = [&](ValueId at) {
      if (doc_.kind(at) != ValueKind::scalar) {
        faults_.at(at, in_quotes(key) + " takes words");
        return;
      }
      std::string word;
      for (const char c : std::string(doc_.text(at)) + ",") {
        if (c != ',' && c != '|' && c != ' ') {
          word += c;
        } else if (!word.empty()) {
          out.emplace_back(std::exchange(word, {}), at);
        }
      }
    };
    if (doc_.kind(*id) != ValueKind::list) {
      add(*id);
      return out;
    }
    for (ValueId item = doc_.first(*id); item != kNoValue; item = doc_.next(item)) add(item);
    return out;
  }

  access::Gfp gfp(const Fields& fields) {
    if (!fields.find("gfp")) return access::kGfpKernel;
    access::Gfp out{};
    for (const auto& [word, id] : words_of(fields, "gfp")) {
      if (const auto flags = access::gfp_of_name(word)) {
        out = out | *flags;
      } else {
        faults_.at(id, "there is no flag " + in_quotes(word) +
                           did_you_mean(word, access::gfp_names(), "`GFP_KERNEL` is one"));
      }
    }
    return out;
  }

  access::Ioremap ioremap(const Fields& fields) {
    return {.phys = PhysAddr{needed(fields, "phys")},
            .size = needed(fields, "size"),
            .cache = cache(fields, ioremap::CacheMode::uc_minus)};
  }

  access::Action early(std::string_view verb, const Fields& fields) {
    if (verb.ends_with("unmap")) {
      return access::EarlyUnmap{.at = needed_address(fields, "at"), .size = fields.number("size")};
    }
    return access::EarlyMap{.phys = PhysAddr{needed(fields, "phys")},
                            .size = needed(fields, "size"),
                            .how = verb == "early_ioremap"    ? ioremap::EarlyMap::io
                                   : verb == "early_memremap" ? ioremap::EarlyMap::normal
                                                              : ioremap::EarlyMap::read_only};
  }

  access::AllocPages alloc_pages(const Fields& fields) {
    const auto order = fields.require("order") ? fields.count("order", 63) : std::nullopt;
    return {.order = static_cast<unsigned>(order.value_or(0)), .gfp = gfp(fields)};
  }

  access::Kmalloc kmalloc(const Fields& fields) {
    access::Kmalloc out{.size = needed(fields, "size"), .gfp = gfp(fields)};
    read_place(fields, words_of(fields, "slab"), out);
    return out;
  }

  access::Map map(const Fields& fields) {
    access::Map out{.virt = VirtAddr{needed(fields, "virt")},
                    .phys = PhysAddr{needed(fields, "phys")},
                    .size = needed(fields, "size"),
                    .page_size = fields.number("page_size").value_or(paging::kSize4K),
                    .cache = cache(fields, ioremap::CacheMode::wb)};
    const std::uint64_t page = out.page_size;
    if (page != paging::kSize4K && page != paging::kSize2M && page != paging::kSize1G) {
      faults_.at(*fields.find("page_size"), "pages are of 4K, 2M or 1G");
    } else if (!is_aligned(raw(out.virt) | raw(out.phys) | out.size, page) || out.size == 0) {
      faults_.at(fields.map(),
                 "addresses and size are multiples of the page size, the size above 0");
    } else if (out.size - 1 > kTop - raw(out.virt) || raw(out.phys) >= (1ull << 52) ||
               out.size > (1ull << 52) - raw(out.phys)) {
      faults_.at(fields.map(), "the end wraps, or is no physical address");
    }
    for (const auto& [word, id] : words_of(fields, "flags")) add_flag(word, id, out);
    return out;
  }

  void add_flag(std::string_view word, ValueId id, access::Map& out) {
    struct Flag {
      std::string_view word;
      std::uint32_t flag;
    };
    static constexpr Flag kFlags[] = {{"rw", paging::kWritable},
                                      {"nx", paging::kNoExecute},
                                      {"global", paging::kGlobal},
                                      {"user", paging::kUser}};
    for (const Flag& flag : kFlags) {
      if (flag.word != word) continue;
      out.flags |= flag.flag;
      return;
    }
    if (const auto mode = ioremap::cache_mode_of(word)) {
      out.cache = *mode;
      return;
    }
    faults_.at(id,
               "there is no flag " + in_quotes(word) +
                   "; flags are rw, nx, global, user and the attributes wb, wc, uc-, uc, wt, wp");
  }

  access::VmArea vm_area(const Fields& fields) {
    const access::VmArea out{VirtAddr{needed(fields, "virt")}, needed(fields, "size")};
    if (!is_aligned(raw(out.virt) | out.size, kPageSize) || out.size < 2 * kPageSize ||
        out.size > kTop - raw(out.virt)) {
      faults_.at(fields.map(),
                 "an area is of whole pages, two at least with its guard page, and does not wrap");
    }
    return out;
  }

  access::Access touch(std::string_view verb, const Fields& fields) {
    access::Access out{.touch = verb == "read"    ? access::Touch::read
                                : verb == "write" ? access::Touch::write
                                                  : access::Touch::exec};
    out.at = needed_address(fields, "at");
    out.size = fields.number("size").value_or(1);
    out.user = fields.boolean("user").value_or(false);
    out.phys = fields.boolean("phys").value_or(false);
    if (out.size == 0 || out.size > access::kLargestAccess) {
      faults_.at(*fields.find("size"), "an access is of 1 byte to 1G");
    }
    if (verb != "write") return out;
    const auto value = fields.find("value");
    const auto bytes = fields.find("bytes");
    if (value && bytes) {
      faults_.at(*bytes, "`value` and `bytes` both say what is written; give one");
    } else if (value) {
      write_value(fields, *value, out);
    } else if (bytes) {
      write_bytes(fields, *bytes, out);
    }
    return out;
  }

  void write_value(const Fields& fields, ValueId id, access::Access& out) {
    const auto value = fields.number("value");
    if (!value) return;
    if (out.size > 8 || (out.size < 8 && *value >> (8 * out.size) != 0)) {
      faults_.at(id, "the value has more bytes than `size`, or `size` more than 8");
      return;
    }
    for (std::uint64_t i = 0; i < out.size; ++i) {
      out.bytes.push_back(static_cast<std::uint8_t>(*value >> (8 * i)));
    }
  }

  void write_bytes(const Fields& fields, ValueId id, access::Access& out) {
    const auto bytes = bytes_of(fields, "bytes");
    if (!bytes) return;
    out.bytes = *bytes;
    if (!fields.find("size")) {
      out.size = out.bytes.size();
    } else if (out.size != out.bytes.size()) {
      faults_.at(id, "`bytes` are " + std::to_string(out.bytes.size()) + ", `size` is another");
    }
  }

  const Document& doc_;
  DocumentFaults faults_;
};

}  // namespace

Result<access::Script> read_script(std::string file, std::string_view source) {
  auto document = read_yaml(file, source);
  if (!document) return document.errors();
  return Reader(*document).read(std::move(file));
}

Result<access::Script> read_script_lines(std::string name, std::span<const std::string> lines) {
  std::string source;
  for (const std::string& line : lines) {
    source += line;
    source += '\n';
  }
  auto document = document_of_lines(name, source);
  if (!document) return document.errors();
  return Reader(*document).read(std::move(name));
}

}  // namespace memmap::input
