// A directed graph with clusters, written as DOT. Graphviz's cgraph stays behind this.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace memmap::report {

// Text of a label: lines that are set flush left. Any bytes; nothing in them is taken for markup.
using Label = std::vector<std::string>;

// Clusters, nodes and edges come out in the order they were added, whatever cgraph's hash tables
// and addresses are: the same calls give the same bytes.
class Digraph {
 public:
  using Cluster = int;
  using Node = int;
  static constexpr Cluster kNoCluster = -1;

  explicit Digraph(const Label& title);
  ~Digraph();
  Digraph(const Digraph&) = delete;
  Digraph& operator=(const Digraph&) = delete;

  Cluster add_cluster(const Label& label, Cluster parent = kNoCluster);
  // `fill`: a colour name of Graphviz's.
  Node add_node(Cluster cluster, const Label& label, const std::string& fill);
  void add_edge(Node from, Node to, const Label& label = {});
  std::size_t nodes() const;

  std::string to_dot() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace memmap::report
