// A zone and a sequence of requests to its page allocator: whatever they are, the allocator of runs has
// each free block on the list, and at the place of the list, where the one that goes page by page has it.
#include "base/check.h"
#include "fuzz/bytes.h"
#include "fuzz/target.h"
#include "property/buddy/model_boot.h"

FUZZ_TARGET(buddy)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap::buddy::test;
  memmap::fuzz::Bytes bytes(data, size);
  const Chance chance = [&] { return bytes.next<2>(); };
  const Machine machine = machine_by(chance);
  ModelBoot boot(machine);
  std::string differs = boot.difference();
  MEMMAP_CHECK(differs.empty(), differs);
  for (unsigned steps = 0; steps < 200 && !bytes.empty(); ++steps) {
    const std::string story = boot.step(chance, differs);
    if (differs.empty()) differs = boot.difference();
    MEMMAP_CHECK(differs.empty(), story + ": " + differs);
  }
  return 0;
}
