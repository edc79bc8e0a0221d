// The types of memory that MTRRs give, and their words.
#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

namespace memmap {

enum class MtrrType {
  unknown,
  uncachable,
  write_combining,
  write_through,
  write_protect,
  write_back,
};

// In the order of the types. All but the first are those that /proc/mtrr and the kernel's log use.
// kernel: mtrr_strings[], arch/x86/kernel/cpu/mtrr
inline constexpr std::string_view kMtrrWords[] = {
    "unknown", "uncachable", "write-combining", "write-through", "write-protect", "write-back"};

// `unknown` for any other word: the kernel prints `?` for a type that it does not know.
constexpr MtrrType mtrr_type_of(std::string_view word) {
  const auto* const found = std::ranges::find(kMtrrWords, word);
  return found == std::end(kMtrrWords) ? MtrrType::unknown
                                       : static_cast<MtrrType>(found - kMtrrWords);
}

}  // namespace memmap
