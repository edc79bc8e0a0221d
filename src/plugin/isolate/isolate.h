// Plugins in processes of their own: whatever one does there, it is the plugin that fails.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "plugin/isolate/confine.h"
#include "plugin/load/host.h"

namespace memmap::plugin::isolate {

struct Wishes {
  Limits limits{};
  // Whether a process of its own is enough, where the kernel has nothing to keep it in bounds.
  bool unprotected = false;
  std::string program{};                   // that is run (child.h); empty: this one
  std::optional<Protection> protection{};  // in place of what there is, for tests
};

// Opens each plugin in a process, which lives as long as its Code, and is started anew where it was
// ended. `open` refuses where nothing protects and that was not wished.
std::shared_ptr<const Opener> isolating_opener(Wishes wishes);

}  // namespace memmap::plugin::isolate
