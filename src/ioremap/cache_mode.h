// How a mapping is cached, as the kernel thinks of it: entries of page tables say it with three bits.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace memmap::ioremap {

// kernel: enum page_cache_mode, arch/x86/include/asm/pgtable_types.h, v6.12
enum class CacheMode : std::uint8_t { wb, wc, uc_minus, uc, wt, wp };
inline constexpr std::size_t kCacheModes = 6;

// `write-back`, `uncached-minus`, ... kernel: cattr_name(), arch/x86/mm/pat/memtype.h, v6.12
std::string_view cattr_name(CacheMode mode);
// `wb`, `wc`, `uc-`, `uc`, `wt`, `wp`: as scripts have it.
std::string_view short_name(CacheMode mode);
std::optional<CacheMode> cache_mode_of(std::string_view short_name);
// In the order of the modes.
inline constexpr std::array<std::string_view, kCacheModes> kShortNames{"wb", "wc", "uc-",
                                                                       "uc", "wt", "wp"};

// What the page attribute table holds, which three bits of an entry choose from: PAT, PCD, PWT.
//
//   slot     0   1   2    3   4   5   6    7
//   full     WB  WC  UC-  UC  WB  WP  UC-  WT
//   lower    WB  WC  UC-  UC  (the same again; PAT is never set)
//   off      WB  WT  UC-  UC  (the same again: what the processor starts with)
//
// kernel: pat_bp_init(), arch/x86/mm/pat/memtype.c, v6.12
enum class Pat : std::uint8_t {
  full,
  lower,  // of Intel's up to Pentium M and the Pentium 4s: their upper four slots are not to be trusted
  off,  // nopat, or a kernel without CONFIG_X86_PAT
};

// The paging::Flags that entries say `mode` with; a mode that the table lacks is uncached-minus.
// kernel: cachemode2protval(), __cachemode2pte_tbl[], arch/x86/mm/init.c, v6.12
std::uint32_t flags_of(CacheMode mode, Pat pat);
// What the processor makes of these paging::Flags.
CacheMode cache_mode_of(std::uint32_t flags, Pat pat);

}  // namespace memmap::ioremap
