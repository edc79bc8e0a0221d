#include "support/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace memmap::bench {
namespace {

double milliseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

}  // namespace

std::optional<Cost> run(const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0) return std::nullopt;
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);

  const auto start = std::chrono::steady_clock::now();
  pid_t child = 0;
  const int failed = posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return std::nullopt;

  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child) return std::nullopt;
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;

  Cost cost;
  cost.wall_ms = wall.count();
  cost.cpu_ms = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
  cost.peak_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  cost.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return cost;
}

std::optional<Cost> median_of(int times, const std::vector<std::string>& command) {
  std::vector<Cost> costs;
  costs.reserve(static_cast<std::size_t>(times));
  for (int i = 0; i <= times; ++i) {
    const std::optional<Cost> cost = run(command);
    if (!cost) return std::nullopt;
    if (i > 0) costs.push_back(*cost);
  }
  std::sort(costs.begin(), costs.end(),
            [](const Cost& a, const Cost& b) { return a.wall_ms < b.wall_ms; });
  return costs[costs.size() / 2];
}

void print_heading(const std::string& title) {
  std::printf("%s\n  %-44s %10s %10s %10s\n", title.c_str(), "", "wall ms", "CPU ms", "peak MiB");
}

void print_row(const std::string& label, const std::optional<Cost>& cost) {
  if (!cost) {
    std::printf("  %-44s %10s\n", label.c_str(), "not here");
    return;
  }
  std::printf("  %-44s %10.2f %10.2f %10.1f", label.c_str(), cost->wall_ms, cost->cpu_ms,
              static_cast<double>(cost->peak_bytes) / (1024.0 * 1024.0));
  if (cost->status != 0) std::printf("  exit status %d", cost->status);
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace memmap::bench
