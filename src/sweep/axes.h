// A matrix with all that it names read: machines, kernels, plugins; found by their names and globs.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "machine/machine.h"
#include "plugin/load/options.h"
#include "profile/kernel_choice.h"
#include "session/places.h"
#include "sweep/matrix.h"

namespace memmap::sweep {

struct MachineAt {
  std::string name{};
  session::Source source{};    // as `simulate` would read it
  Machine machine{};           // without its log
  std::size_t own_kernel = 0;  // of Axes::kernels, where a list has none
};

struct KernelAt {
  std::string name{};    // as the matrix names it; empty: machines ran it
  std::string wanted{};  // as `--kernel` takes it; empty: the one that the machine ran
  kernel::KernelChoice choice{};
};

struct ConfigAt {
  std::string name{};  // empty: the kernel's own
  std::string path{};
};

struct PluginsAt {
  std::string name{};  // empty: the kernel's own rules
  std::vector<plugin::PluginSpec> use{};
  std::vector<std::string> without{};
};

// One product: places in the lists of Axes.
struct Product {
  std::vector<std::size_t> machines{};
  std::vector<std::optional<std::size_t>> kernels{};  // nullopt: the one that the machine ran
  std::vector<ConfigAt> configs{};
  std::vector<PluginsAt> plugins{};
  std::vector<std::optional<std::string>> command_lines{};
  std::vector<std::string> append{};
  SlotsWish slots{};
  std::vector<Exclusion> exclude{};
};

struct Axes {
  std::vector<MachineAt> machines{};
  std::vector<KernelAt> kernels{};
  std::vector<Product> products{};
  std::vector<policy::Rules> rules{};  // the matrix's own, then each policy file's
  std::string digest{};                // of the matrix and all that it reads
  std::string
      foreign_plugin{};  // a plugin that is a file: one thread at a time may call it. Empty: none is

  // Some rule holds a boot against a kept result, which has more than others.
  bool asks_for_result() const {
    return std::ranges::any_of(rules, [](const policy::Rules& r) { return r.asks_for_view(); });
  }
};

// Reads all that `matrix` names, below the matrix's folder where a path is relative. Errors, all: a file that is not
// there, a glob that matches nothing, two machines of one name, what reading them complains of, plugins that cannot be
// loaded or do nothing in a boot. `bytes` are the matrix's own, for the digest.
Result<Axes> read_axes(const Matrix& matrix, std::string_view bytes, const session::Places& places);

}  // namespace memmap::sweep
