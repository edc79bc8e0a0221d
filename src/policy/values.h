// The numbers, places and types of a rule, read where a phrase has them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/expression.h"
#include "policy/phrase.h"

namespace memmap::policy {

using Made = std::optional<Expression>;

// Each reader gives nullopt where its phrase is wrong, which is among the mistakes then.
class Values {
 public:
  explicit Values(std::vector<Mistake>& mistakes) : mistakes_(mistakes) {}

  std::nullopt_t wrong(const Phrase& p, std::string message) {
    mistakes_.push_back({p.at, p.text.size(), std::move(message)});
    return std::nullopt;
  }
  static Expression made(Op op, Type type, const Phrase& p) {
    return {.op = op, .type = type, .text = std::string(p.text)};
  }

  // A literal: a count where it is plain decimal, else a size.
  Made number(const Phrase& p);
  std::optional<std::uint64_t> address(const Phrase& p);
  std::optional<std::uint64_t> percent(const Phrase& p);  // thousandths of a percent
  // `4G-5G` ends before 5G; `0x100000000-0x13fffffff` ends with that byte, as the kernel prints it.
  std::optional<PhysRange> range(const Phrase& p);
  // Of a filter of place: `in`, `below`, `above`, `between` and what `not` makes of them.
  std::optional<PhysRange> place_of(const Phrase& filter);
  static std::optional<E820Type> e820_type(const Phrase& p);

 private:
  std::vector<Mistake>& mistakes_;
};

}  // namespace memmap::policy
