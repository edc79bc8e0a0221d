// The page-table tree as a part of a graph.
#pragma once

#include "boot/outcome.h"
#include "report/form/digraph.h"

namespace memmap::report {

// A cluster with the root table, an area of addresses below it each, then the tables level by level
// with their counts, and the runs of pages that a level maps. Nothing where there are no mappings.
void add_page_tables(Digraph& graph, const paging::AddressSpace& tables);

}  // namespace memmap::report
