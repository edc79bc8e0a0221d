// A tar of a gathered machine.
#include "fuzz/target.h"
#include "input/machine/machine_folder.h"

FUZZ_TARGET(machine_tar)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap::input;
  const Source source{.name = "fuzz",
                      .bytes = std::string(reinterpret_cast<const char*>(data), size)};
  (void)recognise_machine_folder(source);
  const auto machine = read_machine_source(source, {});
  if (!machine) (void)memmap::to_string(machine.errors());
  return 0;
}
