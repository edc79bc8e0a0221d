// Directed graphs of tables, with clusters, written as DOT. No other file here uses Graphviz's cgraph.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "report/form/graph_table.h"
#include "report/form/theme.h"

namespace memmap::report {

// Clusters, nodes and edges are written in the order they were added, whatever order cgraph's hash
// tables have: the same calls give the same bytes. Ids are from the same graph's add_*().
//
// Names are for those who read the DOT, and for programs that compare two: what a node stands for
// (`memory_0x100000`), never its number among others. Of a name letters, digits, `.` and `_` are
// kept; one that was given before gets a number behind it.
class Digraph {
 public:
  using Cluster = int;
  using Node = int;
  static constexpr Cluster kNoCluster = -1;

  // An end of an edge: a node, or one cell of its table, at the left or right of it.
  struct End {
    Node node = -1;
    std::string port{};
    enum class Side { any, left, right } side = Side::any;
  };
  // owns: it is a part of it. follows: only the order in which the two stand; nothing is drawn.
  enum class Line { points, owns, follows };

  // Ranks stand beside each other, from left to right.
  Digraph(const GraphTable& heading, Theme theme);
  ~Digraph();
  Digraph(const Digraph&) = delete;
  Digraph& operator=(const Digraph&) = delete;

  Cluster add_cluster(std::string_view name, const Label& label, Cluster parent = kNoCluster);
  // Adds a node to a cluster, or to none with kNoCluster.
  Node add_node(Cluster cluster, std::string_view name, const GraphTable& table);
  void add_edge(const End& from, const End& to, Line line = Line::points, const Label& label = {});
  std::size_t nodes() const;  // how many there are

  std::string to_dot() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace memmap::report
