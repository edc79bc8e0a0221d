// What a kernel log tells of the kind of machine and kernel that made it, where that is no kernel on
// bare metal: a domain of Xen, encrypted memory, a kernel built to find its own faults.
#pragma once

#include <string_view>

#include "machine/machine.h"

namespace memmap::input {

// Fills in a Machine line by line, as FactReader does.
class GuestReader {
 public:
  explicit GuestReader(Machine& machine) : machine_(machine) {}
  void line(std::string_view text);
  // To be called once, after the last line.
  void finish();

 private:
  void encryption(std::string_view features);
  void version(std::string_view text);  // `Linux version ...`

  Machine& machine_;
  bool saw_acpi_table_ = false;
  bool no_acpi_ = false;  // `ACPI in unprivileged domain disabled`
  bool version_seen_ = false;
  bool kasan_ = false;
  bool one_processor_ = false;  // CONFIG_SMP=n
};

}  // namespace memmap::input
