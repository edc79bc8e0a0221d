// How a sweep runs: every combination is booted and made a row, and rows come out in their order.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sweep/plan.h"
#include "sweep/row.h"

namespace memmap::sweep {

// A row as it goes out.
struct Made {
  std::uint64_t index = 0;
  End end = End::passed;
  bool selected = true;  // what it says is what a filter asks for
  std::string text{};    // as the output has it
  std::string json{};    // where a database wants it
};

struct Engine {
  const Plan& plan;
  // Makes what is told of a boot; called from several threads at once.
  std::function<Made(const Combination&)> make;
  // Takes what was made, in order, from one thread at a time. False: stop.
  std::function<bool(const std::vector<Made>&)> take;
  Shard shard{};
  std::uint64_t from = 0;  // the first index
  unsigned threads = 0;    // 0: one for each core
};

// Who runs it.
struct Workers {
  void (*run)(const Engine& engine) = nullptr;
  // All from 0 to n - 1, in any order.
  void (*for_each)(std::uint64_t n, unsigned threads,
                   const std::function<void(std::uint64_t)>& act) = nullptr;
};

// The caller's thread alone, however many are asked for. What `make`, `take` and `act` throw is the caller's.
Workers one_thread();

}  // namespace memmap::sweep
