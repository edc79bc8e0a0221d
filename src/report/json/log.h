// A log as a witness, beside the result that it is held against.
#pragma once

#include "boot/outcome.h"
#include "report/form/json_writer.h"

namespace memmap::report {

// The member `log` of the object that is open.
void write_log(JsonWriter& json, const boot::LogComparison& log);

}  // namespace memmap::report
