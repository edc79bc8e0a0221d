#include "input/firmware/etc_e820.h"

#include "fuzz/target.h"

FUZZ_TARGET(etc_e820)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap::input;
  const Source source{.name = "fuzz",
                      .bytes = std::string(reinterpret_cast<const char*>(data), size)};
  (void)recognise_etc_e820(source);
  const auto machine = read_etc_e820(source, {});
  if (!machine) (void)memmap::to_string(machine.errors());
  return 0;
}
