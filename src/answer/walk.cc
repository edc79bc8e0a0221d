#include "answer/walk.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "account/memory_use.h"
#include "answer/addresses.h"
#include "report/answers/walk.h"

namespace memmap::answer {

Result<WalkWish> walk_wish(const Arguments& arguments) {
  WalkWish out;
  Errors errors;
  auto addresses = addresses_of(arguments);
  if (addresses) {
    out.addresses = *std::move(addresses);
  } else {
    append(errors, addresses.errors());
  }
  const std::string asked = arguments.get("--root").value_or("kernel");
  if (const auto root = boot::root_named(asked)) {
    out.root = *root;
  } else {
    errors.push_back(
        {fmt::format("--root `{}`: {} are the roots", asked, fmt::join(boot::root_names(), ", ")),
         {"memmap"}});
  }
  if (!errors.empty()) return errors;
  return out;
}

Result<std::string> walk(const boot::Outcome& outcome, const WalkWish& wish,
                         std::string_view format, const report::TextStyle& style) {
  if (boot::tables_of(outcome, wish.root) == nullptr) {
    return Error{
        fmt::format("--root {}: {}", boot::name_of(wish.root), boot::why_not(outcome, wish.root)),
        {"memmap"}};
  }
  const std::vector<account::Piece> pieces = account::memory_use(outcome);
  if (format == "json") return report::walk_to_json(outcome, wish.root, pieces, wish.addresses);
  return report::walk_to_text(outcome, wish.root, pieces, wish.addresses, style);
}

}  // namespace memmap::answer
