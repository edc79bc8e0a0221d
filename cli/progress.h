// How far a long command is, on standard error: a bar where that is a terminal, else a line now and then.
#pragma once

#include <chrono>
#include <cstdint>

#include "sweep/sweep.h"

namespace memmap::cli {

class SweepProgress : public sweep::Progress {
 public:
  // `quiet`: nothing is shown, as where the rows go to the same terminal.
  explicit SweepProgress(bool quiet);
  ~SweepProgress() override;
  SweepProgress(const SweepProgress&) = delete;
  SweepProgress& operator=(const SweepProgress&) = delete;

  void begin(std::uint64_t done, std::uint64_t total) override;
  void at(std::uint64_t done, const sweep::Summary& summary) override;

 private:
  using Clock = std::chrono::steady_clock;
  void show(std::uint64_t done, const sweep::Summary& summary, double seconds);

  bool quiet_;
  bool terminal_;
  bool shown_ = false;
  std::uint64_t begun_at_ = 0;
  std::uint64_t total_ = 0;
  Clock::time_point begun_{};
  Clock::time_point next_{};
};

}  // namespace memmap::cli
