// The kernel's own rules, for tests that boot.
#pragma once

#include "boot/boot.h"
#include "plugin/chain.h"

namespace memmap::test {

// Options with the default chain; boots of them run one at a time.
inline boot::Options default_options() {
  static auto& host = *new plugin::PluginHost({});
  static const auto& chain = *new plugin::Chain(*plugin::Chain::create(host));
  boot::Options options;
  chain.use_in(options);
  return options;
}

}  // namespace memmap::test
