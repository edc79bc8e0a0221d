// The loader's list of setup_data, from files of its nodes' contents.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "input/open/file_tree.h"
#include "machine/machine.h"

namespace memmap::input {

// How a folder names the nodes of the loader's setup_data.
enum class SetupDataNames {
  typed,    // N-0xTYPE, the content
  kernels,  // N/type and N/data, as /sys/kernel/boot_params/setup_data
};

struct SetupDataNodes {
  std::vector<SetupData> nodes{};  // in the list's order; only those whose place is known
  E820Entries extended_map{};      // of SETUP_E820_EXT
  std::vector<std::string> notes{};
};

// `folder` may be missing. `head`: where the list starts; the files do not tell where the further
// nodes lie, `known` (a log's, in order) may. Errors: names of another form, nodes cut short.
Result<SetupDataNodes> read_setup_data_folder(const FileTree& tree, const std::string& folder,
                                              SetupDataNames names, std::optional<PhysAddr> head,
                                              const std::vector<SetupData>& known);

}  // namespace memmap::input
