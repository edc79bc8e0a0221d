#include "input/document/named.h"

namespace memmap::input {

Named named(const Document& document, ValueId id) {
  return {std::string(document.text(id)), document.error(id, {})};
}

}  // namespace memmap::input
