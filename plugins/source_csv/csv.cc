// Reads a table in CSV: `start,end,type` with the last byte of each entry, or `start,size,type`.
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/plugin.hpp"

namespace {

using memmap::plugin::Host;

constexpr std::string_view kWithEnd = "start,end,type";
constexpr std::string_view kWithSize = "start,size,type";

struct Line {
  std::uint64_t number = 0;
  std::string_view text{};
};

// The lines that hold something: no empty ones, no comments, no line ends.
std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> out;
  for (std::uint64_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == text.npos ? std::string_view{} : text.substr(end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (!line.empty() && line.front() != '#') out.push_back({number, line});
  }
  return out;
}

std::string_view text_of(const memmap_source_input_t& in) {
  return {reinterpret_cast<const char*>(in.bytes), in.byte_count};
}

// A whole number, decimal or with 0x; nothing else.
bool parse(std::string_view text, std::uint64_t& value) {
  const bool hex = text.substr(0, 2) == "0x";
  if (hex) text.remove_prefix(2);
  if (text.empty() || (!hex && text.size() > 1 && text[0] == '0')) return false;
  const std::uint64_t radix = hex ? 16 : 10;
  value = 0;
  for (const char c : text) {
    std::uint64_t digit = 16;
    if (c >= '0' && c <= '9') digit = static_cast<std::uint64_t>(c - '0');
    if (c >= 'a' && c <= 'f') digit = static_cast<std::uint64_t>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') digit = static_cast<std::uint64_t>(c - 'A') + 10;
    if (digit >= radix || value > (UINT64_MAX - digit) / radix) return false;
    value = value * radix + digit;
  }
  return true;
}

struct Word {
  std::string_view word;
  std::uint32_t type;
};
constexpr Word kWords[] = {{"ram", 1},      {"reserved", 2}, {"acpi", 3}, {"nvs", 4},
                           {"unusable", 5}, {"pmem", 7},     {"pram", 12}};

bool parse_type(std::string_view text, std::uint32_t& type) {
  for (const Word& w : kWords) {
    if (w.word == text) return type = w.type, true;
  }
  std::uint64_t value = 0;
  if (!parse(text, value) || value == 0 || value > UINT32_MAX) return false;
  type = static_cast<std::uint32_t>(value);
  return true;
}

// One entry; says what is wrong with it, if anything is. False: something was.
bool read_line(const Line& line, bool with_size, const Host& h) {
  std::array<std::string_view, 3> fields{};
  std::array<std::uint64_t, 3> columns{};
  std::size_t count = 0;
  for (std::size_t at = 0; at <= line.text.size(); ++count) {
    const std::size_t comma = line.text.find(',', at);
    const std::size_t end = comma == line.text.npos ? line.text.size() : comma;
    if (count < fields.size()) {
      fields[count] = line.text.substr(at, end - at);
      columns[count] = at + 1;
    }
    at = end + 1;
  }
  if (count != fields.size()) {
    h.input_error(line.number, 1,
                  "has " + std::to_string(count) + " fields; expected " +
                      std::string(with_size ? kWithSize : kWithEnd));
    return false;
  }
  std::uint64_t start = 0;
  std::uint64_t second = 0;
  std::uint32_t type = 0;
  const bool good[] = {parse(fields[0], start), parse(fields[1], second),
                       parse_type(fields[2], type)};
  const char* const kExpected[] = {
      "expected a number: 4096 or 0x1000", "expected a number: 4096 or 0x1000",
      "expected a type: ram, reserved, acpi, nvs, unusable, pmem, pram or a number above 0"};
  for (std::size_t i = 0; i < 3; ++i) {
    if (!good[i]) {
      h.input_error(line.number, columns[i], "`" + std::string(fields[i]) + "`: " + kExpected[i]);
    }
  }
  if (!good[0] || !good[1] || !good[2]) return false;
  // The last byte of the address space has no end that could be expressed.
  const bool fits =
      with_size ? second <= UINT64_MAX - start : second >= start && second != UINT64_MAX;
  if (!fits) {
    h.input_error(line.number, columns[1],
                  with_size ? "the entry ends beyond 2^64 - 1"
                            : "the entry ends before it begins, or at the last byte of all");
    return false;
  }
  h.entry(start, with_size ? start + second : second + 1, type);
  return true;
}

std::int32_t recognise(const memmap_source_input_t* in, const memmap_host_t*,
                       const char** reason) noexcept {
  // Only the beginning is looked at: comments, then the line of titles.
  std::string_view text = text_of(*in).substr(0, 4096);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line == kWithEnd || line == kWithSize) {
      *reason = "opens with the titles of the columns";
      return 100;
    }
    if (!line.empty() && line.front() != '#') break;
    text = end == text.npos ? std::string_view{} : text.substr(end + 1);
  }
  *reason = "does not open with start,end,type or start,size,type";
  return 0;
}

std::int32_t read(const memmap_source_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const Host& h) -> std::int32_t {
    const std::vector<Line> lines = lines_of(text_of(*in));
    if (lines.empty() || (lines[0].text != kWithEnd && lines[0].text != kWithSize)) {
      h.input_error(lines.empty() ? 1 : lines[0].number, 1,
                    "expected the titles start,end,type or start,size,type");
      return MEMMAP_FAILED;
    }
    bool good = true;
    for (std::size_t i = 1; i < lines.size(); ++i) {
      good = read_line(lines[i], lines[0].text == kWithSize, h) && good;
    }
    if (lines.size() == 1) {
      h.input_error(lines[0].number, 1, "no entry follows the titles");
      good = false;
    }
    return good ? MEMMAP_OK : MEMMAP_FAILED;
  });
}

constexpr memmap_source_t kSource = {
    sizeof(memmap_source_t),   0,         "a table in CSV: start,end,type or start,size,type",
    "memmap simulate map.csv", recognise, read};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_SOURCE_1) ? &kSource : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin =
    memmap::plugin::describe("source_csv", "1.0", "Reads memory maps from CSV", get_interface);
