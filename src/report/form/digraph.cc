#include "report/form/digraph.h"

#include <fmt/format.h>
#include <graphviz/cgraph.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <map>
#include <new>
#include <utility>

#include "base/check.h"
#include "lazy/library.h"

namespace memmap::report {
namespace {

// Loaded when it is needed.
const lazy::Library libcgraph(MEMMAP_LIBCGRAPH);
MEMMAP_LAZY(libcgraph, agattr);
MEMMAP_LAZY(libcgraph, agclose);
MEMMAP_LAZY(libcgraph, agedge);
MEMMAP_LAZY(libcgraph, agnode);
MEMMAP_LAZY(libcgraph, agopen);
MEMMAP_LAZY(libcgraph, agsafeset);
MEMMAP_LAZY(libcgraph, agstrdup);
MEMMAP_LAZY(libcgraph, agstrdup_html);
MEMMAP_LAZY(libcgraph, agstrfree);
MEMMAP_LAZY(libcgraph, agsubg);
MEMMAP_LAZY(libcgraph, agwrite);

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

long map_id(void* state, int type, char* name, IDTYPE* id, int create) noexcept {
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

int append(void* out, const char* text) noexcept {
  *static_cast<std::string*>(out) += text;
  return 0;
}
int nothing_to_flush(void*) { return 0; }
int nothing_to_read(void*, char*, int) { return 0; }

// cgraph goes on with what it was refused, into null pointers. So the program ends where there is no memory:
// what is thrown out of these would leave a graph that cannot be closed.
void* open_memory(Agdisc_t*) { return nullptr; }
void* allocated(void* memory) noexcept {
  if (memory != nullptr) return memory;
  if (const std::new_handler refused = std::get_new_handler()) refused();
  std::terminate();
}
void* alloc_memory(void*, std::size_t size) noexcept { return allocated(std::calloc(1, size)); }
void* resize_memory(void*, void* old, std::size_t had, std::size_t size) noexcept {
  auto* const bytes = static_cast<char*>(allocated(std::realloc(old, size)));
  if (size > had) std::memset(bytes + had, 0, size - had);
  return bytes;
}
void free_memory(void*, void* memory) { std::free(memory); }

// Without a last function: one that there is would have to give back all that a graph ever took.
Agmemdisc_t memory_discipline = {open_memory, alloc_memory, resize_memory, free_memory, nullptr};
Agiddisc_t id_discipline = {open_ids, map_id, alloc_id, free_id, print_id, close_ids, register_id};
Agiodisc_t io_discipline = {nothing_to_read, append, nothing_to_flush};

// cgraph takes char* where it only reads.
char* c(const std::string& s) { return const_cast<char*>(s.c_str()); }

void set(void* object, const std::string& name, const std::string& value) {
  agsafeset(object, c(name), c(value), c(""));
}

void set_markup(Agraph_t* graph, void* object, const std::string& name, const std::string& value) {
  char* const text = agstrdup_html(graph, c(value));
  agsafeset(object, c(name), text, c(""));
  agstrfree(graph, text);
}

// The lines as a label without a table, as clusters and edges have it.
std::string lines(const Label& label, Face face, Theme theme) {
  GraphTable table{.framed = false};
  for (const std::string& line : label)
    table.row({{.text = {line}, .face = face, .border = false}});
  return markup(table, theme);
}

std::string kept(std::string_view name) {
  std::string out;
  for (const char ch : name) {
    const bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
                       (ch >= '0' && ch <= '9') || ch == '.' || ch == '_';
    if (plain || (!out.empty() && out.back() != '_')) out += plain ? ch : '_';
  }
  return out;
}

}  // namespace

struct Digraph::State {
  Ids ids{};
  Agdisc_t disciplines{&memory_discipline, &id_discipline, &io_discipline};
  Agraph_t* graph = nullptr;
  Theme theme = Theme::light;
  std::vector<Agraph_t*> clusters{};
  std::vector<Agnode_t*> nodes{};
  std::map<std::string, unsigned> names{};  // how often each was given

  std::string name(std::string_view prefix, std::string_view wanted) {
    std::string out = std::string(prefix) + kept(wanted);
    const unsigned times = ++names[out];
    if (times > 1) out += fmt::format("_{}", times);
    return out;
  }
  Agraph_t* in(Cluster cluster) const {
    return cluster == kNoCluster ? graph : clusters.at(static_cast<std::size_t>(cluster));
  }
};

Digraph::Digraph(const GraphTable& heading, Theme theme) : state_(std::make_unique<State>()) {
  state_->theme = theme;
  opening_ids = &state_->ids;
  state_->graph = agopen(c("memmap"), *static_cast<Agdesc_t*>(libcgraph.symbol("Agdirected")),
                         &state_->disciplines);
  opening_ids = nullptr;
  if (state_->graph == nullptr) throw std::bad_alloc();
  Agraph_t* g = state_->graph;
  const std::string text(colour(Ink::text, theme));
  const std::string line(colour(Ink::line, theme));
  for (const auto& [name, value] : {std::pair<std::string, std::string>{"charset", "UTF-8"},
                                    {"rankdir", "LR"},
                                    {"bgcolor", std::string(colour(Ink::paper, theme))},
                                    {"fontname", "sans-serif"},
                                    {"fontsize", "10"},
                                    {"fontcolor", text},
                                    {"labelloc", "t"},
                                    {"labeljust", "l"},
                                    {"pad", "0.2"},
                                    {"nodesep", "0.2"},
                                    {"ranksep", "0.7"},
                                    {"style", ""},
                                    {"color", line},
                                    {"fillcolor", ""},
                                    {"label", ""}}) {
    agattr(g, AGRAPH, c(name), c(value));
  }
  for (const auto& [name, value] : {std::pair<std::string, std::string>{"shape", "plain"},
                                    {"fontname", "monospace"},
                                    {"fontsize", "9"},
                                    {"fontcolor", text},
                                    {"label", ""}}) {
    agattr(g, AGNODE, c(name), c(value));
  }
  for (const auto& [name, value] : {std::pair<std::string, std::string>{"fontname", "sans-serif"},
                                    {"fontsize", "9"},
                                    {"fontcolor", text},
                                    {"color", line},
                                    {"arrowsize", "0.6"},
                                    {"label", ""}}) {
    agattr(g, AGEDGE, c(name), c(value));
  }
  set_markup(g, g, "label", markup(heading, theme));
}

Digraph::~Digraph() { agclose(state_->graph); }

Digraph::Cluster Digraph::add_cluster(std::string_view name, const Label& label, Cluster parent) {
  const std::string unique = state_->name("cluster_", name);
  Agraph_t* cluster = agsubg(state_->in(parent), c(unique), 1);
  if (cluster == nullptr) throw std::bad_alloc();
  set(cluster, "id", unique);
  set_markup(state_->graph, cluster, "label", lines(label, Face::strong, state_->theme));
  set(cluster, "style", "filled,rounded");
  set(cluster, "fillcolor", std::string(colour(Ink::panel, state_->theme)));
  state_->clusters.push_back(cluster);
  return static_cast<Cluster>(state_->clusters.size() - 1);
}

Digraph::Node Digraph::add_node(Cluster cluster, std::string_view name, const GraphTable& table) {
  const std::string unique = state_->name("", name);
  Agnode_t* node = agnode(state_->in(cluster), c(unique), 1);
  if (node == nullptr) throw std::bad_alloc();
  set(node, "id", unique);
  set_markup(state_->graph, node, "label", markup(table, state_->theme));
  state_->nodes.push_back(node);
  return static_cast<Node>(state_->nodes.size() - 1);
}

void Digraph::add_edge(const End& from, const End& to, Line line, const Label& label) {
  const auto at = [&](Node n) { return state_->nodes.at(static_cast<std::size_t>(n)); };
  Agedge_t* edge = agedge(state_->graph, at(from.node), at(to.node), nullptr, 1);
  if (edge == nullptr) throw std::bad_alloc();
  const auto set_port = [&](const char* name, const End& end) {
    const std::string_view side = end.side == End::Side::left    ? "w"
                                  : end.side == End::Side::right ? "e"
                                                                 : "";
    if (end.port.empty() && side.empty()) return;
    std::string port = end.port;
    if (!port.empty() && !side.empty()) port += ':';
    set(edge, name, port.append(side));
  };
  set_port("tailport", from);
  set_port("headport", to);
  if (line == Line::owns) {
    set(edge, "style", "dashed");
    set(edge, "arrowhead", "none");
  }
  if (line == Line::follows) {
    set(edge, "style", "invis");
    set(edge, "weight", "10");  // what is seen gives way
  }
  if (!label.empty()) {
    set_markup(state_->graph, edge, "label", lines(label, Face::words, state_->theme));
  }
}

std::size_t Digraph::nodes() const { return state_->nodes.size(); }

std::string Digraph::to_dot() const {
  std::string out;
  MEMMAP_CHECK(agwrite(state_->graph, &out) == 0, "writing to memory failed");
  return out;
}

}  // namespace memmap::report
