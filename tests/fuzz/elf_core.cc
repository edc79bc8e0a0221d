#include "input/map/elf_core.h"

#include "fuzz/target.h"

FUZZ_TARGET(elf_core)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap::input;
  const Source source{.name = "fuzz",
                      .bytes = std::string(reinterpret_cast<const char*>(data), size)};
  (void)recognise_elf_core(source);
  const auto machine = read_elf_core(source, {});
  if (!machine) (void)memmap::to_string(machine.errors());
  return 0;
}
