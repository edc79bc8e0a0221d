// What trims and sources of nodes, which are plugged into a boot, have in common.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/command_line.h"
#include "kernel/profile.h"
#include "machine/machine.h"

namespace memmap::boot {

// What does not change while a boot runs. All of it outlives the boot.
struct Facts {
  const Machine& machine;
  const kernel::Profile& profile;
  std::string_view command_line{};
  const std::vector<kernel::Parameter>& parameters;
  bool acpi_enabled = true;  // the kernel reads ACPI's tables
};

// Whether that kernel reads ACPI's tables with that command line.
bool acpi_enabled(const kernel::Profile& profile, const std::vector<kernel::Parameter>& parameters);

// Pure: the same facts and input give the same answer. One boot at a time.
class Plugged {
 public:
  virtual ~Plugged() = default;
  // As reports and owners of memory name it: `trim_bios`.
  virtual const std::string& name() const = 0;
  // A boot begins.
  virtual void begin(const Facts& facts) = 0;
};

}  // namespace memmap::boot
