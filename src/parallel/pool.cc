// The one file that knows Boost.Asio.
#include "parallel/pool.h"

#ifdef __SANITIZE_THREAD__  // which sees what a lock orders, not what a fence does; work is queued under one
#define BOOST_ASIO_DISABLE_FENCED_BLOCK
#endif

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
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

}  // namespace

std::size_t cores() { return std::max<std::size_t>(std::thread::hardware_concurrency(), 1); }

std::size_t worth(std::size_t boots) {
  constexpr std::size_t kBootsOfThread = 8;
  return std::clamp<std::size_t>(boots / kBootsOfThread, 1, cores());
}

// boost::asio::thread_pool would wait for ever for those that it has made where one cannot be made.
struct Pool::Threads {
  asio::io_context work{};
  asio::executor_work_guard<asio::io_context::executor_type> open = asio::make_work_guard(work);
  std::vector<std::thread> all{};

  explicit Threads(std::size_t wanted) {
    all.reserve(wanted);
    const bool as_here = checks_throw();
    try {
      for (std::size_t i = 0; i != wanted; ++i) {
        all.emplace_back([this, i, as_here] {
          std::optional<ChecksThrow> throwing;
          if (as_here) throwing.emplace();
          this_worker = i;
          work.run();
        });
      }
    } catch (const std::system_error&) {  // as many as there are
    } catch (...) {
      end();
      throw;
    }
  }
  ~Threads() { end(); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  void end() {
    work.stop();
    for (std::thread& thread : all) thread.join();
    all.clear();
  }
};

Pool::Pool(std::size_t threads) : threads_(std::make_unique<Threads>(threads)) {}
Pool::~Pool() = default;

void Pool::give(Work work) {
  if (threads_->all.empty()) return work(0);
  asio::post(threads_->work, [work = std::move(work)] { work(this_worker); });
}

}  // namespace memmap::parallel
