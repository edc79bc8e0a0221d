// The one file that knows Boost.Asio.
#include "parallel/pool.h"

#ifdef __SANITIZE_THREAD__  // which sees what a lock orders, not what a fence does; work is queued under one
#define BOOST_ASIO_DISABLE_FENCED_BLOCK
#endif

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <cstdint>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/check_throws.h"

namespace memmap::parallel {
namespace {

namespace asio = boost::asio;

thread_local std::size_t this_worker = 0;

// So many stacks are a quarter of what the process may have at most. At least 1.
std::size_t most_threads() {
  constexpr std::size_t kShare = 4;
  rlimit data{};
  pthread_attr_t attributes{};
  std::size_t stack = 0;
  if (::getrlimit(RLIMIT_DATA, &data) != 0 || data.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  if (::pthread_attr_init(&attributes) != 0) return 1;
  ::pthread_attr_getstacksize(&attributes, &stack);
  ::pthread_attr_destroy(&attributes);
  return std::max<std::size_t>(data.rlim_cur / kShare / std::max<std::size_t>(stack, 1), 1);
}

// What is sent to the process comes to a thread that the process has anyway; it is its program that knows what to do.
class SignalsElsewhere {
 public:
  SignalsElsewhere() {
    sigset_t held{};
    ::sigfillset(&held);
    for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP, SIGPROF})
      ::sigdelset(&held, own);
    ::pthread_sigmask(SIG_BLOCK, &held, &before_);
  }
  ~SignalsElsewhere() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsElsewhere(const SignalsElsewhere&) = delete;
  SignalsElsewhere& operator=(const SignalsElsewhere&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

std::size_t cores() {
  cpu_set_t mine{};
  // Fails on a machine with more processors than a cpu_set_t has bits.
  if (::sched_getaffinity(0, sizeof mine, &mine) == 0)
    return static_cast<std::size_t>(std::max(CPU_COUNT(&mine), 1));
  return std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
}

std::size_t worth(std::size_t boots, std::size_t most) {
  constexpr std::size_t kBootsOfThread = 8;
  return std::clamp<std::size_t>(boots / kBootsOfThread, 1, std::max<std::size_t>(most, 1));
}

// boost::asio::thread_pool would wait for ever for those that it has made where one cannot be made.
struct Pool::Threads {
  asio::io_context work{};
  asio::executor_work_guard<asio::io_context::executor_type> open = asio::make_work_guard(work);
  std::size_t wanted;
  bool as_here = checks_throw();
  std::vector<std::thread> all{};

  explicit Threads(std::size_t threads) : wanted(std::min(threads, most_threads())) {}
  ~Threads() {
    work.stop();
    for (std::thread& thread : all) thread.join();
  }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  void add() {
    const SignalsElsewhere held;
    try {
      all.reserve(all.size() + 1);
      all.emplace_back([this, worker = all.size()] {
        std::optional<ChecksThrow> throwing;
        if (as_here) throwing.emplace();
        this_worker = worker;
        work.run();
      });
    } catch (const std::system_error&) {  // as many as there are
      wanted = all.size();
    }
  }
};

Pool::Pool(std::size_t threads) : threads_(std::make_unique<Threads>(threads)) {}
Pool::~Pool() = default;

void Pool::give(Work work) {
  if (threads_->all.size() < threads_->wanted) threads_->add();
  if (threads_->all.empty()) return work(0);
  asio::post(threads_->work, [work = std::move(work)] { work(this_worker); });
}

}  // namespace memmap::parallel
