#include "input/open/initrd.h"

#include "fuzz/target.h"

FUZZ_TARGET(initrd)(const std::uint8_t* data, std::size_t size) {
  const auto read =
      memmap::input::initrd_contents("fuzz", {reinterpret_cast<const char*>(data), size});
  if (!read) (void)memmap::to_string(read.errors());
  return 0;
}
