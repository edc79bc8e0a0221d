// What the kernel keeps of SMBIOS's structures, one rule a kind of structure.
#include <algorithm>
#include <set>

#include "base/align.h"
#include "input/firmware/little_endian.h"
#include "input/firmware/smbios.h"

namespace memmap::input {
namespace {

// kernel: enum dmi_field, include/linux/mod_devicetable.h
enum Field {
  kBiosVendor,
  kBiosVersion,
  kBiosDate,
  kBiosRelease,
  kFirmwareRelease,
  kSystemVendor,
  kProductName,
  kProductVersion,
  kProductSerial,
  kProductUuid,
  kProductSku,
  kProductFamily,
  kBoardVendor,
  kBoardName,
  kBoardVersion,
  kBoardSerial,
  kBoardAssetTag,
  kChassisVendor,
  kChassisType,
  kChassisVersion,
  kChassisSerial,
  kChassisAssetTag,
};

class Copier {
 public:
  void take(const SmbiosStructure& s) {
    if (!s.complete) return;
    switch (s.type) {
      case 0:
        return bios(s);
      case 1:
        return system(s);
      case 2:
        return board(s);
      case 3:
        return chassis(s);
      case 9:
        return slot(s);
      case 10:
        return onboard_devices(s);
      case 11:
        return oem_strings(s);
      case 17:
        return memory_device(s);
      case 38:
        return ipmi(s);
      case 41:
        return onboard_extended(s);
      default:
        return;
    }
  }

  const SmbiosCopies& copies() const { return copies_; }

 private:
  // kernel: extend_brk() with an alignment of 4
  void text(std::uint64_t bytes) { copies_.text += align_up(bytes, 4); }

  static std::uint8_t byte(const SmbiosStructure& s, std::size_t at) {
    return little_endian<std::uint8_t>(s.formatted, at);
  }

  // kernel: dmi_string(): an empty one is not copied
  void copy_string(const SmbiosStructure& s, unsigned number) {
    if (const auto string = s.string(number); !string.empty()) text(string.size() + 1);
  }

  // The first structure that has a field decides. kernel: dmi_save_ident()
  void ident(const SmbiosStructure& s, Field field, std::size_t at) {
    if (s.formatted.size() <= at || !fields_.insert(field).second) return;
    copy_string(s, byte(s, at));
  }

  // kernel: dmi_save_release(): `at` is the minor number's; the major's is before it
  void release(const SmbiosStructure& s, Field field, std::size_t at) {
    if (s.formatted.size() < at || fields_.contains(field)) return;
    // The byte behind a structure that ends with the major number is its strings' first.
    const std::uint8_t minor = s.formatted.size() > at ? byte(s, at)
                               : s.strings.empty()     ? 0
                                                       : static_cast<std::uint8_t>(s.strings[0]);
    if (byte(s, at - 1) == 0xff && minor == 0xff) return;
    fields_.insert(field);
    text(8);
  }

  // kernel: dmi_save_uuid()
  void uuid(const SmbiosStructure& s) {
    constexpr std::size_t kAt = 8, kBytes = 16;
    if (s.formatted.size() < kAt + kBytes || fields_.contains(kProductUuid)) return;
    const std::string_view id = s.formatted.substr(kAt, kBytes);
    const auto all = [&](char value) { return id.find_first_not_of(value) == id.npos; };
    if (all('\0') || all('\xff')) return;
    fields_.insert(kProductUuid);
    text(37);
  }

  void bios(const SmbiosStructure& s) {
    ident(s, kBiosVendor, 4);
    ident(s, kBiosVersion, 5);
    ident(s, kBiosDate, 8);
    release(s, kBiosRelease, 21);
    release(s, kFirmwareRelease, 23);
  }

  void system(const SmbiosStructure& s) {
    ident(s, kSystemVendor, 4);
    ident(s, kProductName, 5);
    ident(s, kProductVersion, 6);
    ident(s, kProductSerial, 7);
    uuid(s);
    ident(s, kProductSku, 25);
    ident(s, kProductFamily, 26);
  }

  void board(const SmbiosStructure& s) {
    ident(s, kBoardVendor, 4);
    ident(s, kBoardName, 5);
    ident(s, kBoardVersion, 6);
    ident(s, kBoardSerial, 7);
    ident(s, kBoardAssetTag, 8);
  }

  void chassis(const SmbiosStructure& s) {
    ident(s, kChassisVendor, 4);
    if (s.formatted.size() > 5 && fields_.insert(kChassisType).second) text(4);
    ident(s, kChassisVersion, 6);
    ident(s, kChassisSerial, 7);
    ident(s, kChassisAssetTag, 8);
  }

  // kernel: dmi_save_dev_pciaddr()
  void at_pci(std::string_view name) {
    ++copies_.onboard;
    names_.emplace(name);
    text(name.size() + 1);
  }

  // kernel: dmi_save_one_device(): no device twice; type 0 stands for any
  void device(unsigned type, std::string_view name) {
    const bool known = type == 0 ? names_.contains(std::string(name))
                                 : devices_.contains({type, std::string(name)});
    if (known) return;
    devices_.emplace(type, name);
    names_.emplace(name);
    ++copies_.devices;
    text(name.size() + 1);
  }

  void slot(const SmbiosStructure& s) {
    if (s.formatted.size() < 0x11) return;
    const bool nowhere = little_endian<std::uint16_t>(s.formatted, 0xd) == 0xffff &&
                         byte(s, 0xf) == 0xff && byte(s, 0x10) == 0xff;
    if (!nowhere) at_pci(s.string(byte(s, 4)));
  }

  void onboard_devices(const SmbiosStructure& s) {
    for (std::size_t at = 4; at + 1 < s.formatted.size(); at += 2) {
      const std::uint8_t type = byte(s, at);
      if ((type & 0x80) != 0) device(type & 0x7fu, s.string(byte(s, at + 1)));
    }
  }

  void oem_strings(const SmbiosStructure& s) {
    if (s.formatted.size() < 5) return;
    const unsigned count = byte(s, 4);
    for (unsigned n = 1; n <= count; ++n) {
      if (s.string(n).empty()) continue;
      copy_string(s, n);
      names_.emplace(s.string(n));
      ++copies_.devices;
    }
  }

  void ipmi(const SmbiosStructure& s) {
    text(s.formatted.size());
    names_.emplace("IPMI controller");
    ++copies_.devices;
  }

  void onboard_extended(const SmbiosStructure& s) {
    if (s.formatted.size() < 0xb || (byte(s, 5) & 0x80) == 0) return;
    const std::string_view name = s.string(byte(s, 4));
    at_pci(name);
    device(byte(s, 5) & 0x7fu, name);
  }

  // kernel: count_mem_devices(), save_mem_devices()
  void memory_device(const SmbiosStructure& s) {
    ++copies_.memory_devices;
    if (s.formatted.size() < 0x13) return;
    copy_string(s, byte(s, 0x10));
    copy_string(s, byte(s, 0x11));
  }

  SmbiosCopies copies_{};
  std::set<Field> fields_{};
  std::set<std::pair<unsigned, std::string>> devices_{};
  std::set<std::string> names_{};  // of devices of any type
};

}  // namespace

SmbiosCopies smbios_copies(std::string_view table, unsigned structures) {
  Copier copier;
  walk_smbios(table, structures, [&](const SmbiosStructure& s) { copier.take(s); });
  return copier.copies();
}

}  // namespace memmap::input
