// Where things lie: the kernel's image, the initrd, the page tables of the direct map.
#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "input/text/scan.h"
#include "witness/kinds.h"
#include "witness/words.h"

namespace memmap::witness {
namespace {

// `BRK [0x268b58e000, 0x268b58efff] PGTABLE`: a page of the brk area for a page table.
std::optional<Said> read_brk(std::string_view line, Reading&) {
  if (!eat_word(line, "BRK")) return std::nullopt;
  const auto range = take_range(line);
  if (!range) return std::nullopt;
  return Said{"", show(*range)};
}

std::vector<Said> brk_tables(const Simulated& boot) {
  std::vector<Said> out;
  const paging::AddressSpace& tables = boot.out.state.page_tables;
  for (unsigned level = 1; level <= tables.levels(); ++level) {
    for (const auto& [virt, page] : tables.tables(level)) {
      if (page.origin != paging::TableOrigin::brk || !page.phys) continue;
      out.push_back({"", show(raw(*page.phys), raw(*page.phys) + kPageSize)});
    }
  }
  return out;
}

Judged judge_brk(const Simulated& boot, const Said& said) {
  if (!boot.in.machine.kernel_phys_base)
    return {Standing::unknown, "the log does not tell where the kernel lay"};
  return another_build(boot, said);
}

// The initrd's size is printed as it is; its pages are what is known of it.
std::string in_pages(PhysRange range) {
  return show(raw(range.base()), align_up(raw(range.end()), kPageSize));
}

std::optional<Said> read_ramdisk(std::string_view line, Reading&) {
  if (eat_word(line, "Allocated new RAMDISK:")) {
    const auto range = take_range(line);
    return range ? std::optional(Said{"new place", in_pages(*range)}) : std::nullopt;
  }
  if (!eat_word(line, "Move RAMDISK from")) return std::nullopt;
  const auto from = take_range(line);
  line = input::skip_blanks(line);
  if (!from || !eat_word(line, "to")) return std::nullopt;
  const auto to = take_range(line);
  if (!to) return std::nullopt;
  return Said{"moved", fmt::format("{} to {}", in_pages(*from), in_pages(*to))};
}

// kernel: relocate_initrd(): told with the same places as its allocation
std::vector<Said> ramdisk(const Simulated& boot) {
  const auto& now = boot.out.state.initrd;
  const auto& before = boot.in.machine.initrd;
  if (!now || !before || now->base() == before->base()) return {};
  return {{"new place", in_pages(*now)},
          {"moved", fmt::format("{} to {}", in_pages(*before), in_pages(*now))}};
}

// ` [mem 0x00100000-0x001fffff] page 4k` below `init_memory_mapping: [mem ...]`, in kernels before
// 4.12. Each printed range has one size of page.
std::optional<Said> read_page_size(std::string_view line, Reading&) {
  const auto range = take_range(line);
  if (!range || !input::eat(line, " page ")) return std::nullopt;
  return Said{show(*range), std::string(input::trim(line))};
}

std::string_view page_word(std::uint64_t size) {
  return size == paging::kSize4K ? "4k" : size == paging::kSize2M ? "2M" : "1G";
}

std::optional<std::string> page_size(const Simulated& boot, const Said& said) {
  std::string_view text = said.key;
  const auto base = input::take_hex(text);
  if (!base || !input::eat(text, "-")) return std::nullopt;
  const auto end = input::take_hex(text);
  if (!end || *end > std::uint64_t{1} << CpuFacts::kMostPhysBits) return std::nullopt;
  const paging::AddressSpace& tables = boot.out.state.page_tables;
  const std::uint64_t offset = raw(tables.bases().page_offset);
  std::string out;
  for (std::uint64_t at = *base; at < *end;) {
    const paging::Mapping* run = tables.find(VirtAddr{offset + at});
    if (run == nullptr) return out.empty() ? "not mapped" : out + ", in part not mapped";
    const std::string_view word = page_word(run->page_size);
    if (out.empty() || !out.ends_with(word)) out += (out.empty() ? "" : ", ") + std::string(word);
    at = raw(run->virt) + run->bytes() - offset;
  }
  return out;
}

std::optional<Said> read_gbpages(std::string_view, Reading&) { return Said{"", "1 GiB pages"}; }
std::vector<Said> gbpages(const Simulated& boot) {
  if (!boot.out.state.direct_gbpages) return {};
  return {{"", "1 GiB pages"}};
}
// The processor's ability is read from this line.
Judged judge_gbpages(const Simulated& boot, const Said&) {
  return {boot.in.machine.format == "dmesg" ? Standing::fact : Standing::compared};
}

// clang-format off
constexpr Kind kKinds[] = {
    {"brk_tables",  "page tables in the brk area",  {"BRK [0x"}, read_brk, brk_tables, nullptr, judge_brk, Cause::place},
    {"ramdisk",     "the initrd's new place",       {"Allocated new RAMDISK", "Move RAMDISK from"}, read_ramdisk, ramdisk, nullptr, nullptr, Cause::place},
    {"page_sizes",  "page sizes of the direct map", {"[mem 0x", "0"}, read_page_size, nullptr, page_size},
    {"gbpages",     "1 GiB pages",                  {"Using GB pages for direct mapping"}, read_gbpages, gbpages, nullptr, judge_gbpages},
};
// clang-format on

}  // namespace

std::span<const Kind> place_kinds() { return kKinds; }

}  // namespace memmap::witness
