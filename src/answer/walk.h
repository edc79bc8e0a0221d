// How addresses are translated, of one boot: what `memmap walk` answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "boot/outcome.h"
#include "boot/roots.h"
#include "report/answers/address_question.h"
#include "report/form/style.h"
#include "session/arguments.h"

namespace memmap::answer {

using session::Arguments;

struct WalkWish {
  boot::Root root = boot::Root::kernel;
  std::vector<report::AddressQuestion> addresses{};
};

// What --root and ADDRESS say. Errors (all): no such root, what is no address.
Result<WalkWish> walk_wish(const Arguments& arguments);

// `format`: text or json. Error: the boot has no such root, and why.
Result<std::string> walk(const boot::Outcome& outcome, const WalkWish& wish,
                         std::string_view format, const report::TextStyle& style);

}  // namespace memmap::answer
