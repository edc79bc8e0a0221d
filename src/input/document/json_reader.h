// JSON, strictly, into the same document as YAML: no key twice, numbers as written (so that no
// reader in between rounds or wraps them), depth within the budget.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "input/document/document.h"

namespace memmap::input {

// A text that was given is held against the limits; one that we wrote ourselves is as large as it is.
enum class Whose : std::uint8_t { given, own };

// `source` must outlive the result. The first mistake ends the reading.
Result<Document> read_json_document(std::string file, std::string_view source,
                                    Whose whose = Whose::given);

}  // namespace memmap::input
