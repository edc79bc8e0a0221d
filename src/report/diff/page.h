// A difference as one page for a browser, old beside new, which needs nothing else.
#pragma once

#include <string>

#include "report/diff/answer.h"
#include "report/map/map.h"

namespace memmap::report {

// Of one other: the verdict, the picture, every stage side by side. Of several: a row each, then the same of
// each. A document without scripts; no text of the results is taken for markup.
std::string diff_to_html(const DiffAnswer& answer, const MapOptions& options);

}  // namespace memmap::report
