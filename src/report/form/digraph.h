// Directed graphs with clusters, written as DOT. No other file here uses Graphviz's cgraph.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace memmap::report {

// The lines of a label, set flush left. They may hold any bytes; none is taken for markup.
using Label = std::vector<std::string>;

// Clusters, nodes and edges are written in the order they were added, whatever order cgraph's hash
// tables have: the same calls give the same bytes. Ids are from the same graph's add_*().
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
  // Adds a node to a cluster, or to none with kNoCluster. `fill`: a colour as Graphviz names it.
  Node add_node(Cluster cluster, const Label& label, const std::string& fill);
  void add_edge(Node from, Node to, const Label& label = {});
  std::size_t nodes() const;  // how many there are

  std::string to_dot() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace memmap::report
