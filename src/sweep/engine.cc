#include "sweep/engine.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "parallel/in_order.h"

namespace memmap::sweep {
namespace {

// Long enough that handing one on costs nothing, short enough that little is lost when the program is killed.
constexpr std::size_t kBatch = 32;

std::size_t threads_of(unsigned wanted) { return wanted != 0 ? wanted : parallel::cores(); }

}  // namespace

void run(const Engine& engine) {
  Walk walk(engine.plan, engine.shard, engine.from);
  std::atomic<bool> stop = false;  // for batches that are under way
  using Batch = std::vector<Combination>;
  const auto next = [&]() -> std::optional<Batch> {
    Batch batch;
    while (batch.size() < kBatch) {
      const auto c = walk.next();
      if (!c) break;
      batch.push_back(*c);
    }
    if (batch.empty()) return {};
    return batch;
  };
  const auto make = [&](const Batch& batch, std::size_t) {
    std::vector<Made> out;
    out.reserve(batch.size());
    for (const Combination& c : batch) {
      if (stop) break;
      out.push_back(engine.make(c));
    }
    return out;
  };
  const auto take = [&](const std::vector<Made>& made) {
    try {
      stop = !engine.take(made);
    } catch (...) {
      stop = true;
      throw;
    }
    return !stop;
  };
  parallel::in_order(threads_of(engine.threads), next, make, take);
}

void for_each(std::uint64_t n, unsigned threads, const std::function<void(std::uint64_t)>& act) {
  struct Range {
    std::uint64_t begin;
    std::uint64_t end;
  };
  std::uint64_t begun = 0;
  const auto next = [&]() -> std::optional<Range> {
    if (begun == n) return {};
    const Range range{begun, begun + std::min<std::uint64_t>(kBatch, n - begun)};
    begun = range.end;
    return range;
  };
  const auto make = [&](Range range, std::size_t) {
    for (std::uint64_t i = range.begin; i != range.end; ++i) act(i);
    return true;
  };
  parallel::in_order(threads_of(threads), next, make, [](bool) { return true; });
}

}  // namespace memmap::sweep
