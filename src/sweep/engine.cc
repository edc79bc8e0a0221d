#include "sweep/engine.h"

#include <utility>

namespace memmap::sweep {
namespace {

void run(const Engine& engine) {
  std::vector<Made> made(1);
  for (Walk walk(engine.plan, engine.shard, engine.from); const auto c = walk.next();) {
    made.front() = engine.make(*c);
    if (!engine.take(made)) return;
  }
}

void for_each(std::uint64_t n, unsigned, const std::function<void(std::uint64_t)>& act) {
  for (std::uint64_t i = 0; i != n; ++i) act(i);
}

}  // namespace

Workers one_thread() { return {run, for_each}; }

}  // namespace memmap::sweep
