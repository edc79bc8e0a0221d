// Any bytes as a rule and as a policy: read, or told what is wrong at a place within; a rule that is read
// is judged alike twice, and of `not` the opposite.
#include "policy/policy.h"

#include <cstdint>
#include <string>

#include "base/check.h"
#include "fuzz/target.h"

FUZZ_TARGET(policy)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  const std::string text(reinterpret_cast<const char*>(data), size);
  boot::Outcome outcome;
  outcome.installed_ram = 4 * kGiB;
  outcome.totals.memory = 3 * kGiB;
  const policy::Subject subject{.outcome = outcome};
  const auto rule = policy::read_rule("rule", text);
  if (rule) {
    const auto is = policy::holds(*rule, subject);
    MEMMAP_CHECK(policy::holds(*rule, subject) == is, text);
    if (const auto opposite = policy::read_rule("rule", "not (" + text + ")"))
      MEMMAP_CHECK(
          policy::holds(*opposite, subject) == (is ? std::optional<bool>(!*is) : std::nullopt),
          text);
    policy::Rules rules{{*rule}, {}};
    policy::evaluate(rules, subject);
  } else {
    for (const Error& e : rule.errors()) {
      MEMMAP_CHECK(!e.message.empty(), "no message");
      MEMMAP_CHECK(e.origin.column >= 1 && e.origin.column <= text.size() + 1, e.message);
    }
  }
  if (const auto policy = policy::read_policy("p.yaml", text))
    policy::evaluate(policy->rules, subject);
  return 0;
}
