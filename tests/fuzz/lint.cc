// Any bytes: command lines or one told mistake; every finding stands within its line.
#include "lint/lint.h"

#include <cstdint>
#include <string>

#include "base/check.h"
#include "fuzz/target.h"
#include "input/log/command_lines.h"

FUZZ_TARGET(lint)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  const input::Source source{.name = "fuzz", .bytes = {reinterpret_cast<const char*>(data), size}};
  const auto found = input::read_command_lines(source);
  if (!found) {
    MEMMAP_CHECK(!found.errors().front().message.empty(), "no message");
    return 0;
  }
  kernel::Profile profile;
  profile.version = {6, 12, 0};
  profile.parameters = {{"mem", "memmap"}, {"hugepages="}, {"panic"}};
  for (const input::FoundCommandLine& line : found->lines) {
    MEMMAP_CHECK(line.places.size() == line.text.size() + 1, line.text);
    for (const lint::Finding& f : lint::lint({line.text, profile, nullptr, {}})) {
      MEMMAP_CHECK(f.at + f.size <= line.text.size(), f.message);
    }
  }
  return 0;
}
