// The sections of a page, each with its heading and tables; those with nothing to say write nothing.
#pragma once

#include "report/html/data.h"
#include "report/html/markup.h"

namespace memmap::report {

void write_html_head(Html& html, const PageSubject& subject);
void write_html_ledger(Html& html, const account::Ledger& ledger);
void write_html_ranges(Html& html, const PageSubject& subject);  // e820, memory, reserved
void write_html_pages(Html& html,
                      const boot::Outcome& outcome);  // zones, blocks, page tables, fixmap
void write_html_steps(Html& html, const PageSubject& subject);
// This boot beside another: what each made of the RAM, and which ranges have another fate.
void write_html_beside(Html& html, const PageSubject& subject, const boot::Outcome& other);
void write_html_told(Html& html, const boot::Outcome& outcome);  // log, checks, events

}  // namespace memmap::report
