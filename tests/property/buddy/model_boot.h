// A zone whose pages are given, taken and freed by chance, in the allocator of runs and in the one that
// goes page by page: whether both do the same.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "buddy/handoff.h"
#include "property/buddy/page_model.h"

namespace memmap::buddy::test {

// What comes next: random numbers, or bytes of a fuzzer.
using Chance = std::function<std::uint64_t()>;

struct Machine {
  std::uint64_t start = 0;  // the zone's; it ends at `end`
  std::uint64_t end = 0;
  memblock::Regions memory{};
  memblock::Regions reserved{};
  Options options{};
};

Machine machine_by(const Chance& chance);

// What memblock_free_all() frees: chunk by chunk, run by run.
class ModelBoot {
 public:
  explicit ModelBoot(const Machine& machine);  // which must outlive it

  // In what the two differ; empty: in nothing.
  std::string difference() const;
  // One operation by chance on both; its name. `differs` is set to what they answered differently.
  std::string step(const Chance& chance, std::string& differs);

 private:
  std::vector<MigrateType> pageblocks() const;

  const Machine& machine_;
  ZoneOptions options_;
  Handoff handoff_;
  PageModel model_;
  ZoneAllocator zone_;
  std::vector<std::pair<std::uint64_t, unsigned>> taken_{};
};

}  // namespace memmap::buddy::test
