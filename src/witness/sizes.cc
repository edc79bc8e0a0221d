// `Memory:` and what the kernel frees of itself.
#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "input/text/scan.h"
#include "witness/kinds.h"
#include "witness/words.h"

namespace memmap::witness {
namespace {

std::string kib(std::uint64_t n) { return fmt::format("{} KiB", n); }
std::string kib_of_pages(std::uint64_t pages) { return kib(pages << (kPageShift - 10)); }

// `Memory: 6057916K/6290936K available (...)`; before 3.10 `k`, of all addresses up to the last page.
std::optional<Said> read_total(std::string_view line, Reading&) {
  if (!input::eat(line, "Memory: ")) return std::nullopt;
  input::take_decimal(line);
  line.remove_prefix(std::min<std::size_t>(line.size(), 2));
  const auto total = input::take_decimal(line);
  if (!total) return std::nullopt;
  if (line.starts_with("K available")) return Said{"", kib(*total)};
  if (line.starts_with("k available")) return Said{"up to the last page", kib(*total)};
  return std::nullopt;
}
std::vector<Said> totals(const Simulated& boot) {
  const auto& line = boot.out.state.page_allocator.memory_line;
  if (!line) return {};
  return {{"", kib_of_pages(line->phys_pages)},
          {"up to the last page", kib_of_pages(raw(boot.out.state.max_pfn))}};
}

// A part of the line in parentheses, by its name.
std::optional<Said> read_part(std::string_view line, std::string_view key, std::string_view unit) {
  const auto size = input::decimal_before(line, unit);
  if (!line.starts_with("Memory: ") || !size) return std::nullopt;
  return Said{std::string(key), kib(*size)};
}

std::optional<Said> read_reserved(std::string_view line, Reading&) {
  return read_part(line, "reserved", "K reserved");
}
std::vector<Said> reserved(const Simulated& boot) {
  const auto& line = boot.out.state.page_allocator.memory_line;
  if (!line) return {};
  return {{"reserved", kib_of_pages(line->reserved_pages)}};
}

std::optional<Said> read_available(std::string_view line, Reading&) {
  if (line.find("K available") == line.npos) return std::nullopt;
  const auto size = number_behind(line, "Memory: ");
  if (!size) return std::nullopt;
  return Said{"available", kib(*size)};
}
std::vector<Said> available(const Simulated& boot) {
  const auto& line = boot.out.state.page_allocator.memory_line;
  if (!line || !line->available_pages) return {};
  return {{"available", kib_of_pages(*line->available_pages)}};
}
Judged judge_available(const Simulated& boot, const Said& said) {
  if (boot.in.behaviour.memory_is_told_late)
    return {Standing::unknown, "it is printed so late that nobody can tell what was taken by then"};
  return another_build(boot, said);
}

std::optional<Said> read_cma(std::string_view line, Reading&) {
  return read_part(line, "cma", "K cma-reserved");
}
std::vector<Said> cma(const Simulated& boot) {
  const auto& line = boot.out.state.page_allocator.memory_line;
  if (!line) return {};
  return {{"cma", kib_of_pages(line->cma_pages)}};
}

std::optional<Said> read_image(std::string_view line, Reading&) {
  std::string value;
  for (const std::string_view part : {"kernel code", "rwdata", "rodata", "init", "bss"}) {
    const auto size = input::decimal_before(line, fmt::format("K {}", part));
    if (!size) return std::nullopt;
    value += fmt::format("{}{}K {}", value.empty() ? "" : ", ", *size, part);
  }
  return Said{"", value};
}
std::vector<Said> image(const Simulated& boot) {
  const auto& line = boot.out.state.page_allocator.memory_line;
  if (!line) return {};
  return {{"", fmt::format("{}K kernel code, {}K rwdata, {}K rodata, {}K init, {}K bss",
                           line->code >> 10, line->rwdata >> 10, line->rodata >> 10,
                           line->init >> 10, line->bss >> 10)}};
}

// `Freeing unused kernel image (initmem) memory: 4264K`, `efi: Freeing EFI boot services memory: 8K`
std::optional<Said> read_freed(std::string_view line, Reading&) {
  input::eat(line, "efi: ");
  if (!input::eat(line, "Freeing ")) return std::nullopt;
  const std::size_t at = line.find(" memory: ");
  const auto size = number_behind(line, " memory: ");
  if (at == line.npos || !size) return std::nullopt;
  return Said{std::string(line.substr(0, at)), kib(*size)};
}
// Only the initrd's size is no matter of the build.
Judged judge_freed(const Simulated& boot, const Said& said) {
  if (said.key == "initrd") return {};
  if (said.key == "EFI boot services") {
    if (boot.in.machine.efi_map.empty())
      return {Standing::unknown, "the log does not tell EFI's memory map"};
    return {};
  }
  return another_build(boot, said);
}

// `Write protecting the kernel read-only data: 28672k`
std::optional<Said> read_protected(std::string_view line, Reading&) {
  const auto size = number_behind(line, "read-only data: ");
  if (!size) return std::nullopt;
  return Said{"", kib(*size)};
}
// kernel: mark_rodata_ro(), arch/x86/mm/init_64.c, v6.12
std::vector<Said> write_protected(const Simulated& boot) {
  return {{"", kib(align_up(boot.in.profile.image.end_rodata, 2 * kMiB) >> 10)}};
}

// clang-format off
constexpr Kind kKinds[] = {
    {"memory_total",     "all memory",                   {"Memory: "}, read_total, totals},
    {"memory_reserved",  "reserved memory",              {"Memory: "}, read_reserved, reserved, nullptr, another_build, Cause::sizes},
    {"memory_available", "free memory",                  {"Memory: "}, read_available, available, nullptr, judge_available, Cause::sizes},
    {"memory_cma",       "memory of CMA areas",          {"Memory: "}, read_cma, cma},
    {"image_sizes",      "sizes of the kernel's image",  {"Memory: "}, read_image, image, nullptr, another_build, Cause::sizes},
    {"freed",            "memory that is freed late",    {"Freeing ", "efi: Freeing "}, read_freed, nullptr, nullptr, judge_freed, Cause::sizes},
    {"write_protected",  "read-only data of the kernel", {"Write protecting the kernel read-only data"}, read_protected, write_protected, nullptr, another_build, Cause::sizes},
};
// clang-format on

}  // namespace

std::span<const Kind> size_kinds() { return kKinds; }

}  // namespace memmap::witness
