#include "input/firmware/boot_params.h"

#include <fmt/format.h>

#include <algorithm>

#include "input/firmware/etc_e820.h"
#include "input/firmware/little_endian.h"

namespace memmap::input {
namespace {

// Offsets in struct boot_params; those from 0x1f1 on are of struct setup_header.
constexpr std::size_t kExtMemK = 0x002;  // screen_info.ext_mem_k
constexpr std::size_t kTbootAddr = 0x058;
constexpr std::size_t kExtRamdiskImage = 0x0c0;
constexpr std::size_t kExtRamdiskSize = 0x0c4;
constexpr std::size_t kExtCmdLinePtr = 0x0c8;
constexpr std::size_t kEfiInfo = 0x1c0;
constexpr std::size_t kEfiMemmap = kEfiInfo + 16;
constexpr std::size_t kEfiMemmapSize = kEfiInfo + 20;
constexpr std::size_t kEfiMemmapHi = kEfiInfo + 28;
constexpr std::size_t kAltMemK = 0x1e0;
constexpr std::size_t kE820Entries = 0x1e8;
constexpr std::size_t kHeaderMagic = 0x202;
constexpr std::size_t kTypeOfLoader = 0x210;
constexpr std::size_t kRamdiskImage = 0x218;
constexpr std::size_t kRamdiskSize = 0x21c;
constexpr std::size_t kCmdLinePtr = 0x228;
constexpr std::size_t kHardwareSubarch = 0x23c;
constexpr std::size_t kSetupData = 0x250;
constexpr std::size_t kE820Table = 0x2d0;
constexpr std::size_t kMaxE820Entries = 128;  // E820_MAX_ENTRIES_ZEROPAGE

constexpr std::uint32_t kSubarchXen = 2;  // X86_SUBARCH_XEN

bool has_magic(std::string_view bytes) { return bytes.substr(kHeaderMagic, 4) == "HdrS"; }

bool has_efi(std::string_view bytes) {
  const std::string_view signature = bytes.substr(kEfiInfo, 4);
  return signature == "EL64" || signature == "EL32";
}

std::uint64_t wide(std::string_view bytes, std::size_t low, std::size_t high) {
  return little_endian<std::uint32_t>(bytes, low) |
         std::uint64_t{little_endian<std::uint32_t>(bytes, high)} << 32;
}

Error fault(const Source& source, std::string message, std::uint64_t offset) {
  return Error{.message = std::move(message), .origin = {.file = source.name, .offset = offset}};
}

// Bytes of RAM above 1 MiB as the BIOS's older calls gave them: the kernel takes the larger.
std::uint64_t memory_above_1m(std::string_view bytes) {
  const std::uint64_t alt = little_endian<std::uint32_t>(bytes, kAltMemK);
  const std::uint64_t ext = little_endian<std::uint16_t>(bytes, kExtMemK);
  return std::max(alt, ext) * kKiB;
}

// What the kernel makes up when the loader passes less than two entries.
// kernel: e820__memory_setup_default(), arch/x86/kernel/e820.c, v6.12
void fake_map(std::string_view bytes, Machine& machine) {
  constexpr std::uint64_t kLowMemory = 0x9f000;  // LOWMEMSIZE()
  const std::uint64_t alt = little_endian<std::uint32_t>(bytes, kAltMemK);
  const std::uint64_t ext = little_endian<std::uint16_t>(bytes, kExtMemK);
  machine.firmware_map = {{PhysAddr{0}, kLowMemory, E820Type::ram},
                          {PhysAddr{kMiB}, memory_above_1m(bytes), E820Type::ram}};
  machine.notes.push_back(fmt::format(
      "the loader passed {} entries of an e820 table; the kernel then takes {} KiB above "
      "1 MiB, as {} tells",
      little_endian<std::uint8_t>(bytes, kE820Entries), memory_above_1m(bytes) / kKiB,
      alt < ext ? "BIOS call 88" : "BIOS call e801"));
}

// kernel: get_ramdisk_image(), early_reserve_initrd(), arch/x86/kernel/setup.c, v6.12
std::optional<PhysRange> initrd(const Source& source, Errors& errors) {
  const std::string_view bytes = source.bytes;
  const std::uint64_t image = wide(bytes, kRamdiskImage, kExtRamdiskImage);
  const std::uint64_t size = wide(bytes, kRamdiskSize, kExtRamdiskSize);
  if (bytes[kTypeOfLoader] == 0 || image == 0 || size == 0) return std::nullopt;
  const auto range = PhysRange::from_size(PhysAddr{image}, size);
  if (!range) {
    errors.push_back(
        fault(source, fmt::format("the initrd at {:#x} of {:#x} bytes wraps around", image, size),
              kRamdiskImage));
  }
  return range;
}

std::optional<PhysRange> efi_memmap(const Source& source, Errors& errors) {
  const std::uint64_t place = wide(source.bytes, kEfiMemmap, kEfiMemmapHi);
  const std::uint64_t size = little_endian<std::uint32_t>(source.bytes, kEfiMemmapSize);
  if (place == 0 || size == 0) return std::nullopt;
  const auto range = PhysRange::from_size(PhysAddr{place}, size);
  if (!range) errors.push_back(fault(source, "EFI's memory map wraps around", kEfiMemmap));
  return range;
}

Firmware firmware(std::string_view bytes) {
  if (has_efi(bytes)) return Firmware::efi;
  if (little_endian<std::uint32_t>(bytes, kHardwareSubarch) == kSubarchXen) return Firmware::xen;
  return Firmware::bios;
}

}  // namespace

Recognition recognise_boot_params(const Source& source) {
  const std::string_view bytes = source.bytes;
  const bool magic = bytes.size() > kHeaderMagic + 4 && has_magic(bytes);
  if (bytes.size() != kZeroPageBytes) {
    if (magic && bytes.size() > kZeroPageBytes)
      return {10, "a kernel image (bzImage), no zero page"};
    return {magic ? 10 : 0, fmt::format("{} bytes; a zero page has 4096", bytes.size())};
  }
  if (magic) return {95, "4096 bytes with HdrS at 0x202"};
  // A kernel started by its own EFI stub has a zero page without the magic number.
  if (has_efi(bytes)) return {95, "4096 bytes with EFI's signature at 0x1c0"};
  const std::size_t count = little_endian<std::uint8_t>(bytes, kE820Entries);
  if (count < 2 || count > kMaxE820Entries)
    return {0, "neither HdrS nor a table of 2 to 128 entries"};
  for (std::size_t i = 0; i < count; ++i) {
    if (!plausible_type(packed_entry(bytes, kE820Table + i * kPackedEntryBytes).type)) {
      return {0, fmt::format("entry {} of its table has no type of memory", i)};
    }
  }
  return {70, "4096 bytes with an e820 table at 0x2d0"};
}

Result<Machine> read_boot_params(const Source& source, const ReadOptions&) {
  const std::string_view bytes = source.bytes;
  if (bytes.size() < kZeroPageBytes) {
    return fault(source, fmt::format("cut short: a zero page has {} bytes", kZeroPageBytes),
                 bytes.size());
  }
  if (bytes.size() > kZeroPageBytes) {
    return fault(source, fmt::format("too long: a zero page has {} bytes", kZeroPageBytes),
                 kZeroPageBytes);
  }
  Errors errors;
  Machine machine;
  const std::size_t count = little_endian<std::uint8_t>(bytes, kE820Entries);
  if (count > kMaxE820Entries) {
    errors.push_back(fault(source,
                           fmt::format("the e820 table claims {} entries; {} fit the zero page",
                                       count, kMaxE820Entries),
                           kE820Entries));
  } else if (count < 2) {
    fake_map(bytes, machine);
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      machine.firmware_map.push_back(packed_entry(bytes, kE820Table + i * kPackedEntryBytes));
    }
  }
  if (const std::uint64_t above = memory_above_1m(bytes)) machine.memory_above_1m = above;
  machine.firmware = firmware(bytes);
  machine.initrd = initrd(source, errors);
  if (const std::uint64_t line = wide(bytes, kCmdLinePtr, kExtCmdLinePtr))
    machine.command_line_base = PhysAddr{line};
  if (const auto tboot = little_endian<std::uint64_t>(bytes, kTbootAddr)) {
    machine.tboot = PhysAddr{tboot};
  }
  if (machine.firmware == Firmware::efi) machine.efi_memmap = efi_memmap(source, errors);
  if (!errors.empty()) return errors;
  return machine;
}

std::optional<PhysAddr> setup_data_head(std::string_view zero_page) {
  const auto head = little_endian<std::uint64_t>(zero_page, kSetupData);
  return head == 0 ? std::nullopt : std::optional(PhysAddr{head});
}

}  // namespace memmap::input
