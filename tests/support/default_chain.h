// The kernel's own rules, from the build tree, for tests that boot.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "boot/boot.h"
#include "plugin/chain.h"

namespace memmap::test {

// `build`: the build tree, which has been built. Ends the process where it has not.
inline plugin::Chain chain_of(const std::filesystem::path& build,
                              const plugin::ChainWishes& wishes = {}) {
  static auto& host =
      *new plugin::PluginHost({{.path = build / "plugins", .trust = plugin::Trust::own}});
  auto chain = plugin::Chain::create(host, wishes);
  if (chain) return *std::move(chain);
  std::fputs(to_string(chain.errors()).c_str(), stderr);
  std::exit(1);
}

// Options with the default chain; boots of them run one at a time.
inline boot::Options default_options(const std::filesystem::path& build) {
  static const auto& chain = *new plugin::Chain(chain_of(build));
  boot::Options options;
  chain.use_in(options);
  return options;
}

}  // namespace memmap::test
