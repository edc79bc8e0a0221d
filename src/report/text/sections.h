// The sections of the text report, each with its heading; those with nothing to say write nothing.
#pragma once

#include <string>
#include <vector>

#include "account/ledger.h"
#include "boot/outcome.h"
#include "report/form/page.h"

namespace memmap::report {

// What there is to tell of the source and the kernel, and what was assumed; for other heads too.
void write_notes(Page& page, const std::vector<std::string>& notes);
// The head of an answer that is no report of a whole boot: source, kernel, command line, notes.
void write_subject(Page& page, const boot::Subject& subject);
// The first screen: what was assumed, where memory went, what is wrong or without effect, what the log
// says otherwise.
void write_summary(Page& page, const boot::Outcome& outcome, const account::Ledger& ledger);
// Every note in full, for what the first screen cuts.
void write_all_notes(Page& page, const std::vector<std::string>& notes);
// `name` and what there is to tell of it, wrapped; nothing for an empty text.
void write_field(Page& page, std::string_view name, std::string_view text);
// Behind a line that stands for several alike: ` (3 times)`; nothing for one.
std::string times(std::size_t count);
// How many findings checks have.
std::size_t findings_of(const boot::Outcome& outcome);
// How far the log that the machine was read from agrees, and the first statements that do not.
void write_log(Page& page, const boot::LogComparison& log);
void write_e820(Page& page, const boot::Outcome& outcome);
void write_memory(Page& page, const boot::Outcome& outcome);
void write_reserved(Page& page, const boot::Outcome& outcome);
void write_zones(Page& page, const boot::Outcome& outcome);
void write_free_blocks(Page& page, const boot::Outcome& outcome);
void write_page_tables(Page& page, const boot::Outcome& outcome);
void write_fixmap(Page& page, const boot::Outcome& outcome);
// What stands beside each row's bytes: its size, share and how many ranges it has, or the kernel
// function that took it.
enum class LedgerAside { shares, functions };
void write_ledger(Page& page, const account::Ledger& ledger, LedgerAside aside);
// The largest loss in one sentence; empty: nothing is lost that is worth one.
std::string largest_loss(const account::Ledger& ledger);
// What was reserved because it was asked for, and where; empty: nothing.
std::string set_aside(const account::Ledger& ledger);
void write_checks(Page& page, const boot::Outcome& outcome);
void write_events(Page& page, const boot::Outcome& outcome);

}  // namespace memmap::report
