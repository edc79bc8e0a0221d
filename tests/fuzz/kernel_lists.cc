// Any text as the lists that a kernel's profile is made of beside its image: symbols (System.map), sections
// (readelf -S), parameters. Each is read, or refused with told mistakes. Input: a line that says which
// one, then the text; without such a line, all of them.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "fuzz/target.h"
#include "profile/parameters.h"
#include "profile/sections.h"
#include "profile/symbols.h"

namespace {

using namespace memmap;

template <class T>
void check_told(const Result<T>& result) {
  if (result) return;
  for (const Error& error : result.errors()) MEMMAP_CHECK(!error.message.empty(), "no message");
  to_string(result.errors());
}

bool take(std::string_view& text, std::string_view line) {
  if (!text.starts_with(line)) return false;
  text.remove_prefix(line.size());
  return true;
}

void symbols(std::string_view text) {
  const auto read = kernel::read_symbol_table("fuzz", text);
  check_told(read);
  if (!read) return;
  MEMMAP_CHECK(read->find("_text").has_value(), "no _text");
  static_cast<void>(read->from_text("_end"));
  static_cast<void>(read->code("reserve_brk"));
}

void sections(std::string_view text) { check_told(kernel::read_sections("fuzz", text)); }

void parameters(std::string_view text) {
  const auto read = kernel::read_parameters("fuzz", text);
  check_told(read);
  if (!read) return;
  for (const auto& parameter : read->list) MEMMAP_CHECK(!parameter.name.empty(), "no name");
}

}  // namespace

FUZZ_TARGET(kernel_lists)(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (take(text, "symbols\n")) {
    symbols(text);
  } else if (take(text, "sections\n")) {
    sections(text);
  } else if (take(text, "parameters\n")) {
    parameters(text);
  } else {
    symbols(text);
    sections(text);
    parameters(text);
  }
  return 0;
}
