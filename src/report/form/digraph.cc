#include "report/form/digraph.h"

#include <graphviz/cgraph.h>

#include <map>
#include <utility>

#include "base/check.h"
#include "report/form/utf8.h"

namespace memmap::report {
namespace {

// Ids in the order of creation. cgraph writes clusters by id, and its own ids are addresses.
struct Ids {
  std::map<std::pair<int, std::string>, IDTYPE> known{};
  // By id; null: anonymous. In the graph's own dictionary of strings, as agwrite() needs them to
  // be: it looks in front of a name to tell whether it is HTML.
  std::vector<char*> names{};
  Agraph_t* graph = nullptr;

  static Ids& of(void* state) { return *static_cast<Ids*>(state); }
};

Ids* opening_ids = nullptr;  // agopen() hands its id discipline nothing of the caller's

void* open_ids(Agraph_t* graph, Agdisc_t*) {
  opening_ids->graph = graph;
  return opening_ids;
}

long map_id(void* state, int type, char* name, IDTYPE* id, int create) {
  Ids& ids = Ids::of(state);
  if (type == AGINEDGE) type = AGOUTEDGE;
  if (name != nullptr) {
    const auto found = ids.known.find({type, name});
    if (found != ids.known.end()) {
      *id = found->second;
      return 1;
    }
  }
  if (create == 0) return 0;
  *id = ids.names.size();
  ids.names.push_back(name == nullptr ? nullptr : agstrdup(ids.graph, name));
  if (name != nullptr) ids.known[{type, name}] = *id;
  return 1;
}

long alloc_id(void*, int, IDTYPE) { return 0; }  // nobody asks for an id of his choice
void free_id(void*, int, IDTYPE) {}
char* print_id(void* state, int, IDTYPE id) {
  Ids& ids = Ids::of(state);
  return id < ids.names.size() ? ids.names[id] : nullptr;
}
void close_ids(void*) {}
void register_id(void*, int, void*) {}

int append(void* out, const char* text) {
  *static_cast<std::string*>(out) += text;
  return 0;
}
int nothing_to_flush(void*) { return 0; }
int nothing_to_read(void*, char*, int) { return 0; }

Agiddisc_t id_discipline = {open_ids, map_id, alloc_id, free_id, print_id, close_ids, register_id};
Agiodisc_t io_discipline = {nothing_to_read, append, nothing_to_flush};

// cgraph takes char* where it only reads.
char* c(const std::string& s) { return const_cast<char*>(s.c_str()); }

// An escString: `\` would start an escape, each line ends with `\l`.
std::string escaped(const Label& label) {
  std::string out;
  for (const std::string& line : label) {
    for (const char ch : printable(line, Charset::unicode)) {
      if (ch == '\\') out += '\\';
      out += ch;
    }
    out += "\\l";
  }
  return out;
}

void set(void* object, const std::string& name, const std::string& value) {
  agsafeset(object, c(name), c(value), c(""));
}

}  // namespace

struct Digraph::State {
  Ids ids{};
  Agdisc_t disciplines{&AgMemDisc, &id_discipline, &io_discipline};
  Agraph_t* graph = nullptr;
  std::vector<Agraph_t*> clusters{};
  std::vector<Agnode_t*> nodes{};
};

Digraph::Digraph(const Label& title) : state_(std::make_unique<State>()) {
  opening_ids = &state_->ids;
  state_->graph = agopen(c("memmap"), Agdirected, &state_->disciplines);
  opening_ids = nullptr;
  MEMMAP_CHECK(state_->graph != nullptr, "cgraph has no memory");
  Agraph_t* g = state_->graph;
  for (const auto& [name, value] : {std::pair{"charset", "UTF-8"},
                                    {"rankdir", "LR"},
                                    {"compound", "true"},
                                    {"fontname", "sans-serif"},
                                    {"fontsize", "14"},
                                    {"labelloc", "t"},
                                    {"labeljust", "l"},
                                    {"nodesep", "0.12"},
                                    {"ranksep", "0.8"},
                                    {"style", ""},
                                    {"color", "gray60"},
                                    {"fillcolor", ""}}) {
    agattr(g, AGRAPH, c(name), c(value));
  }
  for (const auto& [name, value] : {std::pair{"shape", "box"},
                                    {"style", "filled,rounded"},
                                    {"fontname", "monospace"},
                                    {"fontsize", "10"},
                                    {"fillcolor", "white"},
                                    {"color", "gray40"},
                                    {"margin", "0.08,0.04"},
                                    {"height", "0.2"},
                                    {"label", ""}}) {
    agattr(g, AGNODE, c(name), c(value));
  }
  for (const auto& [name, value] : {std::pair{"fontname", "monospace"},
                                    {"fontsize", "9"},
                                    {"color", "gray50"},
                                    {"arrowsize", "0.6"},
                                    {"label", ""}}) {
    agattr(g, AGEDGE, c(name), c(value));
  }
  set(g, "label", escaped(title));
}

Digraph::~Digraph() { agclose(state_->graph); }

Digraph::Cluster Digraph::add_cluster(const Label& label, Cluster parent) {
  Agraph_t* in =
      parent == kNoCluster ? state_->graph : state_->clusters.at(static_cast<std::size_t>(parent));
  const std::string name = "cluster_" + std::to_string(state_->clusters.size());
  Agraph_t* cluster = agsubg(in, c(name), 1);
  MEMMAP_CHECK(cluster != nullptr, "cgraph has no memory");
  set(cluster, "label", escaped(label));
  set(cluster, "style", "filled,rounded");
  set(cluster, "fillcolor", parent == kNoCluster ? "gray97" : "gray93");
  set(cluster, "fontsize", "12");
  state_->clusters.push_back(cluster);
  return static_cast<Cluster>(state_->clusters.size() - 1);
}

Digraph::Node Digraph::add_node(Cluster cluster, const Label& label, const std::string& fill) {
  Agraph_t* in = cluster == kNoCluster ? state_->graph
                                       : state_->clusters.at(static_cast<std::size_t>(cluster));
  const std::string name = "n" + std::to_string(state_->nodes.size());
  Agnode_t* node = agnode(in, c(name), 1);
  MEMMAP_CHECK(node != nullptr, "cgraph has no memory");
  set(node, "label", escaped(label));
  set(node, "fillcolor", fill);
  state_->nodes.push_back(node);
  return static_cast<Node>(state_->nodes.size() - 1);
}

void Digraph::add_edge(Node from, Node to, const Label& label) {
  const auto at = [&](Node n) { return state_->nodes.at(static_cast<std::size_t>(n)); };
  Agedge_t* edge = agedge(state_->graph, at(from), at(to), nullptr, 1);
  MEMMAP_CHECK(edge != nullptr, "cgraph has no memory");
  if (!label.empty()) set(edge, "label", escaped(label));
}

std::size_t Digraph::nodes() const { return state_->nodes.size(); }

std::string Digraph::to_dot() const {
  std::string out;
  MEMMAP_CHECK(agwrite(state_->graph, &out) == 0, "writing to memory failed");
  return out;
}

}  // namespace memmap::report
