// What is set aside: for a crash kernel, CMA, devices' bounces, huge pages; ACPI's tables.
#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "boot/mm/swiotlb.h"
#include "boot/owner.h"
#include "input/text/scan.h"
#include "witness/kinds.h"
#include "witness/words.h"

namespace memmap::witness {
namespace {

// `Reserving 161MB of memory at 688MB for crashkernel (System RAM: 3071MB)`; since 6.?
// `crashkernel reserved: 0x00000000af000000 - 0x00000000bf000000 (256 MB)`. The older form has MiB
// alone, so MiB are compared.
std::optional<Said> read_crash_kernel(std::string_view line, Reading&) {
  const auto mib = [](std::uint64_t size, std::uint64_t base) {
    return fmt::format("{} MiB at {} MiB", size, base);
  };
  if (input::eat(line, "Reserving ") || input::eat(line, "kexec: Reserving ")) {
    if (line.starts_with("the low 1M of memory")) return Said{"first MiB", "reserved"};
    const auto size = input::take_decimal(line);
    if (!size || !input::eat(line, "MB of ")) return std::nullopt;
    const bool low = input::eat(line, "low ");
    if (!input::eat(line, "memory at ")) return std::nullopt;
    const auto base = input::take_decimal(line);
    if (!base || !input::eat(line, "MB for crashkernel")) return std::nullopt;
    return Said{low ? "low" : "", mib(*size, *base)};
  }
  const bool low = input::eat(line, "crashkernel low memory reserved: ");
  if (!low && !input::eat(line, "crashkernel reserved: ")) return std::nullopt;
  const auto base = input::take_hex(line);
  if (!base || !input::eat(line, " - ")) return std::nullopt;
  const auto end = input::take_hex(line);
  if (!end || *end < *base) return std::nullopt;
  return Said{low ? "low" : "", mib((*end - *base) >> 20, *base >> 20)};
}

// `cma: Reserved 16 MiB at 0x000000007f000000 on node -1`; before 6.?, without the node.
std::optional<Said> read_cma(std::string_view line, Reading&) {
  if (!input::eat(line, "cma: Reserved ")) return std::nullopt;
  const auto size = input::take_decimal(line);
  if (!size || !input::eat(line, " MiB at ")) return std::nullopt;
  const auto base = input::take_hex(line);
  if (!base) return std::nullopt;
  return Said{"", fmt::format("{} MiB at {:#x}", *size, *base)};
}

// `software IO TLB: mapped [mem 0xa-0xb] (64MB)`, whose end is printed as it is; older
// `software IO TLB [mem 0xa-0xb] (64MB) mapped at [...]`, `Placing software IO TLB between 0xa - 0xb`.
std::optional<Said> read_swiotlb(std::string_view line, Reading&) {
  const bool last = input::eat(line, "software IO TLB [mem ");
  if (!last && !input::eat(line, "software IO TLB: mapped [mem ") &&
      !input::eat(line, "Placing software IO TLB between "))
    return std::nullopt;
  const auto base = input::take_hex(line);
  line = input::skip_blanks(line);
  if (!base || !input::eat(line, "-")) return std::nullopt;
  line = input::skip_blanks(line);
  const auto end = input::take_hex(line);
  if (!end) return std::nullopt;
  return Said{"", show(*base, *end + (last && *end % kPageSize != 0 ? 1 : 0))};
}

std::vector<Said> swiotlb(const Simulated& boot) {
  const auto& buffer = boot.out.state.swiotlb;
  if (!buffer) return {};
  return {{"", show(*buffer)}};
}

// It is taken from the top of what is free below 4 GiB, where EFI's boot services lie too.
Judged judge_swiotlb(const Simulated& boot, const Said&) {
  if (boot.in.machine.firmware == Firmware::efi && boot.in.machine.efi_map.empty())
    return {Standing::unknown, "it follows from EFI's memory map, which this log does not show"};
  return {};
}

// `software IO TLB: area num 8.`
std::optional<Said> read_areas(std::string_view line, Reading&) {
  const auto areas = number_behind(line, "area num ");
  if (!areas) return std::nullopt;
  return Said{"", fmt::format("{} areas", *areas)};
}

// kernel: swiotlb_adjust_nareas(), round_up_default_nareas(), kernel/dma/swiotlb.c, v6.12
std::vector<Said> areas(const Simulated& boot) {
  const auto asked = boot::swiotlb::settings(boot.in.parameters, boot::swiotlb::Areas::counted);
  const std::uint64_t count = asked.areas != 0 ? asked.areas : boot.in.possible_cpus;
  return {{"", fmt::format("{} areas", std::bit_ceil(count))}};
}

// `HugeTLB: registered 2.00 MiB page size, pre-allocated 0 pages`; before 5.?, without the colon,
// before 3.?, `2 MB`.
std::optional<Said> read_huge_pages(std::string_view line, Reading&) {
  if (!input::eat(line, "HugeTLB: registered ") && !input::eat(line, "HugeTLB registered "))
    return std::nullopt;
  const auto size = input::take_decimal(line);
  if (!size) return std::nullopt;
  if (input::eat(line, ".")) input::take_decimal(line);
  line = input::skip_blanks(line);
  const bool giga = line.starts_with("G");
  const auto pages = number_behind(line, "pre-allocated ");
  if (!pages) return std::nullopt;
  return Said{fmt::format("{} {}", *size, giga ? "GiB" : "MiB"),
              fmt::format("{} pages set aside", *pages)};
}

std::vector<Said> huge_pages(const Simulated& boot) {
  std::vector<Said> out;
  const auto& sizes = boot.out.state.huge_page_sizes;
  // kernel: gigantic_pages_init(), arch/x86/mm/hugetlbpage.c: registered though nobody asked for any
  const bool has_1g = std::ranges::any_of(sizes, [](const auto& h) { return h.size >= kGiB; });
  if (!sizes.empty() && !has_1g && boot.in.machine.cpu.gbpages.value_or(false))
    out.push_back({"1 GiB", "0 pages set aside"});
  for (const boot::HugePageSize& h : sizes) {
    if (!h.pages) continue;
    const bool giga = h.size >= kGiB;
    out.push_back({fmt::format("{} {}", h.size >> (giga ? 30 : 20), giga ? "GiB" : "MiB"),
                   fmt::format("{} pages set aside", *h.pages)});
  }
  return out;
}

Judged judge_huge_pages(const Simulated& boot, const Said&) {
  const auto& sizes = boot.out.state.huge_page_sizes;
  if (std::ranges::any_of(sizes, [](const boot::HugePageSize& h) { return !h.pages; }))
    return {Standing::unknown, "as many were taken as were free when they were asked for"};
  return {};
}

// `ACPI: Reserving FACP table memory at [mem 0xbffe1990-0xbffe1a03]`
std::optional<Said> read_acpi(std::string_view line, Reading&) {
  if (!input::eat(line, "ACPI: Reserving ")) return std::nullopt;
  const std::string_view name = input::take_until(line, " ");
  if (!input::eat(line, " table memory at ")) return std::nullopt;
  const auto range = take_range(line);
  if (!range) return std::nullopt;
  return Said{std::string(name) + " " + show(*range), "reserved"};
}

// Whether memblock.reserved has all of it.
std::optional<std::string> acpi_at(const Simulated& boot, const Said& said) {
  std::string_view text = std::string_view(said.key).substr(said.key.find(' ') + 1);
  const auto base = input::take_hex(text);
  if (!base || !input::eat(text, "-")) return std::nullopt;
  const auto end = input::take_hex(text);
  if (!end) return std::nullopt;
  const PhysRange range = PhysRange::make(*base, *end);
  for (const memblock::Region& r : boot.out.state.memblock.reserved().regions()) {
    if (r.range.contains(range)) return "reserved";
  }
  return "not reserved";
}

// `AGP: Mapping aperture over RAM [mem 0xc8000000-0xcbffffff] (65536KB)`
std::optional<Said> read_aperture(std::string_view line, Reading&) {
  input::eat(line, "AGP: ");
  if (!eat_word(line, "Mapping aperture over RAM")) return std::nullopt;
  const auto range = take_range(line);
  if (!range) return std::nullopt;
  return Said{"", show(*range)};
}

// `printk: log_buf_len: 1048576 bytes`, without `printk: ` in older kernels
std::optional<Said> read_log_buffer(std::string_view line, Reading&) {
  input::eat(line, "printk: ");
  if (!input::eat(line, "log_buf_len: ")) return std::nullopt;
  const auto size = input::take_decimal(line);
  if (!size || line != " bytes") return std::nullopt;
  return Said{"", fmt::format("{} bytes", *size)};
}

// The text alone: descriptors and records for each 32 bytes of it lie beside.
// kernel: setup_log_buf(), kernel/printk/printk.c, v6.12
std::vector<Said> log_buffer(const Simulated& boot) {
  constexpr std::uint64_t kRecord = 32;
  std::uint64_t bytes = 0;
  for (const boot::Owned& o : boot.out.owners) {
    if (o.words == boot::owner::kLogBuffer.words) bytes += o.range.size();
  }
  if (bytes == 0) return {};
  std::uint64_t each = kRecord;
  if (boot.in.behaviour.log_has_descriptors)
    each += boot.in.profile.size_of(type::prb_desc) + boot.in.profile.size_of(type::printk_info);
  return {{"", fmt::format("{} bytes", bytes / each * kRecord)}};
}

// clang-format off
constexpr Kind kKinds[] = {
    {"crash_kernel",  "crash kernel",                    {"Reserving ", "kexec: Reserving the low 1M", "crashkernel reserved: ", "crashkernel low memory reserved: "}, read_crash_kernel, nullptr, nullptr, nullptr, Cause::crash_kernel},
    {"cma",           "CMA areas",                       {"cma: Reserved "}, read_cma, nullptr, nullptr, nullptr, Cause::place},
    {"swiotlb",       "bounce buffer",                   {"software IO TLB: mapped", "software IO TLB [mem", "Placing software IO TLB"}, read_swiotlb, swiotlb, nullptr, judge_swiotlb, Cause::place},
    {"swiotlb_areas", "areas of the bounce buffer",      {"software IO TLB: area num "}, read_areas, areas},
    {"huge_pages",    "huge pages",                      {"HugeTLB: registered ", "HugeTLB registered "}, read_huge_pages, huge_pages, nullptr, judge_huge_pages},
    {"aperture",      "aperture over RAM",               {"AGP: Mapping aperture over RAM", "Mapping aperture over RAM"}, read_aperture, nullptr, nullptr, nullptr, Cause::place},
    {"log_buffer",    "log buffer",                      {"printk: log_buf_len: ", "log_buf_len: "}, read_log_buffer, log_buffer},
    {"acpi_tables",   "ACPI tables",                     {"ACPI: Reserving "}, read_acpi, nullptr, acpi_at},
};
// clang-format on

}  // namespace

std::span<const Kind> reservation_kinds() { return kKinds; }

}  // namespace memmap::witness
