// Processors that the command line sets apart, and the masks that this takes.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "boot/boot.h"

namespace memmap::boot {

// To be given the parameters in their order.
class CpuIsolation {
 public:
  explicit CpuIsolation(Boot& boot) : boot_(boot) {}

  // isolcpus=, nohz_full=, rcu_nocbs=, irqaffinity=; others are passed over. False: the kernel's
  // function refuses it, and it goes on to init.
  bool take(const kernel::Parameter& parameter);

 private:
  bool set_apart(std::string_view list, unsigned flags);
  std::optional<PhysAddr> new_mask();  // nullopt: masks are part of their users
  void free_mask(std::optional<PhysAddr> mask);

  Boot& boot_;
  unsigned flags_ = 0;                              // housekeeping.flags
  std::map<unsigned, std::set<unsigned>> apart_{};  // by flag: the processors spared its work
};

}  // namespace memmap::boot
