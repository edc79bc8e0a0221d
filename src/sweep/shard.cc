#include "sweep/shard.h"

#include <fmt/format.h>

#include "base/number.h"

namespace memmap::sweep {
namespace {

// splitmix64: every bit of the result depends on every bit of `x`.
constexpr std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

using Variable = std::optional<std::string> (*)(const char* name);

struct Engine {
  const char* index;
  const char* count;
  const char* first;  // the lowest index; nullptr: `from`
  const char* step;   // between indices; nullptr: 1
  std::uint64_t from;
};
constexpr Engine kEngines[] = {
    {"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN",
     "SLURM_ARRAY_TASK_STEP", 0},
    {"JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", nullptr, nullptr, 0},
    {"PARALLEL_SEQ", "MEMMAP_SHARDS", nullptr, nullptr, 1},
};

class Finder {
 public:
  Finder(const Engine& engine, Variable variable) : engine_(engine), variable_(variable) {}

  Result<FoundShard> find(std::optional<std::uint64_t> n) {
    const std::uint64_t index = number(engine_.index);
    const std::uint64_t first = engine_.first == nullptr ? engine_.from : number(engine_.first);
    const std::uint64_t step =
        engine_.step != nullptr && variable_(engine_.step) ? number(engine_.step) : 1;
    const std::uint64_t count = n ? *n : number(engine_.count);
    if (!errors_.empty()) return errors_;
    if (n) from_ += fmt::format(", {} in all as --shard says", *n);
    if (index < first || step == 0 || (index - first) % step != 0 || count == 0 ||
        count > kMostShards || (index - first) / step >= count) {
      return Error{fmt::format("no share of a sweep: {}", from_), {"--shard"}};
    }
    return FoundShard{{(index - first) / step + 1, count}, from_};
  }

 private:
  std::uint64_t number(const char* name) {
    const auto text = variable_(name);
    if (!text) {
      errors_.push_back(
          {fmt::format("{} is set, but {} is not", engine_.index, name), {"--shard"}});
      return 0;
    }
    const auto value = parse_count(*text);
    if (!value) {
      errors_.push_back(
          {fmt::format("{}={}: {}", name, *text, value.errors().front().message), {"--shard"}});
      return 0;
    }
    from_ += fmt::format("{}{}={}", from_.empty() ? "" : " ", name, *text);
    return *value;
  }

  const Engine& engine_;
  Variable variable_;
  std::string from_{};
  Errors errors_{};
};

}  // namespace

// Each run of `n` indices has one of every share, turned by as much as a hash of the run's number says.
bool Shard::has(std::uint64_t index) const {
  return n == 1 || (index % n + mixed(index / n) % n) % n == k - 1;
}

std::string Shard::text() const { return fmt::format("{}/{}", k, n); }

Result<Shard> parse_shard(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto k = parse_count(text.substr(0, slash));
  const auto n = parse_count(slash == text.npos ? "" : text.substr(slash + 1));
  if (!k || !n || *k == 0 || *k > *n || *n > kMostShards) {
    return Error{fmt::format("`{}` is no share: K/N with K from 1 to N, N up to {}, or `auto`",
                             text, kMostShards)};
  }
  return Shard{*k, *n};
}

Result<FoundShard> find_shard(Variable variable, std::optional<std::uint64_t> n) {
  for (const Engine& engine : kEngines) {
    if (variable(engine.index)) return Finder(engine, variable).find(n);
  }
  std::string names;
  for (const Engine& engine : kEngines)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", engine.index);
  return Error{fmt::format("`auto` finds none of {} in the environment; give K/N", names),
               {"--shard"}};
}

}  // namespace memmap::sweep
