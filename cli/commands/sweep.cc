#include "sweep/sweep.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <string>

#include "base/number.h"
#include "commands/commands.h"
#include "input/open/source.h"
#include "messages.h"
#include "output.h"
#include "request.h"
#include "sweep/axes.h"
#include "sweep/matrix.h"
#include "sweep/row_maker.h"
#include "sweep/rows_file.h"

namespace memmap::cli {
namespace {

constexpr std::array<std::string_view, 2> kForms{"jsonl", "csv"};
constexpr std::uint64_t kMostUnasked = 1'000'000;

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// `K/N`, `auto`, `auto/N`.
Result<sweep::Shard> shard_of(const Arguments& arguments) {
  constexpr std::string_view kAuto = "auto";
  const std::string text = arguments.get("--shard").value_or("1/1");
  if (!text.starts_with(kAuto)) {
    auto shard = sweep::parse_shard(text);
    if (!shard) return Error{shard.errors().front().message, {"--shard"}};
    return shard;
  }
  std::optional<std::uint64_t> n;
  if (text != kAuto) {
    const auto number = parse_count(text.starts_with("auto/") ? text.substr(kAuto.size() + 1) : "");
    if (!number)
      return Error{fmt::format("`{}` is no share: K/N, auto or auto/N", text), {"--shard"}};
    n = *number;
  }
  const auto found = sweep::find_shard(variable, n);
  if (!found) return found.errors();
  say(fmt::format("sweep: share {}, by {}", found->shard.text(), found->from));
  return found->shard;
}

Result<unsigned> threads_of(const Arguments& arguments) {
  constexpr std::uint64_t kMost = 1024;
  const auto text = arguments.get("--threads");
  if (!text) return 0u;
  const auto number = parse_count(*text);
  if (!number || *number == 0 || *number > kMost)
    return Error{fmt::format("`{}` is no number of threads: 1 to {}", *text, kMost), {"--threads"}};
  return static_cast<unsigned>(*number);
}

Errors with_origin(const Errors& errors, std::string_view option) {
  Errors out = errors;
  for (Error& e : out) e.origin.file = option;
  return out;
}

}  // namespace

ExitCode run_sweep(const Arguments& arguments) {
  const auto format = format_of(arguments, kForms);
  if (!format) return bad_input(format.errors());
  const sweep::Form form = *format == "csv" ? sweep::Form::csv : sweep::Form::jsonl;
  const auto threads = threads_of(arguments);
  if (!threads) return bad_input(threads.errors());
  const auto wanted = asked(arguments);
  if (!wanted) return bad_input(wanted.errors());
  const auto shard = shard_of(arguments);
  if (!shard) return bad_input(shard.errors());
  const std::string name = *arguments.get("MATRIX");
  const auto source = input::open_source(name);
  if (!source) return bad_input(source.errors());
  const auto matrix = sweep::read_matrix(name, source->bytes);
  if (!matrix) return bad_input(matrix.errors());
  const auto axes = sweep::read_axes(*matrix, source->bytes, wanted->places);
  if (!axes) return bad_input(axes.errors());

  sweep::Plan plan(*axes);
  sweep::Boots boots(plan, wanted->places);
  unsigned workers = *threads;
  if (!axes->foreign_plugin.empty() && workers != 1) {
    note(fmt::format(
        "plugin `{}` is a file, and such are called by one thread at a time: the sweep has one",
        axes->foreign_plugin));
    workers = 1;
  }
  for (const std::string& filter : arguments.all("--filter")) {
    if (const Status taken = plan.filter(filter); !taken)
      return bad_input(with_origin(taken.errors(), "--filter"));
  }
  if (plan.has_slots()) {
    plan.count_slots([&](const sweep::Combination& c) { return boots.count_slots(c); },
                     [&](std::uint64_t n, const auto& act) { sweep::for_each(n, workers, act); });
  }
  std::uint64_t count = 0;
  for (sweep::Walk walk(plan); walk.next();) ++count;
  if (count > kMostUnasked && !arguments.has("--yes")) {
    return bad_input(
        {{fmt::format("{} combinations, more than a million: --yes begins them", count), {name}}});
  }

  const auto filters = arguments.all("--filter");
  const sweep::Head head{.digest = axes->digest,
                         .count = count,
                         .filters = {filters.begin(), filters.end()},
                         .only_failures = arguments.has("--only-failures"),
                         .shard = *shard};
  const sweep::IfThere there = arguments.has("--resume")  ? sweep::IfThere::resume
                               : arguments.has("--force") ? sweep::IfThere::replace
                                                          : sweep::IfThere::refuse;
  auto file = sweep::RowsFile::open(arguments.get("--output").value_or("-"), head, form, there);
  if (!file) return bad_input(file.errors());
  sweep::Summary summary = file->held();
  if (!file->complete()) {
    std::string text;
    Errors errors;
    sweep::run({.plan = plan,
                .boots = boots,
                .make =
                    [&](const sweep::Combination& c) {
                      const sweep::Row row = sweep::make_row(plan, boots, c);
                      sweep::Made made{.index = row.index, .end = row.end};
                      sweep::append_row(made.text, row, form);
                      return made;
                    },
                .take =
                    [&](const std::vector<sweep::Made>& all) {
                      text.clear();
                      for (const sweep::Made& made : all) {
                        summary.add(made.end);
                        text += made.text;
                      }
                      const auto wrote = file->write(text);
                      if (!wrote) errors = wrote.errors();
                      return wrote && *wrote;
                    },
                .shard = *shard,
                .from = file->last() ? *file->last() + 1 : 0,
                .threads = workers});
    if (!errors.empty()) return bad_input(errors);
    text.clear();
    sweep::append_summary(text, summary, form);
    if (const auto wrote = file->write(text); !wrote) return bad_input(wrote.errors());
    if (const Status closed = file->close(); !closed) return bad_input(closed.errors());
  }
  return summary.failed + summary.errors > 0 ? ExitCode::difference : ExitCode::good;
}

}  // namespace memmap::cli
