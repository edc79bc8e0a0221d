#include "profile/limits.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "base/number.h"

namespace memmap::kernel {
namespace {

// Large round numbers with a unit, as people read them.
std::string text_of(std::uint64_t number) {
  constexpr std::string_view kUnits = "KMGTPE";
  if (number < kMiB || number % kMiB != 0) return fmt::format("{}", number);
  std::size_t unit = 0;
  for (number /= kKiB; number % kKiB == 0; number /= kKiB) ++unit;
  return fmt::format("{}{}", number, kUnits[unit]);
}

std::string range_text(std::uint64_t smallest, std::uint64_t largest) {
  return fmt::format("from {} to {}", text_of(smallest), text_of(largest));
}

template <class Row>
std::optional<std::string> fault_of_units(const Row& row, std::uint64_t value) {
  const bool whole = row.unit == 0 || value % row.unit == 0;
  if (whole && value >= row.smallest && value <= row.largest) return std::nullopt;
  const std::string multiple =
      row.unit == 0 ? "" : fmt::format("a multiple of {} ", text_of(row.unit));
  return fmt::format("is {}{}", multiple, range_text(row.smallest, row.largest));
}

std::string_view shape_text(Shape shape) {
  if (shape == Shape::eights) return "a multiple of 8 ";
  return shape == Shape::power_of_two ? "a power of two " : "";
}

// Two symbols that the linker script puts into this order: what takes the bytes in between, the
// boot or a reader of the profile, relies on it.
struct Pair {
  Symbol start{};
  Symbol end{};
};
constexpr Pair kPairs[] = {
    {symbol::__entry_text_start, symbol::__entry_text_end},
    {symbol::__init_begin, symbol::__init_end},
    {symbol::__nosave_begin, symbol::__nosave_end},
    {symbol::__per_cpu_start, symbol::__per_cpu_end},
    {symbol::__smp_locks, symbol::__smp_locks_end},
    {symbol::_sinittext, symbol::_einittext},
    {symbol::real_mode_blob, symbol::real_mode_blob_end},
};

}  // namespace

std::optional<std::string> fault_of(const Quantity& row, std::uint64_t value) {
  if (row.allows(value)) return std::nullopt;
  return fmt::format("is {}{}", shape_text(row.shape), range_text(row.smallest, row.largest));
}

std::optional<std::string> fault_of(const SettingRow& row, std::uint64_t value) {
  return fault_of_units(row, value);
}

std::optional<std::string> fault_of(const DecompressorRow& row, std::uint64_t value) {
  return fault_of_units(row, value);
}

std::optional<std::string> fault_of(const Option& row, std::string_view text) {
  if (row.kind == Kind::text || text == "false") return std::nullopt;
  if (row.kind == Kind::flag) {
    constexpr std::string_view kWords[] = {"true", "y", "m", "n", "0", "1"};
    if (std::ranges::find(kWords, text) != std::end(kWords)) return std::nullopt;
    return "is y, m, true or false";
  }
  const Result<std::uint64_t> value = parse_count(text);
  if (!value) return "is a number: " + value.errors().front().message;
  return fault_of(static_cast<const Quantity&>(row), *value);
}

std::optional<std::string> fault_of_slot(std::string_view name, std::uint64_t value) {
  constexpr std::size_t kLongestName = 63;
  constexpr std::uint64_t kLargest = kGiB >> kPageShift;  // the fixmap lies above the modules
  const bool word = !name.empty() && name.size() <= kLongestName &&
                    name.find_first_not_of(
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789_") == std::string_view::npos;
  if (!word) return "is no name that an enum can have";
  if (value <= kLargest) return std::nullopt;
  return fmt::format("is {}", range_text(0, kLargest));
}

namespace {

// kernel: enum fixed_addresses, arch/x86/include/asm/fixmap.h, v6.12
std::optional<Contradiction> contradiction_of_slots(const Profile& profile) {
  if (profile.fixmap.empty()) return std::nullopt;
  constexpr std::string_view kNeeded[] = {"__end_of_permanent_fixed_addresses", "FIX_BTMAP_END",
                                          "FIX_BTMAP_BEGIN", "__end_of_fixed_addresses"};
  std::uint64_t before = 0;
  for (const std::string_view name : kNeeded) {
    const auto it = profile.fixmap.find(name);
    if (it == profile.fixmap.end()) {
      return Contradiction{"", "fixmap", fmt::format("`fixmap` needs `{}`", name)};
    }
    if (it->second < before) {
      return Contradiction{"fixmap", name, fmt::format("`{}` is at least {}", name, before)};
    }
    before = it->second;
  }
  const std::uint64_t pages =
      profile.fixmap.find(kNeeded[2])->second - profile.fixmap.find(kNeeded[1])->second + 1;
  constexpr std::uint64_t kWindow = 64;  // NR_FIX_BTMAPS
  if (pages % kWindow == 0 && pages / kWindow <= 8) return std::nullopt;
  return Contradiction{"fixmap", kNeeded[2],
                       fmt::format("early_ioremap() has up to 8 windows of 64 slots: from "
                                   "FIX_BTMAP_END to FIX_BTMAP_BEGIN there are {}",
                                   pages)};
}

}  // namespace

std::vector<Contradiction> contradictions_of(const Profile& profile) {
  std::vector<Contradiction> out;
  if (profile.pageblock_order > profile.max_page_order) {
    out.push_back({"", setting_row(&Profile::pageblock_order).key,
                   fmt::format("`pageblock_order` is at most `max_page_order`, which is {}",
                               profile.max_page_order)});
  }
  // kernel: the ASSERT() on KERNEL_IMAGE_SIZE, arch/x86/kernel/vmlinux.lds.S, v6.12
  const std::uint64_t image_base = align_up(profile.default_phys_base, profile.image_align());
  if (image_base + profile.image.end > symbol::kLargestImage) {
    out.push_back({"", setting_row(&Profile::default_phys_base).key,
                   fmt::format("the image lies within the first 1G: from {:#x} on, its {:#x} bytes "
                               "do not",
                               image_base, profile.image.end)});
  }
  for (const Member& row : member_rows()) {
    const std::string_view type = row.name.substr(0, row.name.find('.'));
    const auto offset = profile.offsets.find(row.name);
    const auto size = profile.struct_sizes.find(type);
    if (offset == profile.offsets.end() || size == profile.struct_sizes.end()) continue;
    if (offset->second <= size->second) continue;
    out.push_back({"offsets", row.name,
                   fmt::format("`{}` lies behind the end of struct {}, which has {} bytes",
                               row.name, type, size->second)});
  }
  for (const Pair& pair : kPairs) {
    const auto start = profile.symbols.find(pair.start.name);
    const auto end = profile.symbols.find(pair.end.name);
    if (start == profile.symbols.end() || end == profile.symbols.end()) continue;
    if (start->second <= end->second) continue;
    out.push_back({"symbols", pair.end.name,
                   fmt::format("`{}` lies before `{}`, which is at {:#x}", pair.end.name,
                               pair.start.name, start->second)});
  }
  if (const auto& zo = profile.decompressor;
      zo && (zo->input_offset >= zo->end || zo->end > zo->init_size)) {
    out.push_back(
        {"decompressor", "end",
         fmt::format("`end` lies above `input_offset`, {:#x}, and is at most `init_size`, {:#x}",
                     zo->input_offset, zo->init_size)});
  }
  if (auto slots = contradiction_of_slots(profile)) out.push_back(std::move(*slots));
  return out;
}

}  // namespace memmap::kernel
