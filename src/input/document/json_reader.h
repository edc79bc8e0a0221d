// JSON, strictly, into the same document as YAML: no key twice, numbers as written (so that no
// reader in between rounds or wraps them), depth within the budget.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "input/document/document.h"

namespace memmap::input {

// `source` must outlive the result. The first mistake ends the reading.
Result<Document> read_json_document(std::string file, std::string_view source);

}  // namespace memmap::input
