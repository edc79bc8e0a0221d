#include "input/map/mtree.h"

#include "fuzz/target.h"

FUZZ_TARGET(mtree)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap::input;
  const Source source{.name = "fuzz",
                      .bytes = std::string(reinterpret_cast<const char*>(data), size)};
  (void)recognise_mtree(source);
  const auto machine = read_mtree(source, {});
  if (!machine) (void)memmap::to_string(machine.errors());
  return 0;
}
