#include "input/map/exactmap.h"

#include <algorithm>
#include <limits>

#include "base/number.h"
#include "e820/edit.h"
#include "input/text/faults.h"

namespace memmap::input {
namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kPrefix = "memmap=";
// Far beyond what a kernel's command line can hold.
constexpr std::size_t kMostEntries = std::size_t{1} << 17;
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
        read_word(word.substr(kPrefix.size()));
      } else {
        faults_.at(word,
                   "only words `memmap=...` belong here; other parameters are given to the "
                   "simulated kernel");
      }
    }
    if (faults_.none() && !exact_) {
      faults_.at(0, 1, "no memmap=exactmap: the words would change a map that is not here");
    }
    if (!faults_.none()) return std::move(faults_).take();
    Machine machine;
    machine.firmware_map = table_.entries();
    // What an edit takes out whole stays behind as this until the kernel sorts the table.
    std::erase(machine.firmware_map, E820Entry{PhysAddr{0}, 0, E820Type{0}});
    return machine;
  }

 private:
  // kernel: parse_memmap_opt(): commas separate.
  void read_word(std::string_view value) {
    while (true) {
      const std::size_t comma = value.find(',');
      read_one(value.substr(0, comma));
      if (comma == std::string_view::npos) return;
      value.remove_prefix(comma + 1);
    }
  }

  // kernel: parse_memmap_one(), arch/x86/kernel/e820.c, v6.12
  void read_one(std::string_view item) {
    if (item == "exactmap") {
      exact_ = true;
      table_.clear();
      return;
    }
    const std::size_t mark = item.find_first_of("@#$!%");
    const std::optional<std::uint64_t> size = number(item.substr(0, mark));
    if (mark == std::string_view::npos) {  // as mem=: no RAM from there on
      if (size)
        apply(item, *size, std::numeric_limits<std::uint64_t>::max() - *size, E820Type::ram, {});
      return;
    }
    const std::string_view rest = item.substr(mark + 1);
    if (item[mark] == '%') {
      read_typed(size, rest);
      return;
    }
    const std::optional<std::uint64_t> start = number(rest);
    const E820Type type = item[mark] == '@'   ? E820Type::ram
                          : item[mark] == '#' ? E820Type::acpi
                          : item[mark] == '$' ? E820Type::reserved
                                              : E820Type::pram;
    if (size && start) add(item, {PhysAddr{*start}, *size, type});
  }

  // Behind `nn%`: `ss`, then `-from`, then `+to`, each if any; 0 is as good as none.
  void read_typed(std::optional<std::uint64_t> size, std::string_view rest) {
    const std::string_view whole = rest;
    const auto part = [&](char mark) -> std::optional<std::string_view> {
      const std::size_t at = rest.rfind(mark);
      if (at == std::string_view::npos) return std::nullopt;
      const std::string_view value = rest.substr(at + 1);
      rest = rest.substr(0, at);
      return value;
    };
    const std::optional<std::string_view> to_text = part('+');
    const std::optional<std::string_view> from_text = part('-');
    const std::optional<std::uint64_t> start = number(rest);
    const std::optional<std::uint32_t> to = to_text ? type(*to_text) : 0;
    const std::optional<std::uint32_t> from = from_text ? type(*from_text) : 0;
    if (!size || !start || !to || !from) return;
    if (*from == 0 && *to != 0) {
      add(whole, {PhysAddr{*start}, *size, E820Type{*to}});
      return;
    }
    if (*from == *to && *from != 0) {
      faults_.at(whole, "a type becomes itself: the kernel stops at this (BUG_ON)");
      return;
    }
    apply(whole, *start, *size, *from == 0 ? std::nullopt : std::optional(E820Type{*from}),
          *to == 0 ? std::nullopt : std::optional(E820Type{*to}));
  }

  void add(std::string_view item, const E820Entry& entry) {
    if (table_.entries().size() >= kMostEntries)
      return faults_.at(item, "more than 131072 entries");
    table_.add(entry);
  }

  // kernel: parse_memmap_one(): e820__range_update() or e820__range_remove()
  void apply(std::string_view item, std::uint64_t start, std::uint64_t size,
             std::optional<E820Type> from, std::optional<E820Type> to) {
    if (++changes_ > kMostChanges || table_.entries().size() > kMostEntries) {
      return faults_.at(item, "more than 1024 words that change entries");
    }
    EventList unheard;
    e820::Editor edit(table_, unheard, "parse_memmap_one");
    if (from && to) {
      edit.update(start, size, *from, *to);
    } else if (from) {
      edit.remove(start, size, *from);
    } else {
      edit.remove_all(start, size);
    }
  }

  std::optional<std::uint64_t> number(std::string_view text) {
    const Result<std::uint64_t> value = parse_u64(text);
    if (!value) {
      faults_.at(text, value.errors());
    } else if (text.find_first_of("iI") != std::string_view::npos) {
      faults_.at(text, "the kernel's units are K M G T P E, without iB");
    } else {
      return *value;
    }
    return std::nullopt;
  }

  std::optional<std::uint32_t> type(std::string_view text) {
    const Result<std::uint64_t> value = parse_count(text);
    if (value && *value <= std::numeric_limits<std::uint32_t>::max()) {
      return static_cast<std::uint32_t>(*value);
    }
    faults_.at(text, "a type is a number up to 0xffffffff");
    return std::nullopt;
  }

  std::string_view text_;
  TextFaults faults_;
  e820::Table table_;
  std::size_t changes_ = 0;
  bool exact_ = false;
};

}  // namespace

Recognition recognise_exactmap(const Source& source) {
  if (source.is_folder()) return {0, "a folder"};
  const std::string_view bytes = source.bytes;
  const std::size_t first = bytes.find_first_not_of(kSpace);
  if (first == std::string_view::npos || !bytes.substr(first).starts_with(kPrefix)) {
    return {0, "does not start with memmap="};
  }
  return {90, "starts with memmap="};
}

Result<Machine> read_exactmap(const Source& source, const ReadOptions&) {
  if (source.is_folder())
    return Error{.message = "parameters are a file, not a folder", .origin = {source.name}};
  return Reader(source.name, source.bytes).read();
}

}  // namespace memmap::input
