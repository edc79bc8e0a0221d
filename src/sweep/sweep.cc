#include "sweep/sweep.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "input/open/source.h"
#include "sweep/engine.h"
#include "sweep/row_maker.h"
#include "sweep/writer.h"

namespace memmap::sweep {
namespace {

constexpr std::uint64_t kMostUnasked = 1'000'000;

std::uint64_t count_of(const Plan& plan, const Shard& shard = {}) {
  std::uint64_t out = 0;
  for (Walk walk(plan, shard); walk.next();) ++out;
  return out;
}

Status refuse_many(const Plan& plan, const Wanted& wanted) {
  if (wanted.more_than_a_million) return Done{};
  const std::uint64_t count = count_of(plan, wanted.shard);
  if (count <= kMostUnasked) return Done{};
  return Error{fmt::format("{} combinations, more than a million: --yes begins them", count),
               {wanted.matrix}};
}

}  // namespace

Result<std::unique_ptr<Sweep>> Sweep::open(const Wanted& wanted, const session::Places& places) {
  std::unique_ptr<Sweep> out(new Sweep(places));
  if (const Status read = out->read(wanted); !read) return read.errors();
  return out;
}

Status Sweep::read(const Wanted& wanted) {
  const auto source = wanted.bytes ? input::source_from_bytes(wanted.matrix, *wanted.bytes)
                                   : input::open_source(wanted.matrix);
  if (!source) return source.errors();
  if (source->is_folder()) return Error{"is a folder; a matrix is a file of YAML", {wanted.matrix}};
  const auto matrix = read_matrix(wanted.matrix, source->bytes);
  if (!matrix) return matrix.errors();
  auto axes = read_axes(*matrix, source->bytes, places_);
  if (!axes) return axes.errors();
  axes_ = *std::move(axes);
  for (const KernelAt& kernel : axes_.kernels) {
    const kernel::KernelChoice& choice = kernel.choice;
    if (!choice.note.empty() && choice.note != kernel::kKernelThatRan)
      notes_.push_back("kernel: " + choice.note);
    if (!choice.profile.verified) head_.not_verified.push_back(choice.profile.name);
  }
  threads_ = wanted.threads;
  if (!axes_.foreign_plugin.empty() && threads_ != 1) {
    notes_.push_back(fmt::format(
        "plugin `{}` is a file, and those are called by one thread at a time: the sweep has one",
        axes_.foreign_plugin));
    threads_ = 1;
  }
  plan_ = std::make_unique<Plan>(axes_);
  for (std::string& text : plan_->idle_exclusions()) notes_.push_back(std::move(text));
  boots_ = std::make_unique<Boots>(*plan_, places_);
  Errors errors;
  judge_.emplace(axes_.rules, wanted.as_result);
  for (const std::string& filter : wanted.filters) {
    if (!Plan::is_filter(filter)) {
      auto rule = policy::read_rule("--filter", filter);
      if (rule) {
        judge_->select(*std::move(rule));
      } else {
        append(errors, rule.errors());
      }
    } else if (const Status taken = plan_->filter(filter); !taken) {
      errors.push_back({taken.errors().front().message, {"--filter"}});
    }
  }
  if (!errors.empty()) return errors;
  if (!plan_->product() || *plan_->product() > limit_of(Limit::walked)) {
    const std::string count =
        plan_->product() ? fmt::format("{}", *plan_->product()) : "more than 2^64";
    return Error{fmt::format("{} combinations: {}", count, beyond(Limit::walked)), {wanted.matrix}};
  }
  if (const Status few = refuse_many(*plan_, wanted); !few) return few;
  if (plan_->has_slots()) {
    plan_->count_slots([&](const Combination& c) { return boots_->count_slots(c); },
                       [&](std::uint64_t n, const auto& act) { for_each(n, threads_, act); });
  }
  if (const Status few = refuse_many(*plan_, wanted); !few) return few;
  const std::uint64_t count = count_of(*plan_);
  if (count == 0)
    return Error{"no combination is left: all are excluded or passed by a filter", {wanted.matrix}};
  head_.digest = axes_.digest;
  head_.count = count;
  head_.filters = wanted.filters;
  head_.only_failures = wanted.only_failures;
  head_.shard = wanted.shard;
  return Done{};
}

Result<Summary> Sweep::run(const Output& output, Progress& progress) {
  auto writer = Writer::open(output, head_);
  if (!writer) return writer.errors();
  std::uint64_t total = 0;
  std::uint64_t done = 0;
  std::uint64_t counted = 0;
  for (Walk walk(*plan_, head_.shard); const auto c = walk.next(); ++total) {
    done += c->index < writer->from();
    counted += c->index < writer->counted_from();
  }
  writer->begin_behind(counted);
  progress.begin(done, total);
  Errors errors;
  sweep::run({.plan = *plan_,
              .make =
                  [&](const Combination& c) {
                    return writer->made(make_row(*plan_, *boots_, *judge_, c));
                  },
              .take =
                  [&](const std::vector<Made>& made) {
                    const auto taken = writer->take(made);
                    if (!taken) errors = taken.errors();
                    done += made.size();
                    progress.at(done, writer->summary());
                    return taken && *taken;
                  },
              .shard = head_.shard,
              .from = writer->from(),
              .threads = threads_});
  if (!errors.empty()) return errors;
  if (done == total) {
    if (const Status finished = writer->finish(); !finished) return finished.errors();
  }
  return writer->summary();
}

Result<std::optional<Shrunk>> Sweep::shrink_first(Progress& progress) {
  progress.begin(0, head_.count);
  Summary summary;
  std::optional<std::uint64_t> first;
  const auto take = [&](const std::vector<Made>& made) {
    for (const Made& m : made) {
      summary.add(m.end);
      if (m.end != End::passed && !first) first = m.index;
    }
    progress.at(summary.count, summary);
    return !first;
  };
  sweep::run({.plan = *plan_,
              .make =
                  [&](const Combination& c) {
                    const Row row = make_row(*plan_, *boots_, *judge_, c);
                    return Made{.index = row.index, .end = row.selected ? row.end : End::passed};
                  },
              .take = take,
              .shard = head_.shard,
              .threads = threads_});
  if (!first) return std::optional<Shrunk>();
  Walk walk(*plan_, head_.shard, *first);
  const Combination c = *walk.next();
  auto out = shrink(*plan_, c, make_row(*plan_, *boots_, *judge_, c), places_, *judge_);
  if (!out) return out.errors();
  return std::optional(*std::move(out));
}

}  // namespace memmap::sweep
