#include "input/firmware/processor.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/number.h"
#include "input/text/faults.h"
#include "input/text/lines.h"

namespace memmap::input {
namespace {

void take_flags(std::string_view flags, CpuFacts& cpu) {
  const std::string padded = fmt::format(" {} ", flags);
  const auto has = [&](std::string_view flag) {
    return padded.find(fmt::format(" {} ", flag)) != std::string::npos;
  };
  cpu.gbpages = has("pdpe1gb");
  cpu.la57 = has("la57");
  cpu.nx = has("nx");
  cpu.pse = has("pse");
  cpu.pge = has("pge");
  cpu.pcid = has("pcid");
}

// The text between `before` and `after`; nullopt where either is missing. Blanks around it go.
std::optional<std::string_view> between(std::string_view text, std::string_view before,
                                        std::string_view after) {
  const std::size_t from = text.find(before);
  if (from == std::string_view::npos) return std::nullopt;
  const std::size_t start = from + before.size();
  const std::size_t to = text.find(after, start);
  if (to == std::string_view::npos) return std::nullopt;
  return trimmed(text.substr(start, to - start));
}

// `reg00: base=0x0c0000000 ( 3072MB), size= 1024MB, count=1: uncachable`
std::optional<MtrrRange> parse_mtrr(std::string_view text) {
  const auto base_text = between(text, "base=", " (");
  const auto size_text = between(text, "size=", ",");
  const std::size_t type_at = text.rfind(": ");
  if (!text.starts_with("reg") || !base_text || !size_text || type_at == std::string_view::npos) {
    return std::nullopt;
  }
  const auto base = parse_hex(*base_text);
  // MB or KB, which mean powers of 1024.
  if (!base || size_text->size() < 3 || !size_text->ends_with('B')) return std::nullopt;
  const auto size = parse_u64(size_text->substr(0, size_text->size() - 1));
  if (!size) return std::nullopt;
  const auto range = PhysRange::from_size(PhysAddr{*base}, *size);
  if (!range) return std::nullopt;
  return MtrrRange{.range = *range, .type = mtrr_type_of(trimmed(text.substr(type_at + 2)))};
}

}  // namespace

Status add_cpuinfo(const std::string& name, std::string_view text, Machine& machine) {
  Faults faults;
  CpuFacts& cpu = machine.cpu;
  Lines lines(text);
  bool begun = false;
  while (const auto line = lines.next()) {
    const std::size_t colon = line->text.find(':');
    if (colon == std::string_view::npos) {
      if (begun && trimmed(line->text).empty()) break;  // a blank line ends each processor
      continue;
    }
    begun = true;
    const std::string_view key = trimmed(line->text.substr(0, colon));
    const std::string_view value = trimmed(line->text.substr(colon + 1));
    const auto number = [&](std::string_view digits) -> unsigned {
      const auto n = parse_count(digits);
      if (n && *n <= 0xffff) return static_cast<unsigned>(*n);
      faults.add(error_at(name, *line, digits,
                          n ? std::string("the number is too large") : n.errors()[0].message));
      return 0;
    };
    if (key == "vendor_id") cpu.vendor = std::string(value.substr(0, 64));
    if (key == "cpu family") cpu.family = number(value);
    if (key == "model") cpu.model = number(value);
    if (key == "flags") take_flags(value, cpu);
    if (key == "bugs")
      cpu.meltdown = fmt::format(" {} ", value).find(" cpu_meltdown ") != std::string::npos;
    if (key == "address sizes") {
      const std::string_view digits = value.substr(0, value.find(' '));
      const auto bits = parse_count(digits);
      if (bits && (*bits < CpuFacts::kLeastPhysBits || *bits > CpuFacts::kMostPhysBits)) {
        faults.add(error_at(name, *line, digits,
                            fmt::format("a physical address has from {} to {} bits",
                                        CpuFacts::kLeastPhysBits, CpuFacts::kMostPhysBits)));
      } else {
        cpu.phys_bits = number(digits);
      }
    }
  }
  if (!begun) {
    faults.add(Error{.message = "holds no line `KEY : VALUE`", .origin = {.file = name}});
  }
  if (!faults.none()) return faults.take();
  return Done{};
}

Status add_mtrr(const std::string& name, std::string_view text, Machine& machine) {
  Faults faults;
  Lines lines(text);
  while (const auto line = lines.next()) {
    if (trimmed(line->text).empty()) continue;
    if (auto range = parse_mtrr(trimmed(line->text))) {
      machine.mtrrs.push_back(*range);
    } else {
      faults.add(error_at(name, *line, {},
                          "is no line of /proc/mtrr: expected `regNN: base=0x... (...MB), "
                          "size=...MB, count=N: TYPE`"));
    }
  }
  if (!faults.none()) return faults.take();
  return Done{};
}

std::optional<unsigned> count_cpus(std::string_view list) {
  std::uint64_t count = 0;
  list = trimmed(list);
  if (list.empty()) return std::nullopt;
  while (!list.empty()) {
    const std::string_view part = list.substr(0, list.find(','));
    list = list.substr(std::min(list.size(), part.size() + 1));
    const std::size_t dash = part.find('-');
    const auto first = parse_count(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_count(part.substr(dash + 1));
    constexpr std::uint64_t kMax = 1 << 20;
    if (!first || !last || *last < *first || *last >= kMax) return std::nullopt;
    count += *last - *first + 1;
    if (count > kMax) return std::nullopt;
  }
  return static_cast<unsigned>(count);
}

}  // namespace memmap::input
