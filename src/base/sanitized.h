// Whether this build has AddressSanitizer, in whose memory some limits and measures have no place: its
// shadow takes terabytes of address space, and it keeps what was freed for a while.
#pragma once

namespace memmap {

#if defined(__SANITIZE_ADDRESS__)  // gcc
inline constexpr bool kAddressSanitized = true;
#elif defined(__has_feature)
inline constexpr bool kAddressSanitized = __has_feature(address_sanitizer);  // clang
#else
inline constexpr bool kAddressSanitized = false;
#endif

}  // namespace memmap
