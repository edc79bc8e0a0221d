// What trimming and NUMA plugins get to see, in the ABI's structs.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "boot/plugged.h"
#include "machine/machine.h"
#include "memblock/region.h"
#include "numa/nodes.h"
#include "plugin/abi.h"

namespace memmap::plugin {

// Facts of the machine and of the kernel that boots, prepared once for all plugins of a boot.
class Facts {
 public:
  // `facts` must outlive it.
  explicit Facts(const boot::Facts& facts);
  Facts(const Facts&) = delete;
  Facts& operator=(const Facts&) = delete;

  const memmap_facts_t* abi() const { return &abi_; }
  std::uint32_t max_nodes() const { return abi_.max_nodes; }

 private:
  void add_node_memory(const boot::Facts& facts);

  std::string command_line_;
  std::string kernel_release_;
  std::vector<memmap_range_t> node_memory_;
  std::vector<memmap_range_t> mtrrs_;
  std::vector<memmap_setting_t> parameters_;
  std::vector<std::int32_t> cpu_nodes_;
  std::vector<std::int32_t> other_nodes_;
  std::vector<std::uint8_t> distances_;
  std::vector<memmap_pci_t> pci_;
  memmap_facts_t abi_{};
};

memmap_setting_t to_abi(const kernel::Parameter& parameter);  // points into it

using AbiRanges = std::vector<memmap_range_t>;

// Entries that wrap end at the last byte that can be expressed; empty ones are left out.
AbiRanges to_abi(std::span<const E820Entry> entries);
AbiRanges to_abi(std::span<const memblock::Region> regions);
AbiRanges to_abi(std::span<const MtrrRange> mtrrs);
AbiRanges to_abi(std::span<const numa::NodeBlock> blocks);

}  // namespace memmap::plugin
