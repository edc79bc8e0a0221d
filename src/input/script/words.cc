#include "input/script/words.h"

#include <algorithm>

namespace memmap::input {

std::string line_of(const Document& doc, const Verb& verb, ValueId value) {
  std::string out(verb.name);
  if (doc.kind(value) == ValueKind::scalar) return out + " " + std::string(doc.text(value));
  if (doc.kind(value) != ValueKind::map) return out;
  const auto find = [&](std::string_view key) {
    for (ValueId id = doc.first(value); id != kNoValue; id = doc.next(doc.next(id))) {
      if (doc.text(id) == key) return doc.next(id);
    }
    return kNoValue;
  };
  const auto text = [&](ValueId id) {
    if (doc.kind(id) == ValueKind::scalar) return std::string(doc.text(id));
    std::string joined;
    if (doc.kind(id) != ValueKind::list) return joined;
    for (ValueId item = doc.first(id); item != kNoValue; item = doc.next(item)) {
      if (doc.kind(item) != ValueKind::scalar) continue;
      joined += (joined.empty() ? "" : ",") + std::string(doc.text(item));
    }
    return joined;
  };
  bool in_order = true;
  for (const std::string_view key : verb.keys) {
    const ValueId id = find(key);
    const bool bare = in_order && std::ranges::find(verb.positional, key) != verb.positional.end();
    if (id == kNoValue) {
      in_order = in_order && !bare;
      continue;
    }
    const bool is_switch = std::ranges::find(verb.switches, key) != verb.switches.end();
    if (bare) {
      out += " " + text(id);
    } else if (is_switch && text(id) == "true") {
      out += " " + std::string(key);
    } else {
      out += " " + std::string(key) + " " + text(id);
    }
  }
  return out;
}

}  // namespace memmap::input
