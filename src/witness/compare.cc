#include "witness/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "witness/kinds.h"
#include "witness/reasons.h"

namespace memmap::witness {
namespace {

// What is said of one kind, in its order, and to be found by what it says: a log may have tens of
// thousands of statements of a kind.
class Statements {
 public:
  void add(Said said) { all_.push_back(std::move(said)); }
  void add(std::vector<Said> said) { all_ = std::move(said); }

  bool have(const Said& said) {
    sort();
    return std::ranges::binary_search(order_, said, {},
                                      [&](std::size_t i) -> const Said& { return all_[i]; });
  }
  // Of one key, in their order.
  std::vector<const Said*> of_key(std::string_view key) {
    sort();
    const auto key_of = [&](std::size_t i) { return std::string_view(all_[i].key); };
    std::vector<std::size_t> found;
    auto at = std::ranges::lower_bound(order_, key, {}, key_of);
    for (; at != order_.end() && key_of(*at) == key; ++at) found.push_back(*at);
    std::ranges::sort(found);
    std::vector<const Said*> out;
    for (const std::size_t i : found) out.push_back(&all_[i]);
    return out;
  }

 private:
  void sort() {
    if (order_.size() == all_.size()) return;
    order_.resize(all_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::ranges::sort(order_, {}, [&](std::size_t i) -> const Said& { return all_[i]; });
  }

  std::vector<Said> all_{};
  std::vector<std::size_t> order_{};  // of all_, by key and value
};

// What the boot says of one kind, made when the first statement of the kind is met.
class Answers {
 public:
  explicit Answers(const Simulated& boot) : boot_(boot) {}

  Statements& of(const Kind& kind) {
    const auto [at, added] = answers_.try_emplace(&kind);
    if (!added) return at->second;
    at->second.add(kind.simulated != nullptr ? kind.simulated(boot_) : from_events(kind));
    return at->second;
  }

 private:
  std::vector<Said> from_events(const Kind& kind) const {
    std::vector<Said> out;
    Reading reading;
    for (const Event& event : boot_.out.events) {
      const std::string_view text = event.text;
      const bool front = std::ranges::any_of(
          kind.fronts, [&](std::string_view f) { return !f.empty() && text.starts_with(f); });
      if (!front) continue;
      if (auto said = kind.read(text, reading)) out.push_back(*std::move(said));
    }
    return out;
  }

  const Simulated& boot_;
  std::map<const Kind*, Statements> answers_{};
};

// What stands in the statement's place: what is said of the same thing, first what no statement of
// the log says.
std::string in_its_place(Statements& answers, std::string_view key, Statements& log) {
  constexpr std::size_t kShown = 2;
  std::vector<std::string_view> values;
  for (const Said* answer : answers.of_key(key)) {
    if (!log.have(*answer)) values.push_back(answer->value);
  }
  if (values.empty()) return "nothing of the kind";
  std::string out;
  for (std::size_t i = 0; i < std::min(values.size(), kShown); ++i)
    out += fmt::format("{}{}", i == 0 ? "" : "; or ", values[i]);
  if (values.size() > kShown) out += fmt::format("; or {} more", values.size() - kShown);
  return out;
}

struct Read {
  Statement statement{};
  Said said{};
};

std::vector<Read> read(const KernelLog& log) {
  std::vector<Read> out;
  Reading reading;
  for (const KernelLine& line : log.lines) {
    for (const Kind* kind : kinds_of(line.text)) {
      if (auto said = kind->read(line.text, reading))
        out.push_back({{line.line, kind, line.text}, *std::move(said)});
    }
  }
  return out;
}

}  // namespace

std::size_t Comparison::count(Verdict verdict) const {
  return static_cast<std::size_t>(std::ranges::count(statements, verdict, &Statement::verdict));
}

Comparison compare(const KernelLog& log, const Simulated& boot) {
  std::vector<Read> all = read(log);
  std::map<const Kind*, Statements> of_log;
  for (const Read& r : all) of_log[r.statement.kind].add(r.said);
  // What is the same for all statements that differ in a kind, and of a key.
  std::map<std::pair<const Kind*, std::string_view>, std::string> places;
  std::map<const Kind*, std::string> reasons;
  Answers answers(boot);
  Comparison out;
  for (Read& r : all) {
    Statement& s = r.statement;
    const Kind& kind = *s.kind;
    const Judged judged = kind.judge == nullptr ? Judged{} : kind.judge(boot, r.said);
    if (judged.standing != Standing::compared) {
      s.verdict = judged.standing == Standing::fact ? Verdict::fact : Verdict::unknown;
      s.reason = judged.why;
    } else if (kind.at != nullptr) {
      const auto has = kind.at(boot, r.said);
      if (!has || *has != r.said.value) {
        s.verdict = Verdict::differs;
        s.memmap = has.value_or("nothing of the kind");
      }
    } else if (Statements& simulated = answers.of(kind); !simulated.have(r.said)) {
      s.verdict = Verdict::differs;
      const auto [place, added] = places.try_emplace({&kind, r.said.key});
      if (added) place->second = in_its_place(simulated, r.said.key, of_log[&kind]);
      s.memmap = place->second;
    }
    if (s.verdict == Verdict::differs) {
      const auto [reason, added] = reasons.try_emplace(&kind);
      if (added) reason->second = likely_reason(kind, boot, log);
      s.reason = reason->second;
    }
    out.statements.push_back(std::move(s));
  }
  return out;
}

std::vector<Tally> tallies(const Comparison& comparison) {
  std::vector<Tally> out;
  for (const Kind* kind : kinds()) {
    Tally tally{kind->id, kind->words};
    for (const Statement& s : comparison.statements) {
      if (s.kind != kind) continue;
      tally.agree += s.verdict == Verdict::agrees;
      tally.differ += s.verdict == Verdict::differs;
      tally.unknown += s.verdict == Verdict::unknown;
      tally.facts += s.verdict == Verdict::fact;
    }
    if (tally.agree + tally.differ + tally.unknown + tally.facts != 0) out.push_back(tally);
  }
  return out;
}

boot::LogComparison summary_of(const Comparison& comparison, std::string name) {
  boot::LogComparison out{.name = std::move(name),
                          .statements = comparison.statements_of_log(),
                          .agree = comparison.count(Verdict::agrees),
                          .unknown = comparison.count(Verdict::unknown)};
  for (const Statement& s : comparison.statements) {
    if (s.verdict == Verdict::differs) out.differ.push_back({s.line, s.says, s.memmap, s.reason});
  }
  return out;
}

}  // namespace memmap::witness
