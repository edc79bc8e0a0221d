#include "input/document/named.h"

#include <utility>

namespace memmap::input {

Named named(const Document& document, ValueId id) {
  return {std::string(document.text(id)), document.error(id, {})};
}

Error told_at(const Error& place, std::string message) {
  Error out = place;
  out.message = std::move(message);
  return out;
}

Error told_at(const Error& place, const Error& error) {
  Error out = told_at(place, error.message);
  out.code = error.code;
  return out;
}

Errors told_at(const Error& place, const Errors& errors) {
  Errors out;
  for (const Error& e : errors) out.push_back(told_at(place, e));
  return out;
}

}  // namespace memmap::input
