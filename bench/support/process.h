// Runs a program to its end and tells what it cost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace memmap::bench {

struct Cost {
  double wall_ms = 0;  // from posix_spawn() to its end
  double cpu_ms = 0;   // user and system time of the process
  // Largest resident set. The kernel counts what this process held when it started the other (the
  // two share memory until exec): keep this process small.
  std::uint64_t peak_bytes = 0;
  int status = 0;  // exit status; 128 + signal if one ended it
};

// `command[0]` is a path; standard output goes to /dev/null, standard error to ours. Empty when it
// cannot be started.
std::optional<Cost> run(const std::vector<std::string>& command);

// The run of median wall time among `times`; empty as soon as one cannot be started. The first run,
// that warms the page cache, is not counted.
std::optional<Cost> median_of(int times, const std::vector<std::string>& command);

// `label`, milliseconds, CPU milliseconds, MiB and a note if the status is not 0, in aligned
// columns.
void print_heading(const std::string& title);
void print_row(const std::string& label, const std::optional<Cost>& cost);

}  // namespace memmap::bench
