// EFI's memory map: numbers of types and bits of attributes.
#pragma once

#include <cstdint>

// kernel: include/linux/efi.h
namespace memmap::efi {

enum Type : std::uint32_t {
  kLoaderCode = 1,
  kLoaderData = 2,
  kBootServicesCode = 3,
  kBootServicesData = 4,
  kRuntimeServicesCode = 5,
  kConventional = 7,
  kUnusable = 8,
  kAcpiReclaim = 9,
  kAcpiNvs = 10,
  kMmio = 11,
  kPersistent = 14,
  kUnaccepted = 15,
};

// Attributes.
inline constexpr std::uint64_t kWriteBack = 8;
inline constexpr std::uint64_t kMoreReliable = 0x10000;
inline constexpr std::uint64_t kSpecificPurpose = 0x40000;
inline constexpr std::uint64_t kHotPluggable = 0x100000;
inline constexpr std::uint64_t kRuntime = std::uint64_t{1} << 63;

// Of those that firmware needs only until the kernel has taken over.
constexpr bool is_of_boot_services(std::uint32_t type) {
  return type == kBootServicesCode || type == kBootServicesData;
}

}  // namespace memmap::efi
