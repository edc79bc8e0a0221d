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

Error told_at(const Error& place, std::string message);
// `error`'s message there; its code is kept, by which a plugin's fault stays one.
Error told_at(const Error& place, const Error& error);
Errors told_at(const Error& place, const Errors& errors);

}  // namespace memmap::input
