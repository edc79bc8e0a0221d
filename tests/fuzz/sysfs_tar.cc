#include "input/map/sysfs_tar.h"

#include "fuzz/target.h"

FUZZ_TARGET(sysfs_tar)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap::input;
  const Source source{.name = "fuzz",
                      .bytes = std::string(reinterpret_cast<const char*>(data), size)};
  (void)recognise_sysfs_tar(source);
  const auto machine = read_sysfs_tar(source, {});
  if (!machine) (void)memmap::to_string(machine.errors());
  return 0;
}
