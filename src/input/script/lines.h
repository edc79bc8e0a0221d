// A script's lines as the document that a file of the same steps is.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "input/document/document.h"

namespace memmap::input {

// `source`: a step a line; empty lines are left out. It must outlive the result. Errors (all): a quote
// that is not closed, a key without a value, more arguments than the action takes.
Result<Document> document_of_lines(const std::string& name, std::string_view source);

}  // namespace memmap::input
