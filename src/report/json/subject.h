// The head of an answer about a boot, for programs.
#pragma once

#include "boot/outcome.h"
#include "report/form/json_writer.h"

namespace memmap::report {

// The members `subject` and `notes` of the object that is open.
void write_subject(JsonWriter& json, const boot::Subject& subject);
// The boot's sums as members of the object that is open.
void write_totals(JsonWriter& json, const boot::Totals& totals);

}  // namespace memmap::report
