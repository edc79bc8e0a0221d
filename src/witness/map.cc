// The e820 tables and their edits, what follows from the table at the end of setup_arch().
#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "boot/rules.h"
#include "input/log/dmesg_e820.h"
#include "input/log/dmesg_edits.h"
#include "input/text/scan.h"
#include "machine/e820_words.h"
#include "witness/kinds.h"
#include "witness/words.h"

namespace memmap::witness {
namespace {

using input::E820LogLine;

constexpr std::string_view kByMtrrs = "update behind the first last_pfn";

std::optional<Said> read_edit(std::string_view line, Reading& reading) {
  const auto edit = input::e820_edit_of(line);
  if (!edit) return std::nullopt;
  if (edit->kind == E820LogLine::Kind::last_pfn) {
    ++reading.last_pfns;
    return std::nullopt;
  }
  const std::string range = show(edit->range);
  if (edit->kind == E820LogLine::Kind::remove)
    return Said{"remove", edit->from ? range + " " + e820_word(*edit->from) : range};
  return Said{std::string(reading.last_pfns == 1 ? kByMtrrs : "update"),
              fmt::format("{} {} to {}", range, e820_word(*edit->from), e820_word(*edit->to))};
}

// Where setup_data lies is read from these very lines, and what is kept of EFI's tables. With RAM above
// 4 GiB there is a second last_pfn; what changes before it is the MTRRs' doing.
Judged judge_edit(const Simulated& boot, const Said& said) {
  const Machine& machine = boot.in.machine;
  const bool above_4g = raw(boot.out.state.max_pfn) > 4 * kGiB >> kPageShift;
  if (said.key == kByMtrrs && above_4g && machine.mtrrs.empty())
    return {Standing::unknown, "it follows from the MTRRs, which this log does not show"};
  if (machine.format != "dmesg") return {};
  if (said.value.ends_with("ram to ram")) return {Standing::fact};
  std::string_view text = said.value;
  const auto base = input::take_hex(text);
  if (!base) return {};
  const auto kept = [&](PhysRange r) { return raw(r.base()) == *base; };
  const bool fact = std::ranges::any_of(machine.efi_kept, kept) ||
                    (machine.efi_picture && kept(*machine.efi_picture));
  return {fact ? Standing::fact : Standing::compared};
}

std::optional<Said> read_last_pfn(std::string_view line, Reading&) {
  const auto edit = input::e820_edit_of(line);
  if (!edit || edit->kind != E820LogLine::Kind::last_pfn) return std::nullopt;
  return Said{"", fmt::format("{:#x}, at most {:#x}", raw(edit->pfn), edit->max_arch_pfn)};
}

// An entry of a table that the kernel prints under a name of its own.
std::optional<Said> read_entry(std::string_view line, std::string_view label) {
  if (!eat_word(line, label)) return std::nullopt;
  const auto range = take_range(line);
  const auto type = input::e820_type_of(input::trim(line));
  if (!range || !type) return std::nullopt;
  return Said{fmt::format("{:#x}", raw(range->base())), show(*range) + " " + e820_word(*type)};
}

std::optional<Said> read_user(std::string_view line, Reading&) { return read_entry(line, "user:"); }
std::optional<Said> read_modified(std::string_view line, Reading&) {
  return read_entry(line, "modified:");
}
std::optional<Said> read_setup_data(std::string_view line, Reading&) {
  return read_entry(line, "reserve setup_data:");
}
Judged judge_setup_data(const Simulated& boot, const Said&) {
  return {boot.in.machine.format == "dmesg" ? Standing::fact : Standing::compared};
}

// Behind the first of `labels` that the line has, a range and nothing that matters.
std::optional<Said> read_range(std::string_view line,
                               std::initializer_list<std::string_view> labels) {
  for (const std::string_view label : labels) {
    if (!eat_word(line, label)) continue;
    const auto range = take_range(line);
    if (range) return Said{"", show(*range)};
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Said> read_nosave(std::string_view line, Reading&) {
  return read_range(
      line, {"PM: hibernation: Registered nosave memory:", "PM: Registered nosave memory:"});
}

// kernel: e820__register_nosave_regions(), arch/x86/kernel/e820.c; register_nosave_region(),
// kernel/power/snapshot.c, v6.12: each piece is told, also one that joins the one before
std::vector<Said> nosave(const Simulated& boot) {
  std::vector<Said> out;
  const auto add = [&](Pfn start, Pfn end) {
    if (start < end) out.push_back({"", show(raw(phys_of(start)), raw(phys_of(end)))});
  };
  // The aperture of a GART, where RAM is given for it. kernel: gart_iommu_hole_init()
  for (const Event& e : boot.out.events) {
    if (e.rule.function == boot::rule::kGartIommuHoleInit.function && e.range)
      add(pfn_down(e.range->base()), pfn_down(e.range->end()));
  }
  const auto& entries = boot.out.state.e820.table.entries();
  if (boot.in.behaviour.e820_nosave_between_ram) {
    PhysAddr last{};
    for (const E820Entry& e : entries) {
      if (!is_kernel_ram(e.type)) continue;
      if (last < e.addr) add(pfn_down(last), pfn_up(e.addr));
      last = PhysAddr{e.end()};
    }
    add(pfn_down(last), boot.out.state.max_pfn);
    return out;
  }
  Pfn pfn{};
  for (const E820Entry& e : entries) {
    add(pfn, pfn_up(e.addr));
    pfn = pfn_down(PhysAddr{e.end()});
    if (!is_kernel_ram(e.type)) add(pfn_up(e.addr), pfn);
    if (pfn >= boot.out.state.max_pfn) break;
  }
  return out;
}

std::optional<Said> read_ram_buffer(std::string_view line, Reading&) {
  return read_range(line, {"e820: reserve RAM buffer", "e820: register RAM buffer resource",
                           "reserve RAM buffer:"});
}

// kernel: e820__reserve_resources_late(), ram_alignment(), arch/x86/kernel/e820.c, v6.12
std::vector<Said> ram_buffers(const Simulated& boot) {
  std::vector<Said> out;
  for (const E820Entry& e : boot.out.state.e820.table.entries()) {
    if (e.type != E820Type::ram) continue;
    const std::uint64_t align = e.end() < kMiB ? 64 * kKiB : e.end() < 16 * kMiB ? kMiB : 64 * kMiB;
    const std::uint64_t end = align_up(e.end(), align);
    if (e.end() + 1 < end) out.push_back({"", show(e.end(), end)});
  }
  return out;
}

// `[mem 0xc0000000-0xfebfffff] available for PCI devices`, in older kernels
// `Allocating PCI resources starting at d4000000 (gap: d0000000:2ee00000)`
std::optional<Said> read_gap(std::string_view line, Reading&) {
  const std::size_t old = line.find("(gap: ");
  if (old != line.npos) {
    std::string_view rest = line.substr(old + 6);
    const auto start = input::take_hex(rest);
    if (!start || !input::eat(rest, ":")) return std::nullopt;
    const auto size = input::take_hex(rest);
    if (!size) return std::nullopt;
    return Said{"", show(*start, *start + *size)};
  }
  if (line.find("] available for PCI devices") == line.npos) return std::nullopt;
  input::eat(line, "e820: ");
  if (line.starts_with("[gap ")) line.remove_prefix(5);
  input::eat(line, "[mem ");
  const std::string bare = "[" + std::string(line);
  std::string_view text = bare;
  const auto range = take_range(text);
  if (!range) return std::nullopt;
  return Said{"", show(*range)};
}

// kernel: e820__setup_pci_gap(), e820_search_gap(), arch/x86/kernel/e820.c, v6.12
std::vector<Said> gap(const Simulated& boot) {
  const auto& entries = boot.out.state.e820.table.entries();
  std::uint64_t last = 4 * kGiB;  // MAX_GAP_END
  std::uint64_t size = 4 * kMiB;
  std::uint64_t start = raw(phys_of(boot.out.state.max_pfn)) + kMiB;
  for (std::size_t i = entries.size(); i-- > 0;) {
    const E820Entry& e = entries[i];
    if (last > e.end() && last - e.end() >= size) {
      size = last - e.end();
      start = e.end();
    }
    last = std::min(last, raw(e.addr));
  }
  return {{"", show(start, start + size)}};
}

std::optional<Said> read_mtrr_loss(std::string_view line, Reading&) {
  const auto lost = number_behind(line, "losing ");
  if (!lost) return std::nullopt;
  return Said{"", fmt::format("{} MiB lost", *lost)};
}

// clang-format off
constexpr Kind kKinds[] = {
    {"e820_edits",     "edits of the e820 table",        {"e820: update ", "e820: remove ", "e820 update range: ", "e820 remove range: ", "update e820 range: ", "remove e820 range: ", "last_pfn = ", "e820: last_pfn = "}, read_edit, nullptr, nullptr, judge_edit},
    {"last_pfn",       "the last page of RAM",           {"last_pfn = ", "e820: last_pfn = "}, read_last_pfn},
    {"user_map",       "user-defined map",               {"user: "}, read_user},
    {"modified_map",   "modified map",                   {"modified: "}, read_modified},
    {"setup_data_map", "map with setup_data",            {"reserve setup_data: "}, read_setup_data, nullptr, nullptr, judge_setup_data},
    {"mtrr_loss",      "RAM lost to the MTRRs",          {"WARNING: BIOS bug: CPU MTRRs"}, read_mtrr_loss},
    {"nosave",         "memory that hibernation leaves", {"PM: hibernation: Registered nosave", "PM: Registered nosave"}, read_nosave, nosave},
    {"pci_gap",        "gap for PCI devices",            {"[mem ", "[gap ", "e820: [mem ", "Allocating PCI resources"}, read_gap, gap},
    {"ram_buffers",    "buffers behind RAM",             {"e820: reserve RAM buffer", "e820: register RAM buffer", "reserve RAM buffer:"}, read_ram_buffer, ram_buffers},
};
// clang-format on

}  // namespace

std::span<const Kind> map_kinds() { return kKinds; }

}  // namespace memmap::witness
