// Any bytes: a machine or told mistakes; what was read survives being written and read again.
#include "input/scenario/scenario.h"

#include <cstdint>
#include <string>

#include "base/check.h"
#include "fuzz/target.h"
#include "report/convert/convert.h"

FUZZ_TARGET(scenario)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  input::Source source{.name = "fuzz", .bytes = {reinterpret_cast<const char*>(data), size}};
  input::recognise_scenario(source);
  const auto machine = input::read_scenario(source, {});
  if (!machine) {
    for (const Error& error : machine.errors()) MEMMAP_CHECK(!error.message.empty(), "no message");
    to_string(machine.errors());
    return 0;
  }
  const auto written = report::convert(*machine, "yaml");
  if (!written) return 0;
  source.bytes = written->bytes;
  const auto again = input::read_scenario(source, {});
  MEMMAP_CHECK(again.ok(), source.bytes);
  MEMMAP_CHECK(again->firmware_map == machine->firmware_map, source.bytes);
  return 0;
}
