#include "suggest/bad_memory.h"

#include "fuzz/target.h"

FUZZ_TARGET(bad_memory)(const std::uint8_t* data, std::size_t size) {
  using memmap::PhysRange;
  const std::vector<PhysRange> ram{PhysRange::make(1 << 20, 1 << 30),
                                   PhysRange::make(std::uint64_t{1} << 32, std::uint64_t{5} << 30)};
  const auto read =
      memmap::suggest::read_bad_memory("fuzz", {reinterpret_cast<const char*>(data), size}, ram);
  if (!read) (void)memmap::to_string(read.errors());
  return 0;
}
