// What a kernel log tells of nodes: their memory, and the processors of each.
#pragma once

#include <set>
#include <string_view>
#include <vector>

#include "machine/machine.h"

namespace memmap::input {

// Fills in a Machine's node_memory, cpu_nodes and other_nodes line by line, as FactReader does. Nodes that
// are parts of others (numa=fake=) are not the machine's: of such a log only the SRAT's lines count.
class NodeLines {
 public:
  explicit NodeLines(Machine& machine) : machine_(machine) {}
  void line(std::string_view text);
  // To be called once, after the last line.
  void finish();

 private:
  void srat_memory(std::string_view text);
  void srat_processor(std::string_view text);
  void started(std::string_view text);
  void started_numbers(std::string_view text);
  void setup(std::string_view text);

  Machine& machine_;
  bool srat_done_ = false;  // a list's first line once more: what follows is a replay
  bool faked_ = false;
  int starting_ = -1;           // the node whose processors are started
  std::vector<int> running_{};  // by processor, from the boot processor on: its node, -1: not told
  std::set<int> bare_{};        // set up without memory
};

}  // namespace memmap::input
