// Truths and amounts of one boot. nullopt everywhere: nobody can tell.
#pragma once

#include <map>
#include <optional>

#include "diff/diff.h"
#include "policy/expression.h"
#include "policy/measure.h"
#include "policy/policy.h"

namespace memmap::policy {

// What a rule is evaluated with; the view is made once, where it is needed.
struct Scope {
  const Subject& subject;
  const Rules* rules = nullptr;  // null: no baseline is known
  const boot::Outcome* outcome = nullptr;
  Turn turn{};
  const std::optional<Result<diff::View>>* view = nullptr;
  std::map<const Expression*, diff::Diff>* differences = nullptr;  // those that were made

  Scope at(Turn next) const {
    Scope out = *this;
    out.turn = next;
    return out;
  }
  Scope with(const boot::Outcome& other) const {
    Scope out = *this;
    out.outcome = &other;
    return out;
  }
};

std::optional<Wide> amount(const Expression& e, const Scope& scope);
std::optional<bool> truth(const Expression& e, const Scope& scope);

// The nodes, or the zones with their nodes, that the operand of `e` is held against in turn.
std::vector<Turn> turns(const Expression& e, const boot::Outcome& outcome);

// Of Op::unchanged, made once. nullptr: there is no such baseline, or no view of this boot.
const diff::Diff* difference(const Expression& e, const Scope& scope);

}  // namespace memmap::policy
