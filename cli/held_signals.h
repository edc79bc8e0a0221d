// Signals that end the program, put off while something is half written.
#pragma once

#include <csignal>

namespace memmap::cli {

// While one lives, SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGXCPU wait; what waits acts when it ends. Whoever
// writes asks now and then, and cleans up. One at a time, on the thread that writes.
class HeldSignals {
 public:
  HeldSignals();
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  bool arrived() const;  // one waits

 private:
  sigset_t before_{};
};

}  // namespace memmap::cli
