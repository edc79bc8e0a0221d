#include "input/map/c_array.h"

#include <array>
#include <limits>

#include "base/number.h"
#include "input/text/faults.h"
#include "machine/e820_words.h"

namespace memmap::input {
namespace {

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// Words, and single characters that are none; no comments, no white space.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) { advance(); }

  std::string_view peek() const { return token_; }  // empty (behind the last byte) at the end
  std::string_view next() {
    const std::string_view token = token_;
    advance();
    return token;
  }
  bool accept(std::string_view token) {
    if (token_ != token) return false;
    advance();
    return true;
  }

 private:
  void advance() {
    skip_space_and_comments();
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    if (end == at_ && at_ < text_.size()) ++end;
    token_ = text_.substr(at_, end - at_);
    at_ = end;
  }

  void skip_space_and_comments() {
    while (at_ < text_.size()) {
      if (text_.substr(at_).starts_with("/*")) {
        const std::size_t end = text_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? text_.size() : end + 2;
      } else if (text_.substr(at_).starts_with("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (std::string_view(" \t\r\n\f\v").find(text_[at_]) != std::string_view::npos) {
        ++at_;
      } else {
        return;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string_view token_;
};

class Reader {
 public:
  Reader(std::string file, std::string_view text) : tokens_(text), faults_(std::move(file), text) {}

  Result<Machine> read() {
    while (!tokens_.peek().empty() && tokens_.peek() != "=") tokens_.next();
    if (!tokens_.accept("=") || !tokens_.accept("{")) {
      faults_.at(tokens_.peek(), "expected an array: `= {` and its entries");
    } else {
      read_entries();
    }
    if (!faults_.none()) return faults_.take();
    return std::move(machine_);
  }

 private:
  void read_entries() {
    while (!tokens_.accept("}")) {
      if (!tokens_.accept("{")) {
        faults_.at(tokens_.peek(),
                   "expected an entry: { .addr = 0x0, .size = 0x9fc00, .type = 1 }");
        return;
      }
      if (!read_entry()) {
        // The next entry may be right.
        while (!tokens_.peek().empty() && tokens_.peek() != "}") tokens_.next();
        tokens_.next();
      }
      if (!tokens_.accept(",") && tokens_.peek() != "}") {
        faults_.at(tokens_.peek(), "expected `,` or `}` after an entry");
        return;
      }
    }
    tokens_.accept(";");
    if (!tokens_.peek().empty()) faults_.at(tokens_.peek(), "expected nothing after the array");
  }

  // Behind its `{`, through its `}`.
  bool read_entry() {
    const std::string_view start = tokens_.peek();
    std::array<std::optional<std::uint64_t>, 3> fields;
    for (std::size_t position = 0; !tokens_.accept("}"); ++position) {
      std::size_t index = position;
      if (tokens_.accept(".")) {
        const std::string_view name = tokens_.next();
        index = name == "addr" ? 0 : name == "size" ? 1 : name == "type" ? 2 : 3;
        if (index == 3) return fail(name, "an entry has .addr, .size and .type");
        if (!tokens_.accept("=")) return fail(tokens_.peek(), "expected `=`");
      }
      if (index > 2) return fail(tokens_.peek(), "an entry has three values: addr, size, type");
      const std::string_view text = tokens_.next();
      if (fields[index]) return fail(text, "this field has been given before");
      fields[index] = value(text, index == 2);
      if (!fields[index]) return false;
      if (!tokens_.accept(",") && tokens_.peek() != "}") {
        return fail(tokens_.peek(), "expected `,` or `}` after a value");
      }
    }
    if (!fields[0] || !fields[1] || !fields[2]) {
      faults_.at(start, "an entry needs all of addr, size and type");
      return true;
    }
    machine_.firmware_map.push_back(
        {PhysAddr{*fields[0]}, *fields[1], E820Type{static_cast<std::uint32_t>(*fields[2])}});
    return true;
  }

  std::optional<std::uint64_t> value(std::string_view text, bool is_type) {
    constexpr std::string_view kTypePrefix = "E820_TYPE_";
    if (is_type && text.starts_with(kTypePrefix)) {
      if (const auto type = e820_type_of_word(text.substr(kTypePrefix.size()))) return raw(*type);
      faults_.at(text, "the kernel has no such type of an e820 entry");
      return std::nullopt;
    }
    const std::string_view digits = text.substr(0, text.find_last_not_of("uUlL") + 1);
    const Result<std::uint64_t> number = parse_count(digits);
    if (!number) {
      faults_.at(text, number.errors());
      return std::nullopt;
    }
    if (is_type && *number > std::numeric_limits<std::uint32_t>::max()) {
      faults_.at(text, "a type is a number up to 0xffffffff");
      return std::nullopt;
    }
    return *number;
  }

  bool fail(std::string_view token, std::string message) {
    faults_.at(token, std::move(message));
    return false;
  }

  Tokens tokens_;
  TextFaults faults_;
  Machine machine_;
};

}  // namespace

Recognition recognise_c_array(const Source& source) {
  const std::string_view head = std::string_view(source.bytes).substr(0, 1 << 16);
  if (head.find("e820_entry") == std::string_view::npos) return {0, "no array of `e820_entry`"};
  if (head.find('{') == std::string_view::npos) return {0, "names `e820_entry`, but has no `{`"};
  return {80, "an array of `e820_entry`"};
}

Result<Machine> read_c_array(const Source& source, const ReadOptions&) {
  return Reader(source.name, source.bytes).read();
}

}  // namespace memmap::input
