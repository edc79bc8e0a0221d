// A step as the line that says the same.
#pragma once

#include <string>

#include "input/document/document.h"
#include "input/script/verbs.h"

namespace memmap::input {

// `value` is what the verb has in the document. What needs no key stands first, then the others, in the
// verb's order; lists are joined by commas.
std::string line_of(const Document& document, const Verb& verb, ValueId value);

}  // namespace memmap::input
