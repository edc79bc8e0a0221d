// Parts of a page's data; each writes members of its own.
#pragma once

#include "report/html/data.h"
#include "report/html/data_writer.h"

namespace memmap::report {

void write_ranges_data(DataWriter& out, const PageSubject& subject);  // e820, cells, memblock
void write_pages_data(DataWriter& out, const PageSubject& subject);   // zones, blocks, mappings
void write_told_data(DataWriter& out, const PageSubject& subject);    // events, calls, losses
void write_steps_data(DataWriter& out, const PageSubject& subject);
// The columns `flags` and `nid` of memblock's regions.
void write_flags_and_nids(DataWriter& out, const memblock::Regions& regions);

}  // namespace memmap::report
