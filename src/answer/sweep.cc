#include "answer/sweep.h"

#include <array>
#include <cstdint>

#include "report/json/result.h"

namespace memmap::answer {
namespace {

constexpr std::array<std::string_view, 2> kFormats{"jsonl", "csv"};

// Nobody looks on.
class Unseen : public sweep::Progress {
 public:
  void begin(std::uint64_t, std::uint64_t) override {}
  void at(std::uint64_t, const sweep::Summary&) override {}
};

}  // namespace

std::span<const std::string_view> sweep_formats() { return kFormats; }

sweep::Form sweep_form(std::string_view format) {
  return format == "csv" ? sweep::Form::csv : sweep::Form::jsonl;
}

sweep::Wanted sweep_wanted(const Arguments& arguments) {
  const auto filters = arguments.all("--filter");
  return {.matrix = arguments.get("MATRIX").value_or(""),
          .filters = {filters.begin(), filters.end()},
          .only_failures = arguments.has("--only-failures"),
          .more_than_a_million = arguments.has("--yes"),
          .as_result = [](const boot::Outcome& o) { return report::to_json(o); }};
}

Result<Swept> sweep(const sweep::Wanted& wanted, const session::Places& places, sweep::Form form) {
  const auto sweep = sweep::Sweep::open(wanted, places);
  if (!sweep) return sweep.errors();
  Swept out;
  Unseen unseen;
  const auto summary = (*sweep)->run({.form = form, .text = &out.text}, unseen);
  if (!summary) return summary.errors();
  out.summary = *summary;
  return out;
}

}  // namespace memmap::answer
