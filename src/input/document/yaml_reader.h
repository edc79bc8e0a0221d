// YAML, strictly: one document, no key twice, no aliases, no tags of its own, no NUL.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "input/document/document.h"

namespace memmap::input {

// `source` must outlive the result. Errors carry `file`, line, column and the line; the first one
// ends the reading, for what follows it cannot be trusted.
Result<Document> read_yaml(std::string file, std::string_view source);

}  // namespace memmap::input
