// The one file that knows oneTBB.
#include "sweep/engine.h"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_pipeline.h>

#include <atomic>
#include <memory>
#include <utility>

namespace memmap::sweep {
namespace {

namespace tbb = oneapi::tbb;

// Long enough that handing one on costs nothing, short enough that little is lost when the program is killed.
constexpr std::size_t kBatch = 32;
constexpr std::size_t kBatchesPerThread = 4;  // on their way at once

std::size_t threads_of(unsigned wanted) {
  return wanted != 0 ? wanted : static_cast<std::size_t>(tbb::info::default_concurrency());
}

using Batch = std::vector<Combination>;

}  // namespace

void run(const Engine& engine) {
  const std::size_t threads = threads_of(engine.threads);
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
  Walk walk(engine.plan, engine.shard, engine.from);
  std::atomic<bool> stop = false;
  const auto next = [&](tbb::flow_control& flow) {
    auto batch = std::make_shared<Batch>();
    while (!stop && batch->size() < kBatch) {
      const auto c = walk.next();
      if (!c) break;
      batch->push_back(*c);
    }
    if (batch->empty()) flow.stop();
    return batch;
  };
  const auto make = [&](const std::shared_ptr<Batch>& batch) {
    auto out = std::make_shared<std::vector<Made>>();
    out->reserve(batch->size());
    for (const Combination& c : *batch) {
      if (stop) break;
      out->push_back(engine.make(c));
    }
    return out;
  };
  const auto take = [&](const std::shared_ptr<std::vector<Made>>& made) {
    if (!stop && !engine.take(*made)) stop = true;
  };
  tbb::parallel_pipeline(
      threads * kBatchesPerThread,
      tbb::make_filter<void, std::shared_ptr<Batch>>(tbb::filter_mode::serial_in_order, next) &
          tbb::make_filter<std::shared_ptr<Batch>, std::shared_ptr<std::vector<Made>>>(
              tbb::filter_mode::parallel, make) &
          tbb::make_filter<std::shared_ptr<std::vector<Made>>, void>(
              tbb::filter_mode::serial_in_order, take));
}

void for_each(std::uint64_t n, unsigned threads, const std::function<void(std::uint64_t)>& act) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  threads_of(threads));
  tbb::parallel_for(tbb::blocked_range<std::uint64_t>(0, n, kBatch),
                    [&](const tbb::blocked_range<std::uint64_t>& range) {
                      for (std::uint64_t i = range.begin(); i != range.end(); ++i) act(i);
                    });
}

}  // namespace memmap::sweep
