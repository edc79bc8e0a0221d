#include "input/map/iomem.h"

#include "fuzz/target.h"

FUZZ_TARGET(iomem)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap::input;
  const Source source{.name = "fuzz",
                      .bytes = std::string(reinterpret_cast<const char*>(data), size)};
  (void)recognise_iomem(source);
  const auto machine = read_iomem(source, {});
  if (!machine) (void)memmap::to_string(machine.errors());
  return 0;
}
