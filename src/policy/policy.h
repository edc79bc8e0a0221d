// What must hold of a boot, in words that people write: rules, the files that hold them, and what
// becomes of a rule on one boot.
//
//   mem_total >= 97% of installed
//   crashkernel below 4G and crashkernel >= 256M
//   no 4K pages in the direct map above 1G
//
// share/doc/check.md has the language.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "boot/outcome.h"
#include "diff/view.h"
#include "input/document/document.h"
#include "input/document/named.h"

namespace memmap::policy {

struct Expression;

// What it means that a rule does not hold.
enum class Level {
  error,    // the check fails
  warning,  // it is told, no more
};
std::string_view name_of(Level level);  // `error`

struct Rule {
  std::string text{};  // as it was written
  std::string name{};  // for lists and reports: the file's, or the text
  std::string why{};   // in the author's words; may be empty
  Origin origin{};     // where the text stands
  Level level = Level::error;
  // Never null. Const and shared: copies of a rule are cheap, and several threads may read one.
  std::shared_ptr<const Expression> holds{};
  std::shared_ptr<const Expression> when{};  // null: always
};

// A kept result that a rule names.
struct Baseline {
  std::string path{};                        // as it was written
  Origin origin{};                           // where
  std::shared_ptr<const diff::View> view{};  // null until it is read
};

struct Rules {
  std::vector<Rule> rules{};
  std::vector<Baseline> baselines{};  // each path once, in the order of the rules

  // Some rule asks for boots at other places of the kernel's image.
  bool asks_for_slots() const;
  // Some rule holds a boot against a baseline: Subject::view is needed.
  bool asks_for_view() const { return !baselines.empty(); }
};

// Reads one rule, which stands nowhere in a file: `name` takes a file's place in messages.
Result<Rule> read_rule(const std::string& name, std::string_view text);

// The list below `require:` in a document, a policy's or another's. What is wrong is told to
// `faults`, with the place of each mistake in its text; the rest is read.
Rules read_rules(const input::Document& document, input::ValueId list,
                 input::DocumentFaults& faults);

// A whole policy file: what to boot, and what must hold then. Paths are as written: relative to the
// file.
struct Policy {
  std::string file{};
  std::string title{};
  std::vector<input::Named> machines{};  // files, folders or patterns; empty: the caller names one
  std::vector<input::Named> kernels{};   // names or files; empty: the machine's own
  std::optional<input::Named> config{};
  std::optional<std::string> command_line{};
  std::vector<std::string> appends{};   // each is a boot of its own; empty: nothing is added
  std::vector<input::Named> plugins{};  // as --plugin takes them
  Rules rules{};
};

// Errors (all): what is no YAML, no key, no value of one, no rule.
Result<Policy> read_policy(const std::string& name, std::string_view bytes);

// Fills in the baselines: `read` gives the bytes of one. Errors (all): those of `read` and of
// diff::read_view(), which refuses another version's.
Status read_baselines(Rules& rules,
                      const std::function<Result<std::string>(const Baseline& baseline)>& read);

enum class Answer {
  passed,
  failed,   // it does not hold, or nobody can tell
  skipped,  // its `when` does not hold
};
std::string_view name_of(Answer answer);  // `passed`

// What became of a rule. The words are there where it failed.
struct Verdict {
  const Rule* rule = nullptr;  // of the Rules that were evaluated, which must outlive it
  Answer answer = Answer::passed;
  std::string actual{};   // `crashkernel is 128M`
  std::string because{};  // what that came of: the kernel function, owner or event; may be empty
  std::string remedy{};   // the nearest change that would do; evaluate() leaves it empty
  // Names behind the `except` of an `unchanged` which nothing has, in the baseline or this boot.
  std::vector<std::string> idle{};

  bool fails() const { return answer == Answer::failed && rule->level == Level::error; }
};

// What rules are held against: a boot, and what is made only where a rule asks for it.
struct Subject {
  const boot::Outcome& outcome;
  // Calls `look` with a boot for each place of the kernel's image, until it says false. Empty: `outcome`
  // is taken for the only one.
  using Look = std::function<bool(PhysAddr place, const boot::Outcome& outcome)>;
  std::function<Status(const Look& look)> every_slot{};
  // `outcome` as kept results are. Empty: rules that hold it against a baseline fail.
  std::function<Result<diff::View>()> view{};
};

// One for each rule, in their order. A rule of figures alone takes microseconds and, while it holds,
// allocates nothing. Safe to call from several threads with the same `rules`.
std::vector<Verdict> evaluate(const Rules& rules, const Subject& subject);

// The sizes that the rule writes down, each once: what a parameter might be set to.
std::vector<std::uint64_t> sizes_in(const Rule& rule);

// The rule asks for boots at other places, or for a baseline: it takes more than one boot to judge it.
bool goes_over_boots(const Rule& rule);

// Whether the rule alone holds: evaluate() without words. nullopt: nobody can tell.
std::optional<bool> holds(const Rule& rule, const Subject& subject);

}  // namespace memmap::policy
