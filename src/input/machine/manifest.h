// machine.json of a machine folder: what no other file of it tells for certain.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "machine/machine.h"

namespace memmap::input {

struct Manifest {
  std::optional<std::string> kernel{};         // release of the kernel that ran
  std::optional<std::string> firmware{};       // `efi`, `bios` or what the gatherer calls it
  std::optional<PhysAddr> kernel_phys_base{};  // where its image was put
  KaslrBases kaslr{};
  std::optional<PhysRange> mp_configuration{};  // firmware_tables.mp_configuration: {base, size}
  std::optional<PhysRange> efi_memory_attributes{};
  // missing: [{file, reason}], of a capture: `FILE was not captured: REASON`.
  std::vector<std::string> notes{};
};

// Keys that are not known are skipped: the folder's gatherer may note more. Errors: no JSON, values
// that are of another type or no number.
Result<Manifest> read_manifest(const std::string& name, std::string_view text);

}  // namespace memmap::input
