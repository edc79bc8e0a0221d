#include "session/nearest.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/address.h"
#include "base/limits.h"
#include "base/number.h"
#include "kernel/command_line.h"

namespace memmap::session {
namespace {

using kernel::Parameter;
using policy::Verdict;

// Parameters whose value begins with a size or a count that may be another.
constexpr std::string_view kSized[] = {
    "crashkernel", "mem",         "hugepages",    "cma",         "hugetlb_cma",
    "kernelcore",  "movablecore", "swiotlb",      "log_buf_len", "min_free_kbytes",
    "nr_cpus",     "maxcpus",     "possible_cpus"};
// What is tried where the line has nothing of the name.
constexpr std::string_view kAdded[] = {"disable_mtrr_trim", "nokaslr",  "gbpages",
                                       "nogbpages",         "numa=off", "hugetlb_free_vmemmap=on",
                                       "swiotlb=noforce"};

struct Best {
  double cost = 0;
  std::string words{};  // empty: none yet
};

class Search {
 public:
  Search(const std::string& line, const Trial& trial, std::vector<Verdict>& verdicts)
      : line_(line), trial_(trial), parameters_(kernel::parse_command_line(line)) {
    for (Verdict& verdict : verdicts) {
      if (verdict.answer != policy::Answer::failed) continue;
      if (policy::goes_over_boots(*verdict.rule)) continue;
      open_.push_back(&verdict);
    }
    best_.resize(open_.size());
  }

  void run() {
    if (open_.empty()) return;
    for (const Parameter& p : parameters_) remove(p);
    for (const Parameter& p : parameters_) place_above(p);
    add();
    for (std::size_t i = 0; i < open_.size(); ++i) {
      for (const Parameter& p : parameters_) resize(p, i);
    }
    for (std::size_t i = 0; i < open_.size(); ++i) {
      const bool all = trials_ < limit_of(Limit::trials);
      open_[i]->remedy =
          !best_[i].words.empty() ? best_[i].words
          : all ? fmt::format("no single change of a parameter does ({} boots)", trials_)
                : fmt::format("none was found within {} boots", trials_);
    }
  }

 private:
  // Boots and says for each open rule whether it holds then.
  std::vector<bool> holds(const std::string& line) {
    std::vector<bool> out(open_.size(), false);
    if (trials_ >= limit_of(Limit::trials)) return out;
    ++trials_;
    const auto outcome = trial_(line);
    if (!outcome || outcome->panicked) return out;
    for (std::size_t i = 0; i < open_.size(); ++i)
      out[i] = policy::holds(*open_[i]->rule, {.outcome = *outcome}) == true;
    return out;
  }

  void offer(std::size_t rule, double cost, const std::string& words) {
    if (best_[rule].words.empty() || cost < best_[rule].cost) best_[rule] = {cost, words};
  }
  void offer_all(const std::string& line, double cost, const std::string& words) {
    const std::vector<bool> good = holds(line);
    for (std::size_t i = 0; i < good.size(); ++i)
      if (good[i]) offer(i, cost, words);
  }

  std::string text_of(const Parameter& p) const { return line_.substr(p.at, p.size); }
  std::string with(const Parameter& p, const std::string& text) const {
    std::string out = line_;
    // What stands twice, with the blank behind it.
    const bool blank = text.empty() && p.at + p.size < out.size();
    return out.replace(p.at, p.size + (blank ? 1 : 0), text);
  }
  bool has(std::string_view name) const {
    name = name.substr(0, name.find('='));
    return std::ranges::any_of(parameters_,
                               [&](const Parameter& p) { return kernel::parameq(p.name, name); });
  }

  void remove(const Parameter& p) {
    offer_all(with(p, ""), 1, fmt::format("without `{}`", text_of(p)));
  }

  // Another room for the crash kernel.
  void place_above(const Parameter& p) {
    if (p.name != "crashkernel" || !p.value) return;
    const std::string size = p.value->substr(0, p.value->find_first_of(",@"));
    for (const std::string_view suffix : {"", ",high"}) {
      const std::string text = fmt::format("crashkernel={}{}", size, suffix);
      if (text != text_of(p))
        offer_all(with(p, text), 0.5, fmt::format("`{}` in place of `{}`", text, text_of(p)));
    }
  }

  void add() {
    std::vector<std::string> more;
    for (const std::string_view text : kAdded)
      if (!has(text)) more.emplace_back(text);
    for (const Verdict* verdict : open_) {
      for (const std::uint64_t size : policy::sizes_in(*verdict->rule)) {
        for (const std::string_view name : {"crashkernel", "cma"}) {
          if (size % kMiB != 0 || size > kTiB || has(name)) continue;
          const std::string text = fmt::format("{}={}", name, number_with_unit(size));
          if (std::ranges::find(more, text) == more.end()) more.push_back(text);
        }
      }
    }
    for (const std::string& text : more)
      offer_all(kernel::appended(line_, text), 1, fmt::format("`{}` added", text));
  }

  // The number at the value's front, made smaller and larger: steps away from it until one does, then
  // between that and the last that did not.
  void resize(const Parameter& p, std::size_t rule) {
    if (!p.value || std::ranges::find(kSized, p.name) == std::end(kSized)) return;
    const kernel::Parsed number = kernel::memparse(*p.value);
    if (number.value == 0 || number.value > (1ull << 56)) return;
    const bool sized = number.value >= kMiB;
    const std::uint64_t unit = sized ? kMiB : 1;
    constexpr std::uint64_t kEighths[][2] = {{7, 9}, {6, 10}, {4, 12}, {2, 16}, {1, 32}, {0, 64}};
    for (const std::size_t up : {0u, 1u}) {
      std::uint64_t bad = number.value;
      for (const auto& eighths : kEighths) {
        const std::uint64_t tried =
            rounded(number.value / 8 * eighths[up] + number.value % 8 * eighths[up] / 8, unit);
        if (tried == bad || tried == 0) continue;
        if (try_number(p, number, tried, rule)) {
          narrow(p, number, bad, tried, unit, rule);
          break;
        }
        bad = tried;
      }
    }
  }

  static std::uint64_t rounded(std::uint64_t value, std::uint64_t unit) {
    return value / unit * unit;
  }

  bool try_number(const Parameter& p, const kernel::Parsed& number, std::uint64_t value,
                  std::size_t rule) {
    const std::string text =
        fmt::format("{}={}{}", p.name,
                    value >= kMiB ? number_with_unit(value) : fmt::to_string(value), number.rest);
    if (!holds(with(p, text))[rule]) return false;
    const double from = static_cast<double>(number.value);
    const double by =
        static_cast<double>(std::max(value, number.value) - std::min(value, number.value));
    offer(rule, by / from, fmt::format("`{}` in place of `{}`", text, text_of(p)));
    return true;
  }

  void narrow(const Parameter& p, const kernel::Parsed& number, std::uint64_t bad,
              std::uint64_t good, std::uint64_t unit, std::size_t rule) {
    while (std::max(bad, good) - std::min(bad, good) > unit) {
      const std::uint64_t middle =
          rounded(std::min(bad, good) + (std::max(bad, good) - std::min(bad, good)) / 2, unit);
      if (middle == bad || middle == good || trials_ >= limit_of(Limit::trials)) return;
      if (try_number(p, number, middle, rule)) {
        good = middle;
      } else {
        bad = middle;
      }
    }
  }

  const std::string& line_;
  const Trial& trial_;
  std::vector<Parameter> parameters_;
  std::vector<Verdict*> open_{};
  std::vector<Best> best_{};  // of each open rule
  std::size_t trials_ = 0;
};

}  // namespace

void find_remedies(const std::string& command_line, const Trial& trial,
                   std::vector<policy::Verdict>& verdicts) {
  Search(command_line, trial, verdicts).run();
}

}  // namespace memmap::session
