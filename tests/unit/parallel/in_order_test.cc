#include "parallel/in_order.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/check.h"
#include "base/check_throws.h"

namespace memmap::parallel {
namespace {

// Jobs from 0 to `n` - 1.
struct Numbers {
  std::size_t n = 0;
  std::size_t at = 0;
  std::optional<std::size_t> operator()() {
    if (at == n) return {};
    return at++;
  }
};

// Some take long, so that those behind them are done first.
std::size_t worked(std::size_t job) {
  volatile std::size_t spun = 0;
  for (std::size_t i = 0; i < (job % 7) * 2000; ++i) spun = spun + 1;
  return job * job;
}

TEST(InOrder, TakesAllInOrderWhateverTheThreads) {
  for (const std::size_t threads : {0u, 1u, 2u, 3u, 16u}) {
    for (const std::size_t n : {0u, 1u, 5u, 400u}) {
      std::vector<std::size_t> taken;
      in_order(
          threads, Numbers{n}, [](std::size_t job, std::size_t) { return worked(job); },
          [&](std::size_t made) {
            taken.push_back(made);
            return true;
          });
      ASSERT_EQ(taken.size(), n) << threads;
      for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(taken[i], i * i) << threads;
    }
  }
}

TEST(InOrder, TheElementsOfAContainerAreJobs) {
  const std::vector<int> all = {5, 3, 8};
  std::vector<int> taken;
  in_order(
      2, jobs_of(all), [](int job, std::size_t) { return job; },
      [&](int made) {
        taken.push_back(made);
        return true;
      });
  EXPECT_EQ(taken, all);
}

TEST(InOrder, NoTwoJobsOfAWorkerRunAtOnce) {
  constexpr std::size_t kThreads = 4;
  std::vector<std::atomic<int>> busy(kThreads);
  std::atomic<bool> both = false;
  in_order(
      kThreads, Numbers{300},
      [&](std::size_t job, std::size_t worker) {
        if (worker >= kThreads || busy[worker].exchange(1) != 0) both = true;
        worked(job);
        busy[worker] = 0;
        return true;
      },
      [](bool) { return true; });
  EXPECT_FALSE(both);
}

TEST(InOrder, EnoughEndsIt) {
  for (const std::size_t threads : {1u, 3u}) {
    std::size_t asked = 0;
    std::atomic<std::size_t> made = 0;
    std::size_t taken = 0;
    in_order(
        threads, [&]() -> std::optional<std::size_t> { return asked++; },  // for ever
        [&](std::size_t job, std::size_t) {
          ++made;
          return job;
        },
        [&](std::size_t job) {
          EXPECT_EQ(job, taken);
          return ++taken < 10;
        });
    EXPECT_EQ(taken, 10u);
    EXPECT_LE(asked, 10 + threads * kAhead);
    EXPECT_LE(made, asked);
  }
}

TEST(InOrder, NoMoreWaitThanAreAskedFor) {
  std::size_t asked = 0;
  std::size_t taken = 0;
  in_order(
      3,
      [&]() -> std::optional<std::size_t> {
        EXPECT_LE(asked, taken + 3);
        if (asked == 50) return {};
        return asked++;
      },
      [](std::size_t job, std::size_t) { return job; }, [&](std::size_t) { return ++taken != 0; },
      kOfLargeOnes);
  EXPECT_EQ(taken, 50u);
}

TEST(InOrder, WhatAJobThrowsComesAtItsPlace) {
  for (const std::size_t threads : {1u, 3u}) {
    std::vector<std::size_t> taken;
    const auto make = [](std::size_t job, std::size_t) {
      if (job == 6) throw std::runtime_error("six");
      return worked(job);
    };
    const auto take = [&](std::size_t made) {
      taken.push_back(made);
      return true;
    };
    EXPECT_THROW(in_order(threads, Numbers{100}, make, take), std::runtime_error);
    EXPECT_EQ(taken.size(), 6u) << threads;
  }
}

TEST(InOrder, JobsAndWhatIsMadeAreMovedAlong) {
  std::size_t n = 0;
  std::size_t sum = 0;
  in_order(
      2,
      [&]() -> std::optional<std::unique_ptr<std::size_t>> {
        if (n == 50) return {};
        return std::make_unique<std::size_t>(n++);
      },
      [](std::unique_ptr<std::size_t> job, std::size_t) { return job; },
      [&](std::unique_ptr<std::size_t> made) {
        sum += *made;
        return true;
      });
  EXPECT_EQ(sum, 49u * 50 / 2);
}

TEST(InOrder, ChecksThrowOnAllThreadsOrOnNone) {
  const ChecksThrow here;
  const auto make = [](std::size_t job, std::size_t) {
    MEMMAP_CHECK(job != 3, "not three");
    return job;
  };
  const auto take = [](std::size_t) { return true; };
  EXPECT_THROW(in_order(2, Numbers{8}, make, take), CheckFailed);
  EXPECT_THROW(in_order(1, Numbers{8}, make, take), CheckFailed);
}

TEST(Pool, BeginsWorkInItsOrderAndWaitsForWhatWasBegun) {
  std::vector<int> begun;  // by the only thread
  std::atomic<bool> done = false;
  {
    Pool pool(1);
    for (int i = 0; i < 5; ++i) pool.give([&begun, i](std::size_t) { begun.push_back(i); });
    std::atomic<bool> last = false;
    pool.give([&](std::size_t) {
      last = true;
      worked(6);
      done = true;
    });
    while (!last) std::this_thread::yield();
  }
  EXPECT_TRUE(done);
  EXPECT_EQ(begun, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(Pool, WithoutThreadsItIsDoneAtOnce) {
  Pool pool(0);
  bool done = false;
  pool.give([&](std::size_t worker) { done = worker == 0; });
  EXPECT_TRUE(done);
}

TEST(Pool, MakesAThreadForAWorkAtMost) {
  std::atomic<std::size_t> highest = 0;
  {
    Pool pool(1000);
    std::atomic<int> done = 0;
    for (int i = 0; i < 3; ++i) {
      pool.give([&](std::size_t worker) {
        for (std::size_t known = highest; known < worker;)
          highest.compare_exchange_weak(known, worker);
        ++done;
      });
    }
    while (done != 3) std::this_thread::yield();
  }
  EXPECT_LT(highest, 3u);
}

TEST(Pool, ItsThreadsTakeNoSignalButTheirOwnFaults) {
  sigset_t before{};
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, nullptr, &before), 0);
  sigset_t on_it{};
  std::atomic<bool> done = false;
  Pool pool(1);
  pool.give([&](std::size_t) {
    ::pthread_sigmask(SIG_BLOCK, nullptr, &on_it);
    done = true;
  });
  while (!done) std::this_thread::yield();
  for (const int signal : {SIGINT, SIGTERM, SIGALRM, SIGXCPU, SIGUSR1, SIGCHLD})
    EXPECT_EQ(::sigismember(&on_it, signal), 1) << signal;
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT}) EXPECT_EQ(::sigismember(&on_it, signal), 0);
  sigset_t after{};
  ::pthread_sigmask(SIG_BLOCK, nullptr, &after);
  for (const int signal : {SIGINT, SIGTERM, SIGXCPU})
    EXPECT_EQ(::sigismember(&after, signal), ::sigismember(&before, signal)) << signal;
}

TEST(Cores, AreThoseThatTheThreadMayRunOn) {
  std::size_t on_one = 0;
  std::thread([&] {
    cpu_set_t mine{};
    ASSERT_EQ(::sched_getaffinity(0, sizeof mine, &mine), 0);
    EXPECT_EQ(cores(), static_cast<std::size_t>(CPU_COUNT(&mine)));
    int first = 0;
    while (!CPU_ISSET(first, &mine)) ++first;
    CPU_ZERO(&mine);
    CPU_SET(first, &mine);
    ASSERT_EQ(::sched_setaffinity(0, sizeof mine, &mine), 0);
    on_one = cores();
  }).join();
  EXPECT_EQ(on_one, 1u);
}

TEST(Cores, FewBootsAreWorthOne) {
  EXPECT_EQ(worth(0, 4), 1u);
  EXPECT_EQ(worth(1, 4), 1u);
  EXPECT_EQ(worth(20, 4), 2u);
  EXPECT_EQ(worth(4096, 4), 4u);
  EXPECT_EQ(worth(4096, 0), 1u);
}

}  // namespace
}  // namespace memmap::parallel
