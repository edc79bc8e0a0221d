// Threads that do what they are given.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace memmap::parallel {

// So many threads work side by side at most: processors that this thread may run on (sched_getaffinity()), at least 1.
std::size_t cores();
// How many threads of `most` so many boots are worth: to start one takes as long as a few boots do. At least 1.
std::size_t worth(std::size_t boots, std::size_t most = cores());

// Work is begun in the order in which it is given.
class Pool {
 public:
  // A thread is made when work is given, until there are so many. There are fewer where the system gives no more, and where
  // their stacks would take a large part of the memory that this process may have (RLIMIT_DATA). On them a check that fails
  // throws if it does on this one, and no signal is taken but those of a fault of their own.
  explicit Pool(std::size_t threads);
  // Waits for what was begun; the rest is not done any more.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // `worker` below the number of threads that were asked for: no other work of the same worker runs
  // meanwhile. Throws nothing. Without a single thread it is done at once, by the one that gives it.
  using Work = std::function<void(std::size_t worker)>;
  void give(Work work);

 private:
  struct Threads;
  std::unique_ptr<Threads> threads_;
};

}  // namespace memmap::parallel
