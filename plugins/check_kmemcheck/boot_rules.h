// While memblock is the allocator: follows each of its calls and complains of memory that is used by
// two, given back wrongly or given away while it is still read. README.md lists the rules.
#pragma once

#include <memory>

#include "plugin/plugin.hpp"

namespace kmemcheck {

class BootRules {
 public:
  virtual ~BootRules() = default;
  virtual void call(const memmap_event_t& event, const memmap_state_t& boot,
                    const memmap::plugin::Host& host) = 0;
  virtual void finish(const memmap_state_t& boot, const memmap::plugin::Host& host) const = 0;
};

std::unique_ptr<BootRules> make_boot_rules();

}  // namespace kmemcheck
