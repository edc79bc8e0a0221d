// Physical addresses, virtual addresses and page frame numbers: three types, since mixing them is
// the usual mistake in early-boot code.
#pragma once

#include <cstdint>

namespace memmap {

enum class PhysAddr : std::uint64_t {};
enum class VirtAddr : std::uint64_t {};
enum class Pfn : std::uint64_t {};

constexpr std::uint64_t raw(PhysAddr a) { return static_cast<std::uint64_t>(a); }
constexpr std::uint64_t raw(VirtAddr a) { return static_cast<std::uint64_t>(a); }
constexpr std::uint64_t raw(Pfn p) { return static_cast<std::uint64_t>(p); }

inline constexpr unsigned kPageShift = 12;
inline constexpr std::uint64_t kPageSize = 1ull << kPageShift;  // bytes

inline constexpr std::uint64_t kKiB = 1ull << 10;
inline constexpr std::uint64_t kMiB = 1ull << 20;
inline constexpr std::uint64_t kGiB = 1ull << 30;
inline constexpr std::uint64_t kTiB = 1ull << 40;

// pfn_down() is the page that holds `a`, pfn_up() the first page that begins at or above `a`. For
// an address past the start of the last page pfn_up() wraps to 0, as the kernel's does.
// kernel: PFN_DOWN(), PFN_UP(), PFN_PHYS(), include/linux/pfn.h, v6.12
constexpr Pfn pfn_down(PhysAddr a) { return Pfn{raw(a) >> kPageShift}; }
constexpr Pfn pfn_up(PhysAddr a) { return Pfn{(raw(a) + kPageSize - 1) >> kPageShift}; }
constexpr PhysAddr phys_of(Pfn p) { return PhysAddr{raw(p) << kPageShift}; }

namespace literals {
constexpr PhysAddr operator""_pa(unsigned long long v) { return PhysAddr{v}; }
constexpr Pfn operator""_pfn(unsigned long long v) { return Pfn{v}; }
}  // namespace literals

}  // namespace memmap
