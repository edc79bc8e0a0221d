#include "witness/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "witness/kinds.h"
#include "witness/reasons.h"

namespace memmap::witness {
namespace {

// What the boot says of one kind, made when the first statement of the kind is met.
class Answers {
 public:
  explicit Answers(const Simulated& boot) : boot_(boot) {}

  const std::vector<Said>& of(const Kind& kind) {
    const auto [at, added] = answers_.try_emplace(&kind);
    if (!added) return at->second;
    if (kind.simulated != nullptr) {
      at->second = kind.simulated(boot_);
    } else {
      at->second = from_events(kind);
    }
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
  std::map<const Kind*, std::vector<Said>> answers_{};
};

// What stands in the statement's place: what is said of the same thing, first what no statement of
// the log says.
std::string in_its_place(const std::vector<Said>& answers, const Said& said,
                         const std::vector<Said>& log) {
  constexpr std::size_t kShown = 2;
  std::vector<std::string_view> values;
  const auto of_key = [&](bool told) {
    for (const Said& answer : answers) {
      if (answer.key == said.key && (std::ranges::find(log, answer) != log.end()) == told)
        values.push_back(answer.value);
    }
  };
  of_key(false);
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
  std::map<const Kind*, std::vector<Said>> of_log;
  for (const Read& r : all) of_log[r.statement.kind].push_back(r.said);
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
    } else if (const auto& simulated = answers.of(kind);
               std::ranges::find(simulated, r.said) == simulated.end()) {
      s.verdict = Verdict::differs;
      s.memmap = in_its_place(simulated, r.said, of_log[&kind]);
    }
    if (s.verdict == Verdict::differs) s.reason = likely_reason(kind, boot, log);
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
