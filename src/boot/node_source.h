// Where nodes come from: firmware's tables, one node for everything, somebody's idea of what could
// be. Sources are asked in turn until the kernel accepts an answer (plugins/numa_*).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/event.h"
#include "base/result.h"
#include "boot/plugged.h"
#include "memblock/region.h"
#include "numa/register.h"

namespace memmap::boot {

struct NodeInput {
  std::span<const memblock::Region> memory{};
  Pfn max_pfn{};
  const numa::Registered* accepted = nullptr;  // for a source that transforms
};

struct NodeAnswer {
  bool given = false;                  // false: nothing to tell, ask the next; events stand
  numa::Parsed parsed{};               // in its own order
  std::vector<PhysRange> hotplug{};    // memory that may be taken away
  bool tells_distances = false;        // the kernel keeps a table of them
  bool processors_have_nodes = false;  // those that the machine's tables say
  Events events{};                     // what it says
};

class NodeSource : public Plugged {
 public:
  // Makes other nodes of those that were accepted.
  virtual bool transforms() const = 0;
  // An error is a fault of the source; nothing of its answer exists.
  virtual Result<NodeAnswer> run(const NodeInput& input) = 0;
};

}  // namespace memmap::boot
