#include "input/map/exactmap.h"

#include <algorithm>
#include <limits>

#include "base/limits.h"
#include "base/number.h"
#include "e820/memmap_item.h"
#include "input/text/faults.h"

namespace memmap::input {
namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kPrefix = "memmap=";
// Far beyond what a kernel's command line can hold.
constexpr std::size_t kMostChanges = 1024;

class Reader {
 public:
  Reader(std::string file, std::string_view text) : text_(text), faults_(std::move(file), text) {}

  Result<Machine> read() {
    std::size_t at = 0;
    while ((at = text_.find_first_not_of(kSpace, at)) != std::string_view::npos) {
      const std::string_view word = text_.substr(at, text_.find_first_of(kSpace, at) - at);
      at += word.size();
      if (word.starts_with(kPrefix)) {
        e820::each_memmap_item(word.substr(kPrefix.size()),
                               [this](std::string_view item) { read_one(item); });
      } else {
        faults_.at(word,
                   "only words `memmap=...` belong here; other parameters are given to the "
                   "simulated kernel");
      }
    }
    if (faults_.none() && !exact_) {
      faults_.at(0, 1, "no memmap=exactmap: the words would change a map that is not here");
    }
    if (!faults_.none()) return faults_.take();
    Machine machine;
    machine.firmware_map = table_.entries();
    // What an edit takes out whole stays behind as this until the kernel sorts the table.
    std::erase(machine.firmware_map, E820Entry{PhysAddr{0}, 0, E820Type{0}});
    return machine;
  }

 private:
  // kernel: parse_memmap_one(), arch/x86/kernel/e820.c, v6.12
  void read_one(std::string_view text) {
    const std::size_t faults = faults_.count();
    const e820::MemmapItem item = e820::parse_memmap_item(text, numbers_);
    if (faults_.count() != faults) return;
    if (!item.rest.empty()) return faults_.at(item.rest, "the kernel does not understand this");
    if (item.exactmap) {
      exact_ = true;
      table_.clear();
    } else if (item.becomes_itself()) {
      faults_.at(text.substr(text.find(item.mark) + 1),
                 "a type becomes itself: the kernel stops at this (BUG_ON)");
    } else {
      apply(item);
    }
  }

  void apply(const e820::MemmapItem& item) {
    if (table_.entries().size() >= limit_of(Limit::map_entries))
      return faults_.at(item.text, "too many entries: " + beyond(Limit::map_entries));
    const bool adds = item.mark != '\0' && item.from == E820Type{0} && item.to != E820Type{0};
    if (!adds && ++changes_ > kMostChanges) {
      return faults_.at(item.text, "more than 1024 words that change entries");
    }
    EventList unheard;
    e820::Editor edit(table_, unheard, "parse_memmap_one");
    e820::apply(item, edit);
  }

  // Up to the next character that separates numbers, as a person reads it; a sign in front is one's
  // own.
  static std::string_view piece(std::string_view text) {
    return text.substr(0, text.find_first_of("@#$!%-+", 1));
  }

  kernel::Parsed size(std::string_view text) {
    const std::string_view number = piece(text);
    const Result<std::uint64_t> value = parse_u64(number);
    if (!value) {
      faults_.at(number, value.errors());
    } else if (number.find_first_of("iI") != std::string_view::npos) {
      faults_.at(number, "the kernel's units are K M G T P E, without iB");
    }
    return {value ? *value : 0, text.substr(number.size())};
  }

  kernel::Parsed type(std::string_view text) {
    const std::string_view number = piece(text);
    const Result<std::uint64_t> value = parse_count(number);
    if (!value || *value > std::numeric_limits<std::uint32_t>::max()) {
      faults_.at(number, "a type is a number up to 0xffffffff");
    }
    return {value ? *value : 0, text.substr(number.size())};
  }

  const e820::MemmapNumbers numbers_{
      .size = [this](std::string_view text) { return size(text); },
      .type = [this](std::string_view text) { return type(text); },
  };
  std::string_view text_;
  TextFaults faults_;
  e820::Table table_;
  std::size_t changes_ = 0;
  bool exact_ = false;
};

}  // namespace

Recognition recognise_exactmap(const Source& source) {
  const std::string_view bytes = source.bytes;
  const std::size_t first = bytes.find_first_not_of(kSpace);
  if (first == std::string_view::npos || !bytes.substr(first).starts_with(kPrefix)) {
    return {0, "does not start with memmap="};
  }
  return {90, "starts with memmap="};
}

Result<Machine> read_exactmap(const Source& source, const ReadOptions&) {
  return Reader(source.name, source.bytes).read();
}

}  // namespace memmap::input
