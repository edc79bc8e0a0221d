#include "input/firmware/boot_params.h"

#include "fuzz/target.h"

FUZZ_TARGET(boot_params)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap::input;
  const Source source{.name = "fuzz",
                      .bytes = std::string(reinterpret_cast<const char*>(data), size)};
  (void)recognise_boot_params(source);
  const auto machine = read_boot_params(source, {});
  if (!machine) (void)memmap::to_string(machine.errors());
  return 0;
}
