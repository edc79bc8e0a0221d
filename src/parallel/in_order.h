// Things made on several threads, and taken in order by the one that asks for them.
#pragma once

#include <cstddef>
#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "parallel/pool.h"

namespace memmap::parallel {

// So many are being made, or wait to be taken, for each thread: memory does not grow with the number of jobs. With one a
// thread has nothing to do until all before are taken: for what is so large that memory counts more.
inline constexpr std::size_t kAhead = 4;
inline constexpr std::size_t kOfLargeOnes = 1;

// The elements of a container as jobs; it must outlive them.
template <class Container>
auto jobs_of(const Container& all) {
  return [at = all.begin(), end = all.end()]() mutable {
    return at == end ? std::optional<typename Container::value_type>() : *at++;
  };
}

// Asks `next` for jobs until it has none, makes something of each, and takes that in the order of the jobs, until `take`
// says that it is enough.
//   std::optional<Job> next();               called by this thread, as is take()
//   Made make(Job job, std::size_t worker);  by `threads` threads, each with a worker of its own, from 0; by this one if
//                                            there is only one
//   bool take(Made made);                    false: enough. What is being made by then is waited for
// Throws what these throw: of make() at the place of its job.
template <class Next, class Make, class Take>
void in_order(std::size_t threads, Next next, Make make, Take take, std::size_t ahead = kAhead) {
  using Job = typename std::invoke_result_t<Next&>::value_type;
  using Made = std::invoke_result_t<Make&, Job, std::size_t>;
  if (threads <= 1) {
    while (auto job = next()) {
      if (!take(make(*std::move(job), 0))) return;
    }
    return;
  }
  Pool pool(threads);
  std::deque<std::future<Made>> begun;
  for (bool more = true;;) {
    while (more && begun.size() < threads * ahead) {
      auto job = next();
      if (!job) {
        more = false;
        break;
      }
      auto task = std::make_shared<std::packaged_task<Made(std::size_t)>>(
          [&make, job = *std::move(job)](std::size_t worker) mutable {
            return make(std::move(job), worker);
          });
      begun.push_back(task->get_future());
      pool.give([task = std::move(task)](std::size_t worker) { (*task)(worker); });
    }
    if (begun.empty()) return;
    auto made = std::move(begun.front());
    begun.pop_front();
    if (!take(made.get())) return;
  }
}

}  // namespace memmap::parallel
