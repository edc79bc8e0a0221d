#include "held_signals.h"

#include <algorithm>
#include <array>

namespace memmap::cli {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU};

// One that is ignored (`nohup`) would wait as well, and end nothing.
bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

HeldSignals::HeldSignals() {
  sigset_t held;
  ::sigemptyset(&held);
  for (const int signal : kSignals) {
    if (!is_ignored(signal)) ::sigaddset(&held, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &held, &before_);
}

HeldSignals::~HeldSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

bool HeldSignals::arrived() const {
  sigset_t waiting;
  ::sigpending(&waiting);
  return std::ranges::any_of(kSignals, [&](int signal) {
    return ::sigismember(&waiting, signal) == 1 && ::sigismember(&before_, signal) == 0;
  });
}

}  // namespace memmap::cli
