#include "profile/embedded_symbols.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/align.h"
#include "profile/bytes.h"

// The parts follow each other, each on a multiple of 8, of 4 in 7.x:
//
//   6.1   [offsets] [relative_base] [num_syms] [names] [markers] [seqs] [tokens] [token_index]
//   6.12  [num_syms] [names] [markers] [tokens] [token_index] [offsets] [relative_base] [seqs]
//   7.x   [num_syms] [names] [markers] [tokens] [token_index] [offsets] [seqs]
//
// (without seqs before 6.1's stable series). Offsets count from relative_base, of 7.x each from its
// own place.
//
// The token table is the one that can be recognised: texts that stand for the 256 byte values,
// where a digit stands for itself. From there the others are found by what must hold between them.
namespace memmap::kernel {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kTokens = 256;
constexpr std::size_t kNamesPerMarker = 256;
constexpr std::size_t kLongestTokens = 16384;
constexpr std::size_t kMostSymbols = 1 << 20;
// Places to look at in all; a real image takes some 100 thousand, a hostile one could take hours.
constexpr std::size_t kMostSteps = 50'000'000;

struct Table {
  std::string_view data{};    // the section; offsets below count from its start
  std::uint64_t address = 0;  // where it is linked
  std::size_t alignment = 8;  // of each part
  std::array<std::string_view, kTokens> tokens{};
  std::size_t tokens_start = 0;
  std::size_t index_end = 0;
  std::size_t markers_start = 0;
  std::size_t names_start = 0;
  std::size_t count_start = 0;  // num_syms
  std::size_t count = 0;
  std::size_t* steps = nullptr;  // left

  bool step() const { return *steps > 0 && (--*steps, true); }
  std::size_t aligned(std::size_t offset) const { return align_up(offset, alignment); }
};

// The token table that has the digits at `digits`, if the index behind it agrees with it.
bool read_tokens(Table& t, std::size_t digits) {
  // Back over the tokens before `0`, number 48, down to number 1: before each lies the zero byte that
  // ends the one before. What lies before the first may be anything.
  std::size_t second = digits;
  for (int i = 1; i < '0'; ++i) {
    if (second < 2) return false;
    const std::size_t before = t.data.rfind('\0', second - 2);
    if (before == std::string_view::npos || second - before > 256) return false;
    second = before + 1;
  }
  std::array<std::size_t, kTokens> places{};
  std::size_t at = second;
  for (std::size_t i = 1; i < kTokens; ++i) {
    const std::size_t end = t.data.find('\0', at);
    if (end == std::string_view::npos || end - second > kLongestTokens) return false;
    places[i] = at;
    t.tokens[i] = t.data.substr(at, end - at);
    at = end + 1;
  }
  const std::size_t index = t.aligned(at);
  const auto first_bytes = number_at<std::uint16_t>(t.data, index + 2);
  if (!first_bytes || *first_bytes == 0 || *first_bytes > second) return false;
  places[0] = second - *first_bytes;
  t.tokens[0] = t.data.substr(places[0], *first_bytes - std::size_t{1});
  if (t.tokens[0].find('\0') != std::string_view::npos) return false;
  for (std::size_t i = 0; i < kTokens; ++i) {
    const auto offset = number_at<std::uint16_t>(t.data, index + 2 * i);
    if (!offset || *offset != places[i] - places[0]) return false;
  }
  t.tokens_start = places[0];
  t.index_end = index + 2 * kTokens;
  return true;
}

// One name; its length takes two bytes from 128 on (6.1). Returns where the next starts, 0: none.
std::size_t next_name(const Table& t, std::size_t at, std::string_view& tokens) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(t.data[i]); };
  if (at + 2 > t.data.size()) return 0;
  std::size_t length = byte(at++);
  if ((length & 0x80) != 0) length = (length & 0x7f) | (std::size_t{byte(at++)} << 7);
  if (length == 0 || at + length > t.data.size()) return 0;
  tokens = t.data.substr(at, length);
  return at + length;
}

// How many numbers of ascending places, each 256 names after the one before, start at `at`.
std::size_t run_of_markers(const Table& t, std::size_t at) {
  std::uint32_t before = *number_at<std::uint32_t>(t.data, at);
  if (before != 0) return 0;
  std::size_t run = 1;
  for (at += 4; at + 4 <= t.tokens_start && t.step(); at += 4, ++run) {
    const std::uint32_t value = *number_at<std::uint32_t>(t.data, at);
    if (value < before + 2 * kNamesPerMarker || value > before + 256 * kNamesPerMarker) break;
    before = value;
  }
  return run;
}

// Whether `count` names start at `start`, end where the markers do and agree with them.
bool names_fit(const Table& t, std::size_t start, std::size_t count) {
  std::size_t at = start;
  std::string_view tokens;
  for (std::size_t i = 0; i < count; ++i) {
    if (!t.step()) return false;
    if (i % kNamesPerMarker == 0) {
      const auto marker =
          number_at<std::uint32_t>(t.data, t.markers_start + i / kNamesPerMarker * 4);
      if (!marker || *marker != at - start) return false;
    }
    at = next_name(t, at, tokens);
    if (at == 0 || at > t.markers_start) return false;
  }
  return t.aligned(at) == t.markers_start;
}

// Finds the names of `markers` markers, which start at markers_start.
bool read_names(Table& t, std::size_t markers) {
  const std::uint32_t last = *number_at<std::uint32_t>(t.data, t.markers_start + 4 * (markers - 1));
  if (last > t.markers_start) return false;
  // The last marker's names take at least 2 bytes each and at most some 256.
  const std::size_t latest = t.markers_start - last;
  const std::size_t earliest = latest - std::min<std::size_t>(latest, kNamesPerMarker * 256);
  const std::size_t a = t.alignment;
  for (std::size_t at = align_down(latest, a); at >= earliest + a && t.step(); at -= a) {
    const std::uint32_t count = *number_at<std::uint32_t>(t.data, at - a);
    if (count == 0 || count > kMostSymbols) continue;
    if ((count + kNamesPerMarker - 1) / kNamesPerMarker != markers) continue;
    if (!names_fit(t, at, count)) continue;
    t.names_start = at;
    t.count_start = at - a;
    t.count = count;
    return true;
  }
  return false;
}

// Looks for the markers before the tokens; the sequence numbers may lie between, 3 bytes a symbol.
bool read_markers(Table& t) {
  const std::size_t latest = align_down(t.tokens_start, t.alignment);
  const std::size_t earliest = latest - std::min(latest, t.aligned(3 * kMostSymbols + 8192));
  for (std::size_t at = latest; at >= earliest + t.alignment && t.step();) {
    at -= t.alignment;
    const std::size_t run = run_of_markers(t, at);
    if (run < 2) continue;
    t.markers_start = at;
    // What follows may look like one more.
    if (read_names(t, run) || (run > 2 && read_names(t, run - 1))) return true;
  }
  return false;
}

std::string expanded(const Table& t, std::string_view tokens) {
  std::string out;
  for (const char c : tokens) out += t.tokens[static_cast<unsigned char>(c)];
  return out;
}

// What an offset stands for: the address it counts from.
class Addresses {
 public:
  // Each counts from `base`. Per-CPU symbols are absolute where CONFIG_KALLSYMS_ABSOLUTE_PERCPU is
  // on (until 6.15): then the others count downwards from -1.
  static Addresses from_base(const Table& t, std::size_t offsets, std::uint64_t base) {
    Addresses out(t, offsets, base);
    for (std::size_t i = 0; i < t.count && !out.any_negative_; ++i) {
      out.any_negative_ = out.offset(i) < 0;
    }
    return out;
  }
  // Each counts from where it lies. kernel: kallsyms_sym_address(), kernel/kallsyms.c, v7.2
  static Addresses from_own_place(const Table& t, std::size_t offsets) {
    return {t, offsets, std::nullopt};
  }

  std::uint64_t of(std::size_t i) const {
    const auto signed_offset = static_cast<std::uint64_t>(std::int64_t{offset(i)});
    if (!base_) return t_.address + offsets_ + 4 * i + signed_offset;
    const std::uint64_t plain = static_cast<std::uint32_t>(offset(i));
    if (!any_negative_) return *base_ + plain;
    return offset(i) < 0 ? *base_ - 1 - signed_offset : plain;
  }

 private:
  Addresses(const Table& t, std::size_t offsets, std::optional<std::uint64_t> base)
      : t_(t), offsets_(offsets), base_(base) {}
  std::int32_t offset(std::size_t i) const {
    return *number_at<std::int32_t>(t_.data, offsets_ + 4 * i);
  }

  const Table& t_;
  std::size_t offsets_;
  std::optional<std::uint64_t> base_;
  bool any_negative_ = false;
};

// nullopt where they make no sense: `_text` and `_end` are there, `_text` where `text` is.
std::optional<Symbols> read_symbols(const Table& t, const Addresses& addresses,
                                    std::uint64_t text) {
  Symbols symbols;
  std::size_t at = t.names_start;
  for (std::size_t i = 0; i < t.count; ++i) {
    std::string_view tokens;
    at = next_name(t, at, tokens);
    const std::string name = expanded(t, tokens);  // its first letter is the type
    if (name.size() > 1) {
      symbols.add(std::string_view(name).substr(1), name[0], addresses.of(i));
    }
  }
  symbols.sort();
  if (symbols.find("_text") != text || !symbols.find("_end")) return std::nullopt;
  return symbols;
}

// With offsets at `offsets` and the address they count from at `base_at`.
std::optional<Symbols> read_with_base(const Table& t, std::size_t offsets, std::size_t base_at,
                                      std::uint64_t text) {
  const auto base = number_at<std::uint64_t>(t.data, base_at);
  if (!base || *base < 0xffffffff80000000 || offsets + 4 * t.count > t.data.size()) {
    return std::nullopt;
  }
  return read_symbols(t, Addresses::from_base(t, offsets, *base), text);
}

// In each of the forms that the parts may have.
std::optional<Symbols> read_any_form(const Table& t, std::uint64_t text) {
  const std::size_t behind = t.index_end;
  const std::size_t bytes = t.aligned(4 * t.count);
  if (auto symbols = read_with_base(t, behind, behind + bytes, text)) return symbols;
  if (t.count_start >= bytes + 8) {
    const std::size_t base = t.count_start - 8;
    if (auto symbols = read_with_base(t, base - bytes, base, text)) return symbols;
  }
  if (behind + bytes > t.data.size()) return std::nullopt;
  return read_symbols(t, Addresses::from_own_place(t, behind), text);
}

std::optional<Symbols> symbols_in(const Section& section, std::uint64_t text) {
  constexpr std::string_view kDigits = "\0000\0001\0002\0003\0004\0005\0006\0007\0008\0009\0"sv;
  const std::string_view data = section.bytes;
  std::size_t steps = kMostSteps;
  for (std::size_t at = data.find(kDigits); at != std::string_view::npos;
       at = data.find(kDigits, at + 1)) {
    for (const std::size_t alignment : {std::size_t{8}, std::size_t{4}}) {
      if (steps == 0) return std::nullopt;
      Table t{.data = data, .address = section.address, .alignment = alignment, .steps = &steps};
      if (!read_tokens(t, at + 1) || !read_markers(t)) continue;
      if (auto symbols = read_any_form(t, text)) return symbols;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Symbols> find_embedded_symbols(const Image& image) {
  const Section* section = image.section(".rodata");
  const Section* text = image.section(".text");
  if (section == nullptr || text == nullptr) return std::nullopt;
  auto symbols = symbols_in(*section, text->address);
  if (symbols) symbols->set_source(image.source + ", its kallsyms table");
  return symbols;
}

}  // namespace memmap::kernel
