// The one file that knows oneTBB.
#include "cores/cores.h"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_pipeline.h>

#include <atomic>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#ifdef __SANITIZE_THREAD__  // sanitizer/tsan_interface.h, which not every machine has
extern "C" void __tsan_acquire(void* what);
extern "C" void __tsan_release(void* what);
#endif

namespace memmap::cores {
namespace {

namespace tbb = oneapi::tbb;
using sweep::Combination;
using sweep::Made;

// Long enough that handing one on costs nothing, short enough that little is lost when the program is killed.
constexpr std::size_t kBatch = 32;
constexpr std::size_t kBatchesPerThread = 4;  // on their way at once

std::size_t threads_of(unsigned wanted) {
  return wanted != 0 ? wanted : static_cast<std::size_t>(tbb::info::default_concurrency());
}

using Batch = std::vector<Combination>;

// oneTBB, which is not compiled for ThreadSanitizer (tools/tsan), orders what goes from thread to thread by
// means that it does not see. It is told here, and looks at all the rest.
void hand_on([[maybe_unused]] const void* what) {
#ifdef __SANITIZE_THREAD__
  __tsan_release(const_cast<void*>(what));
#endif
}
void take_over([[maybe_unused]] const void* what) {
#ifdef __SANITIZE_THREAD__
  __tsan_acquire(const_cast<void*>(what));
#endif
}

// While it lives the thread has what the one before it had of `what`.
class Turn {
 public:
  explicit Turn(const void* what) : what_(what) { take_over(what); }
  ~Turn() { hand_on(what_); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  const void* what_;
};

void run(const sweep::Engine& engine) {
  const std::size_t threads = threads_of(engine.threads);
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
  sweep::Walk walk(engine.plan, engine.shard, engine.from);
  std::atomic<bool> stop = false;
  // Batches go from filter to filter as pointers, which oneTBB hands on as they are; each filter owns what
  // it is given, and all that was begun comes to the last one.
  const auto next = [&](tbb::flow_control& flow) -> Batch* {
    const Turn turn(&walk);
    auto batch = std::make_unique<Batch>();
    while (!stop && batch->size() < kBatch) {
      const auto c = walk.next();
      if (!c) break;
      batch->push_back(*c);
    }
    if (batch->empty()) {
      flow.stop();
      return nullptr;
    }
    hand_on(batch.get());
    return batch.release();
  };
  const auto make = [&](Batch* given) -> std::vector<Made>* {
    const std::unique_ptr<Batch> batch(given);
    take_over(given);
    auto out = std::make_unique<std::vector<Made>>();
    out->reserve(batch->size());
    for (const Combination& c : *batch) {
      if (stop) break;
      out->push_back(engine.make(c));
    }
    hand_on(out.get());
    return out.release();
  };
  const auto take = [&](std::vector<Made>* given) {
    const std::unique_ptr<std::vector<Made>> made(given);
    take_over(given);
    const Turn turn(&engine);
    if (!stop && !engine.take(*made)) stop = true;
  };
  hand_on(&walk);
  hand_on(&engine);
  tbb::parallel_pipeline(
      threads * kBatchesPerThread,
      tbb::make_filter<void, Batch*>(tbb::filter_mode::serial_in_order, next) &
          tbb::make_filter<Batch*, std::vector<Made>*>(tbb::filter_mode::parallel, make) &
          tbb::make_filter<std::vector<Made>*, void>(tbb::filter_mode::serial_in_order, take));
  take_over(&walk);
  take_over(&engine);
}

void for_each(std::uint64_t n, unsigned threads, const std::function<void(std::uint64_t)>& act) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  threads_of(threads));
  hand_on(&act);
  tbb::parallel_for(tbb::blocked_range<std::uint64_t>(0, n, kBatch),
                    [&](const tbb::blocked_range<std::uint64_t>& range) {
                      const Turn turn(&act);
                      for (std::uint64_t i = range.begin(); i != range.end(); ++i) act(i);
                    });
  take_over(&act);
}

}  // namespace

sweep::Workers all() { return {run, for_each}; }

}  // namespace memmap::cores
