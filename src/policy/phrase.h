// A rule's text taken apart: words and what belongs together, before anybody asks what it means.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace memmap::policy {

enum class PhraseKind : std::uint8_t {
  // Of parts joined: a single part stands for itself.
  either,   // a or b
  both,     // a and b
  sum,      // a, plus or minus, b, ...
  product,  // a * b
  // Statements.
  relation,   // what is said, then perhaps `slots`
  negation,   // not a
  none,       // no THING
  compared,   // `less` ... and the right side; follows the left side within `relation`
  unchanged,  // file, then `except` names, `tolerance`
  range_is,   // range, type
  range_is_not,
  // Quantities.
  percent_of,  // percent, what of
  group,       // ( a )
  thing,       // a noun, then filters
  number,
  percent,
  plus,
  minus,
  // Nouns.
  owner,  // text
  pages,  // number: of the direct map
  huge_pages,
  zone,   // perhaps `quantifier`, perhaps `zone_name`
  node,   // perhaps `quantifier`, perhaps number
  typed,  // type: memory of an e820 type
  event,  // perhaps text
  warning,
  panic,
  figure,
  // Filters.
  in,  // range
  not_in,
  below,  // number
  not_below,
  above,
  not_above,
  between,  // number, number
  at,       // number
  on_node,  // quantifier or number
  of_zone,  // quantifier or zone_name
  of_size,  // number
  except,   // names
  // Words.
  range,       // number, number
  quantifier,  // `every`, `each`, `all`, `some`, `any`
  slots,       // quantifier
  comparison,  // `>=`, `at least`
  zone_name,
  type,
  text,  // without its quotes
  name,  // bare words
  file,
  tolerance,  // number
};

struct Phrase {
  PhraseKind kind{};
  std::string_view text{};  // a piece of the rule's, without blanks around it
  std::size_t at = 0;       // of the rule's text, in bytes
  std::vector<Phrase> parts{};
};

// A mistake, by its place in the rule's text.
struct Mistake {
  std::size_t at = 0;
  std::size_t length = 0;
  std::string message{};
};

// Takes `text`, which must outlive the phrase, apart. The mistake says what was expected at the first
// place where nothing fits, and the word that was probably meant.
std::variant<Phrase, Mistake> read_phrase(std::string_view text);

}  // namespace memmap::policy
