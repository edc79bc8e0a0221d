#include "answer/addresses.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/number.h"

namespace memmap::answer {
namespace {

constexpr std::string_view kPhysical = "phys:";
constexpr std::string_view kVirtual = "virt:";
constexpr unsigned kMaxPhysicalBits = 52;

Result<report::AddressQuestion> question_of(std::string_view text) {
  const bool physical = text.starts_with(kPhysical);
  const bool is_said = physical || text.starts_with(kVirtual);
  const std::string_view number = is_said ? text.substr(kPhysical.size()) : text;
  const auto address = parse_u64(number);
  if (!address) {
    return Error{fmt::format("ADDRESS `{}`: {}", text, address.errors().front().message),
                 {"memmap"}};
  }
  const bool can_be_physical = *address >> kMaxPhysicalBits == 0;
  if (physical && !can_be_physical) {
    return Error{fmt::format("ADDRESS `{}`: physical addresses of x86-64 have at most {} bits",
                             text, kMaxPhysicalBits),
                 {"memmap"}};
  }
  return report::AddressQuestion{*address, is_said ? physical : can_be_physical};
}

}  // namespace

Result<std::vector<report::AddressQuestion>> addresses_of(const Arguments& arguments) {
  std::vector<report::AddressQuestion> questions;
  Errors errors;
  const std::string asked = arguments.get("ADDRESS").value_or("");
  for (std::size_t at = 0; at <= asked.size();) {
    const std::size_t comma = std::min(asked.find(',', at), asked.size());
    const auto question = question_of(std::string_view(asked).substr(at, comma - at));
    at = comma + 1;
    if (question) {
      questions.push_back(*question);
    } else {
      append(errors, question.errors());
    }
  }
  if (!errors.empty()) return errors;
  return questions;
}

}  // namespace memmap::answer
