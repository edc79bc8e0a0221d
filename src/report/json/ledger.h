// The ledger of a boot, a part of the answers that tell where its RAM went.
#pragma once

#include <vector>

#include "account/ledger.h"
#include "report/form/json_writer.h"

namespace memmap::report {

// Whether each row lists its ranges.
enum class Ranges { left_out, listed };

// The member `ledger` of the object that is open.
void write_ledger(JsonWriter& json, const account::Ledger& ledger, Ranges ranges);
// The member `rows` of the object that is open.
void write_ledger_rows(JsonWriter& json, const std::vector<account::LedgerRow>& rows,
                       Ranges ranges);

}  // namespace memmap::report
