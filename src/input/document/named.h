// Texts of a document that name something elsewhere, for errors that are found only there.
#pragma once

#include <string>

#include "base/result.h"
#include "input/document/document.h"

namespace memmap::input {

// A text of a document and where it stands: an error without a message yet.
struct Named {
  std::string text{};
  Error place{};
};
// Of a scalar.
Named named(const Document& document, ValueId id);

}  // namespace memmap::input
