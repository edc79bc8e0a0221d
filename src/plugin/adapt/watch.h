// Checks that look on while a script of accesses runs.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "access/observer.h"
#include "boot/outcome.h"
#include "plugin/adapt/check.h"
#include "plugin/adapt/facts.h"
#include "plugin/adapt/state.h"

namespace memmap::plugin {

// Hands what the script does to the checks that watch accesses; what they say becomes events of the
// step. A check that fails is not called any more: whoever runs the script asks each for its
// fault() afterwards, and discards the answers if there is one.
class Watch : public access::Observer {
 public:
  // Of the boot that the checks have looked on; all must outlive it.
  Watch(std::vector<std::unique_ptr<CheckPlugin>>& checks, const boot::Outcome& outcome,
        const boot::Facts& facts);

  void begin(std::size_t step) override { step_ = step; }
  void allocated(const access::Allocation& allocation, EventSink& sink) override;
  void freed(const access::Freed& freed, EventSink& sink) override;
  void accessed(const access::Accessed& accessed, EventSink& sink) override;
  void copied(const access::Copied& copied, EventSink& sink) override;
  void told(const access::Told& told, EventSink& sink) override;
  void set(const access::Sysctl& setting, EventSink& sink) override;
  void interrupts(bool on, EventSink& sink) override;

 private:
  memmap_access_t begun(std::uint32_t kind) const;
  void tell(const memmap_access_t& access, EventSink& sink);

  std::vector<std::unique_ptr<CheckPlugin>>& checks_;
  Facts facts_;
  State state_;
  std::size_t step_ = 0;
};

}  // namespace memmap::plugin
