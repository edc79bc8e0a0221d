// What checks found, a part of every answer that they look on at.
#pragma once

#include <vector>

#include "boot/outcome.h"
#include "report/form/json_writer.h"

namespace memmap::report {

// The member `checks` of the object that is open; none, where there was no check.
void write_checks(JsonWriter& json, const std::vector<boot::CheckReport>& checks);

}  // namespace memmap::report
