// Who looks on while a boot is simulated.
#pragma once

#include "base/event.h"
#include "memblock/call.h"

namespace memmap::boot {

struct Boot;
struct Step;

// Called as things happen, in their order; sees the boot as it is then and changes nothing. A boot
// without one pays nothing for it.
class Observer {
 public:
  virtual ~Observer() = default;
  // Before the first step. `boot` stays where it is until at_end().
  virtual void begin(const Boot& boot) = 0;
  virtual void after_step(const Step& step) = 0;
  // Before the call's effect on the lists.
  virtual void on_call(const memblock::Call& call) = 0;
  virtual void on_event(const Event& event) = 0;
  // After the last step, or the one that ended the boot: a panic, a fault of what is plugged in.
  virtual void at_end() = 0;
};

}  // namespace memmap::boot
