#include "profile/embedded_symbols.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "profile/bytes.h"

// The parts follow each other, each on a multiple of 8:
//
//   6.1    [offsets] [relative_base] [num_syms] [names] [markers] [seqs] [token_table]
//   [token_index] 6.12   [num_syms] [names] [markers] [token_table] [token_index] [offsets]
//   [relative_base] [seqs]
//
// (without seqs before 6.1's stable series).
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

constexpr std::size_t aligned(std::size_t offset) { return (offset + 7) & ~std::size_t{7}; }

struct Table {
  std::string_view data{};  // the section; offsets below count from its start
  std::array<std::string_view, kTokens> tokens{};
  std::size_t tokens_start = 0;
  std::size_t index_end = 0;
  std::size_t markers_start = 0;
  std::size_t names_start = 0;
  std::size_t count_start = 0;  // num_syms
  std::size_t count = 0;
  std::size_t* steps = nullptr;  // left

  bool step() const { return *steps > 0 && (--*steps, true); }
};

// The token table that has the digits at `digits`, if the index behind it agrees with it.
bool read_tokens(Table& t, std::size_t digits) {
  // Back over the tokens before `0`, number 48: each ends in a zero byte.
  std::size_t start = digits;
  for (int i = 0; i < '0'; ++i) {
    if (start < 2) return false;
    const std::size_t before = t.data.rfind('\0', start - 2);
    if (before == std::string_view::npos || start - before > 256) return false;
    start = before + 1;
  }
  std::size_t at = start;
  std::array<std::size_t, kTokens> offsets{};
  for (std::size_t i = 0; i < kTokens; ++i) {
    const std::size_t end = t.data.find('\0', at);
    if (end == std::string_view::npos || end - start > kLongestTokens) return false;
    offsets[i] = at - start;
    t.tokens[i] = t.data.substr(at, end - at);
    at = end + 1;
  }
  const std::size_t index = aligned(at);
  for (std::size_t i = 0; i < kTokens; ++i) {
    const auto offset = number_at<std::uint16_t>(t.data, index + 2 * i);
    if (!offset || *offset != offsets[i]) return false;
  }
  t.tokens_start = start;
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
  return aligned(at) == t.markers_start;
}

// Finds the names of `markers` markers, which start at markers_start.
bool read_names(Table& t, std::size_t markers) {
  const std::uint32_t last = *number_at<std::uint32_t>(t.data, t.markers_start + 4 * (markers - 1));
  if (last > t.markers_start) return false;
  // The last marker's names take at least 2 bytes each and at most some 256.
  const std::size_t latest = t.markers_start - last;
  const std::size_t earliest = latest - std::min<std::size_t>(latest, kNamesPerMarker * 256);
  for (std::size_t at = latest & ~std::size_t{7}; at >= earliest + 8 && t.step(); at -= 8) {
    const std::uint32_t count = *number_at<std::uint32_t>(t.data, at - 8);
    if (count == 0 || count > kMostSymbols) continue;
    if ((count + kNamesPerMarker - 1) / kNamesPerMarker != markers) continue;
    if (!names_fit(t, at, count)) continue;
    t.names_start = at;
    t.count_start = at - 8;
    t.count = count;
    return true;
  }
  return false;
}

// Looks for the markers before the tokens; the sequence numbers may lie between, 3 bytes a symbol.
bool read_markers(Table& t) {
  const std::size_t latest = t.tokens_start & ~std::size_t{7};
  const std::size_t earliest = latest - std::min(latest, aligned(3 * kMostSymbols + 8192));
  for (std::size_t at = latest; at >= earliest + 8 && t.step();) {
    at -= 8;
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

// The symbols, with the addresses at `offsets` and the base at `base`; nullopt where they make no
// sense: `_text` has to be the base, or lie a few pages above.
std::optional<Symbols> read_symbols(const Table& t, std::size_t offsets, std::size_t base_at) {
  const auto base = number_at<std::uint64_t>(t.data, base_at);
  if (!base || *base < 0xffffffff80000000 || offsets + 4 * t.count > t.data.size()) {
    return std::nullopt;
  }
  // Per-CPU symbols are absolute where CONFIG_KALLSYMS_ABSOLUTE_PERCPU is on (until 6.15): then the
  // others count downwards from -1.
  bool any_negative = false;
  for (std::size_t i = 0; i < t.count && !any_negative; ++i) {
    any_negative = *number_at<std::int32_t>(t.data, offsets + 4 * i) < 0;
  }
  Symbols symbols;
  std::size_t at = t.names_start;
  for (std::size_t i = 0; i < t.count; ++i) {
    std::string_view tokens;
    at = next_name(t, at, tokens);
    const std::string name = expanded(t, tokens);  // its first letter is the type
    const auto offset = *number_at<std::int32_t>(t.data, offsets + 4 * i);
    std::uint64_t address = static_cast<std::uint32_t>(offset);
    if (!any_negative) {
      address += *base;
    } else if (offset < 0) {
      address = *base - 1 - static_cast<std::uint64_t>(static_cast<std::int64_t>(offset));
    }
    if (name.size() > 1) symbols.add(std::string_view(name).substr(1), name[0], address);
  }
  symbols.sort();
  if (!symbols.find("_text") || !symbols.find("_end")) return std::nullopt;
  return symbols;
}

std::optional<Symbols> symbols_in(std::string_view section) {
  constexpr std::string_view kDigits = "\0000\0001\0002\0003\0004\0005\0006\0007\0008\0009\0"sv;
  std::size_t steps = kMostSteps;
  for (std::size_t at = section.find(kDigits); at != std::string_view::npos;
       at = section.find(kDigits, at + 1)) {
    if (steps == 0) return std::nullopt;
    Table t{.data = section, .steps = &steps};
    if (!read_tokens(t, at + 1) || !read_markers(t)) continue;
    const std::size_t offset_bytes = aligned(4 * t.count);
    if (auto symbols = read_symbols(t, t.index_end, t.index_end + offset_bytes)) return symbols;
    if (t.count_start < offset_bytes + 8) continue;
    if (auto symbols = read_symbols(t, t.count_start - 8 - offset_bytes, t.count_start - 8)) {
      return symbols;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Symbols> find_embedded_symbols(const Image& image) {
  const Section* section = image.section(".rodata");
  if (section == nullptr) return std::nullopt;
  auto symbols = symbols_in(section->bytes);
  if (symbols) symbols->set_source(image.source + ", its kallsyms table");
  return symbols;
}

}  // namespace memmap::kernel
