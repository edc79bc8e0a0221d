// The page-table tree as a part of a graph.
#pragma once

#include "boot/outcome.h"
#include "report/form/digraph.h"

namespace memmap::report {

// A cluster for each level of tables: a node for the tables of an area of addresses, with the places
// where they lie, and edges from the tables whose entries lead to them; then the runs of pages that a
// level maps. Nothing where there are no mappings.
void add_page_tables(Digraph& graph, const paging::AddressSpace& tables);

}  // namespace memmap::report
