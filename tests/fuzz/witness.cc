// A log's statements: any line is kept or not, and what is kept is read, without a crash.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fuzz/target.h"
#include "witness/kinds.h"

FUZZ_TARGET(witness)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  witness::Reading reading;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    bool read = false;
    for (const witness::Kind* kind : witness::kinds_of(line)) {
      witness::Reading fresh;
      read = read || kind->read(line, fresh).has_value();
      (void)kind->read(line, reading);
    }
    if (witness::is_statement(line) != read) std::abort();
  }
  return 0;
}
