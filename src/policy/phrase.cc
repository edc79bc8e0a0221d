#include "policy/phrase.h"

#include <algorithm>
#include <array>
#include <memory>
#include <tao/pegtl.hpp>
#include <tao/pegtl/contrib/parse_tree.hpp>

#include "base/limits.h"
#include "base/suggest.h"
#include "facts/facts.h"
#include "machine/e820_words.h"
#include "policy/words.h"

namespace memmap::policy {
namespace {

namespace pegtl = tao::pegtl;
using Kind = PhraseKind;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

// What could have stood at the place that reading came to last.
struct Expected {
  std::size_t at = 0;
  std::vector<std::string_view> what{};  // as messages show it, each once
  bool figures = false;                  // names of figures too
  bool types = false;                    // of e820 types
  bool zones = false;

  // False: an earlier place.
  bool note(std::size_t place, std::string_view expected) {
    if (place < at) return false;
    if (place > at) *this = {.at = place};
    if (std::ranges::find(what, expected) == what.end()) what.push_back(expected);
    return true;
  }
};

// Words as template arguments: word<"below">.
template <std::size_t kSize>
struct Literal {
  constexpr Literal(const char (&text)[kSize]) { std::copy_n(text, kSize, chars.data()); }
  constexpr std::string_view view() const { return {chars.data(), kSize - 1}; }
  std::array<char, kSize> chars{};
};

// Rules are named as PEGTL's are.
// NOLINTBEGIN(readability-identifier-naming)

// A token: matches what `length_of` says at the start of what is left, and the blanks behind it.
template <class Token>
struct token {
  using rule_t = token;
  using subs_t = pegtl::empty_list;
  template <class Input>
  static bool match(Input& in) {
    const std::string_view rest(in.current(), in.size());
    const std::size_t length = Token::length_of(rest);
    if (length == 0) return false;
    std::size_t end = length;
    while (end < rest.size() && is_blank(rest[end])) ++end;
    in.bump(end);
    return true;
  }
};

std::size_t word_length(std::string_view rest) {
  return static_cast<std::size_t>(std::ranges::find_if_not(rest, in_word) - rest.begin());
}

template <Literal kWord>
struct word : token<word<kWord>> {
  static constexpr std::string_view expected() { return kWord.view(); }
  static std::size_t length_of(std::string_view rest) {
    const std::size_t length = word_length(rest);
    return rest.substr(0, length) == kWord.view() ? length : 0;
  }
};

template <Literal kSymbol>
struct symbol : token<symbol<kSymbol>> {
  static constexpr std::string_view expected() { return kSymbol.view(); }
  static std::size_t length_of(std::string_view rest) {
    return rest.starts_with(kSymbol.view()) ? kSymbol.view().size() : 0;
  }
};

struct number : token<number> {
  static constexpr Kind kind = Kind::number;
  static constexpr std::string_view expected() { return "a number"; }
  static std::size_t length_of(std::string_view rest) {
    return !rest.empty() && is_digit(rest[0]) ? word_length(rest) : 0;
  }
};

struct percent : token<percent> {
  static constexpr Kind kind = Kind::percent;
  static constexpr std::string_view expected() { return "a percentage"; }
  static std::size_t length_of(std::string_view rest) {
    std::size_t at = 0;
    while (at < rest.size() && (is_digit(rest[at]) || (at != 0 && rest[at] == '.'))) ++at;
    if (at == 0) return 0;
    while (at < rest.size() && is_blank(rest[at])) ++at;
    return at < rest.size() && rest[at] == '%' ? at + 1 : 0;
  }
};

struct text : token<text> {
  static constexpr Kind kind = Kind::text;
  static constexpr std::string_view expected() { return "a text in quotes"; }
  static std::size_t length_of(std::string_view rest) {
    if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) return 0;
    const std::size_t end = rest.find(rest[0], 1);
    return end == rest.npos ? 0 : end + 1;
  }
};

struct figure : token<figure> {
  static constexpr Kind kind = Kind::figure;
  static constexpr std::string_view expected() { return "a figure's name"; }
  static std::size_t length_of(std::string_view rest) {
    const std::size_t length = word_length(rest);
    return is_figure(rest.substr(0, length)) ? length : 0;
  }
};

struct type : token<type> {
  static constexpr Kind kind = Kind::type;
  static constexpr std::string_view expected() { return "an e820 type"; }
  static std::size_t length_of(std::string_view rest) {
    if (const std::size_t quoted = text::length_of(rest); quoted != 0)
      return e820_type_of_word(rest.substr(1, quoted - 2)) ? quoted : 0;
    const std::size_t length = word_length(rest);
    return e820_type_of_word(rest.substr(0, length)) ? length : 0;
  }
};

struct zone_name : token<zone_name> {
  static constexpr Kind kind = Kind::zone_name;
  static constexpr std::string_view expected() { return "a zone: DMA, DMA32, Normal or Movable"; }
  static std::size_t length_of(std::string_view rest) {
    const std::size_t length = word_length(rest);
    return zone_of_word(rest.substr(0, length)) ? length : 0;
  }
};

// Up to a blank or a parenthesis.
struct bare_file : token<bare_file> {
  static constexpr std::string_view expected() { return "a file's name"; }
  static std::size_t length_of(std::string_view rest) {
    std::size_t at = 0;
    while (at < rest.size() && !is_blank(rest[at]) && rest[at] != '(' && rest[at] != ')' &&
           rest[at] != '"' && rest[at] != '\'' && rest[at] != ',')
      ++at;
    return at;
  }
};

// Words up to a comma, a parenthesis or a word that goes on with the rule.
struct name : token<name> {
  static constexpr Kind kind = Kind::name;
  static constexpr std::string_view expected() { return "a name"; }
  static bool ends(std::string_view w) {
    return w == "and" || w == "or" || w == "within" || w == "in";
  }
  static std::size_t length_of(std::string_view rest) {
    std::size_t end = 0;
    std::size_t at = 0;
    while (at < rest.size()) {
      const std::size_t stop = std::min(rest.find_first_of(" \t\r\n,()\"'", at), rest.size());
      if (stop == at || ends(rest.substr(at, stop - at))) break;
      end = stop;
      at = stop;
      while (at < rest.size() && is_blank(rest[at])) ++at;
    }
    return end;
  }
};

// clang-format off
template <Literal... kWords> struct any_word : pegtl::sor<word<kWords>...> {};
template <class... Parts> using seq = pegtl::seq<Parts...>;
template <class... Parts> using sor = pegtl::sor<Parts...>;
template <class Part> using opt = pegtl::opt<Part>;

struct every      : any_word<"every", "each", "all"> { };
struct quantifier : sor<every, any_word<"some", "any">> { static constexpr Kind kind = Kind::quantifier; };
struct slot_word  : any_word<"slot", "slots"> {};
struct slots      : seq<word<"in">, quantifier, slot_word> { static constexpr Kind kind = Kind::slots; };

struct range      : seq<number, symbol<"-">, number> { static constexpr Kind kind = Kind::range; };
struct in         : seq<word<"in">, range>      { static constexpr Kind kind = Kind::in; };
struct below      : seq<word<"below">, number>  { static constexpr Kind kind = Kind::below; };
struct above      : seq<word<"above">, number>  { static constexpr Kind kind = Kind::above; };
struct not_in     : sor<seq<word<"not">, word<"in">, range>, seq<word<"outside">, range>> { static constexpr Kind kind = Kind::not_in; };
struct not_below  : seq<word<"not">, word<"below">, number> { static constexpr Kind kind = Kind::not_below; };
struct not_above  : seq<word<"not">, word<"above">, number> { static constexpr Kind kind = Kind::not_above; };
struct between    : seq<word<"between">, number, word<"and">, number> { static constexpr Kind kind = Kind::between; };
struct at_place   : seq<word<"at">, number>     { static constexpr Kind kind = Kind::at; };
struct node_word  : any_word<"node", "nodes"> {};
struct on_node    : seq<any_word<"on", "of">, sor<seq<quantifier, node_word>, seq<word<"node">, number>>> { static constexpr Kind kind = Kind::on_node; };
struct zone_word  : any_word<"zone", "zones"> {};
struct of_zone    : seq<any_word<"of", "in">, sor<seq<quantifier, zone_word>, seq<word<"zone">, zone_name>>> { static constexpr Kind kind = Kind::of_zone; };
struct of_size    : seq<word<"of">, number>     { static constexpr Kind kind = Kind::of_size; };
struct names      : pegtl::list<sor<text, name>, symbol<",">> {};
struct except     : seq<word<"except">, names>  { static constexpr Kind kind = Kind::except; };
struct filter     : sor<in, not_in, below, not_below, above, not_above, between, at_place, on_node, of_zone, of_size> {};

struct the        : opt<word<"the">> {};
struct owner      : seq<word<"owner">, text>    { static constexpr Kind kind = Kind::owner; };
struct pages      : seq<number, any_word<"pages", "page">, word<"in">, the, word<"direct">, word<"map">> { static constexpr Kind kind = Kind::pages; };
struct huge_pages : sor<word<"hugepages">, seq<word<"huge">, word<"pages">>> { static constexpr Kind kind = Kind::huge_pages; };
struct zone       : seq<opt<quantifier>, zone_word, opt<zone_name>> { static constexpr Kind kind = Kind::zone; };
struct node       : sor<seq<quantifier, node_word>, seq<word<"node">, number>> { static constexpr Kind kind = Kind::node; };
struct typed      : seq<type, word<"memory">>   { static constexpr Kind kind = Kind::typed; };
struct event      : seq<any_word<"event", "events">, text>            { static constexpr Kind kind = Kind::event; };
struct warning    : seq<any_word<"warning", "warnings">, opt<sor<text, except>>> { static constexpr Kind kind = Kind::warning; };
struct panic      : seq<any_word<"panic", "panics">, opt<text>>       { static constexpr Kind kind = Kind::panic; };
struct noun       : sor<owner, pages, huge_pages, zone, node, typed, event, warning, panic, figure> {};
struct thing      : seq<noun, pegtl::star<filter>> { static constexpr Kind kind = Kind::thing; };

struct either;
struct factor;
struct group      : seq<symbol<"(">, either, symbol<")">> { static constexpr Kind kind = Kind::group; };
struct percent_of : seq<percent, word<"of">, factor>      { static constexpr Kind kind = Kind::percent_of; };
struct factor     : sor<group, percent_of, thing, number> {};
struct product    : pegtl::list<factor, symbol<"*">>      { static constexpr Kind kind = Kind::product; };
struct plus       : symbol<"+">                           { static constexpr Kind kind = Kind::plus; };
struct minus      : symbol<"-">                           { static constexpr Kind kind = Kind::minus; };
struct sum        : pegtl::list<product, sor<plus, minus>> { static constexpr Kind kind = Kind::sum; };

struct than_words : sor<seq<any_word<"at">, any_word<"least", "most">>, seq<any_word<"more", "less">, word<"than">>> {};
struct comparison : sor<symbol<">=">, symbol<"<=">, symbol<"==">, symbol<"!=">, symbol<">">, symbol<"<">, symbol<"=">,
                        seq<word<"is">, sor<than_words, opt<word<"not">>>>, than_words> { static constexpr Kind kind = Kind::comparison; };
struct compared   : seq<comparison, sum>                  { static constexpr Kind kind = Kind::compared; };

struct file       : sor<text, bare_file>                  { static constexpr Kind kind = Kind::file; };
struct tolerance  : seq<word<"within">, number>           { static constexpr Kind kind = Kind::tolerance; };
struct unchanged  : seq<word<"unchanged">, word<"since">, file, opt<except>, opt<tolerance>> { static constexpr Kind kind = Kind::unchanged; };
struct range_is   : seq<range, word<"is">, type>          { static constexpr Kind kind = Kind::range_is; };
struct range_is_not : seq<range, word<"is">, word<"not">, type> { static constexpr Kind kind = Kind::range_is_not; };
struct none       : seq<word<"no">, thing>                { static constexpr Kind kind = Kind::none; };
struct said       : sor<unchanged, none, range_is, range_is_not, seq<sum, opt<compared>>> {};
struct relation   : seq<said, opt<slots>>                 { static constexpr Kind kind = Kind::relation; };
struct statement;
struct negation   : seq<word<"not">, statement>           { static constexpr Kind kind = Kind::negation; };
struct statement  : sor<negation, relation> {};
struct both       : pegtl::list<statement, word<"and">>   { static constexpr Kind kind = Kind::both; };
struct either     : pegtl::list<both, word<"or">>         { static constexpr Kind kind = Kind::either; };
struct rule       : seq<pegtl::star<pegtl::space>, either, pegtl::eof> {};
// clang-format on
// NOLINTEND(readability-identifier-naming)

// Knows its kind, from the rule that made it.
struct Node : pegtl::parse_tree::basic_node<Node> {
  Kind kind{};
  template <class Rule, class Input, class... States>
  void success(const Input& in, States&&... states) {
    pegtl::parse_tree::basic_node<Node>::success<Rule>(in, states...);
    if constexpr (requires { Rule::kind; }) kind = Rule::kind;
  }
};

template <class Rule>
    struct Selected : std::bool_constant < requires {
  Rule::kind;
} > {};

template <class Rule>
struct Control : pegtl::normal<Rule> {
  template <class Input, class... States>
  static void failure(const Input& in, Expected& expected, States&&...) {
    if constexpr (requires { Rule::expected(); }) {
      if (!expected.note(in.position().byte, Rule::expected())) return;
      expected.figures = expected.figures || std::is_same_v<Rule, figure>;
      expected.types = expected.types || std::is_same_v<Rule, type>;
      expected.zones = expected.zones || std::is_same_v<Rule, zone_name>;
    }
  }
};

bool stands_for_its_part(Kind kind) {
  return kind == Kind::either || kind == Kind::both || kind == Kind::sum || kind == Kind::product;
}

Phrase phrase_of(const Node& node, std::string_view whole) {
  if (stands_for_its_part(node.kind) && node.children.size() == 1)
    return phrase_of(*node.children.front(), whole);
  Phrase out{.kind = node.kind, .at = node.m_begin.byte};
  out.text = whole.substr(out.at, node.m_end.byte - out.at);
  while (!out.text.empty() && is_blank(out.text.back())) out.text.remove_suffix(1);
  if (out.kind == Kind::text) out.text = out.text.substr(1, out.text.size() - 2);
  for (const auto& child : node.children) out.parts.push_back(phrase_of(*child, whole));
  return out;
}

std::vector<std::string_view> candidates(const Expected& expected) {
  std::vector<std::string_view> out;
  for (const std::string_view what : expected.what)
    if (std::ranges::all_of(what, in_word)) out.push_back(what);
  if (expected.figures) out.insert(out.end(), figure_names().begin(), figure_names().end());
  if (expected.types) out.insert(out.end(), e820_words().begin(), e820_words().end());
  if (expected.zones) out.insert(out.end(), zone_words().begin(), zone_words().end());
  return out;
}

std::string listed(const Expected& expected) {
  // Of the start of a statement there are too many to list.
  constexpr std::size_t kMost = 9;
  if (expected.figures)
    return "a figure (`mem_total`), a thing (`owner \"initrd\"`), a number or `no` is expected "
           "here";
  std::string out;
  const std::size_t shown = std::min(expected.what.size(), kMost);
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string_view what = expected.what[i];
    const bool phrase = what.find(' ') != what.npos;
    out += i == 0 ? "" : i + 1 == shown ? " or " : ", ";
    out += phrase ? std::string(what) : "`" + std::string(what) + "`";
  }
  return out + (expected.what.size() > kMost ? ", ... are expected here" : " is expected here");
}

Mistake mistake_at(std::string_view whole, const Expected& expected) {
  const std::string_view rest = whole.substr(std::min(expected.at, whole.size()));
  Mistake out{.at = expected.at};
  if (!rest.empty() && (rest[0] == '"' || rest[0] == '\'') && rest.find(rest[0], 1) == rest.npos) {
    out.length = rest.size();
    out.message = "the quote is not closed";
    return out;
  }
  out.length = std::max<std::size_t>(word_length(rest), rest.empty() ? 0 : 1);
  const std::string_view found = rest.substr(0, out.length);
  const auto known = candidates(expected);
  const auto near = found.size() > 1 ? closest(found, known) : std::nullopt;
  if (rest.empty()) {
    out.message = "the rule ends too early: " + listed(expected);
  } else if (near && *near != found) {
    out.message = "`" + std::string(found) + "` is not known here; did you mean `" +
                  std::string(*near) + "`?";
  } else {
    out.message = "`" + std::string(found) + "` does not fit: " + listed(expected);
  }
  return out;
}

// How deep parentheses and `not` nest: reading takes that much of the stack.
std::size_t depth_of(std::string_view text) {
  std::size_t depth = 0;
  std::size_t most = 0;
  std::size_t nots = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') most = std::max(most, ++depth);
    if (text[i] == ')' && depth != 0) --depth;
    if (text.substr(i).starts_with("not")) ++nots;
  }
  return most + nots;
}

}  // namespace

std::variant<Phrase, Mistake> read_phrase(std::string_view text) {
  if (text.size() > limit_of(Limit::rule_size)) {
    return Mistake{0, text.size(),
                   "the rule is too long, write several: " + beyond(Limit::rule_size, text.size())};
  }
  if (depth_of(text) > limit_of(Limit::rule_depth)) {
    return Mistake{
        0, text.size(),
        "too many parentheses and `not`, write several rules: " + beyond(Limit::rule_depth)};
  }
  if (std::ranges::all_of(text, is_blank)) return Mistake{0, text.size(), "the rule is empty"};
  Expected expected;
  try {
    pegtl::memory_input<pegtl::tracking_mode::eager> in(text.data(), text.size(), "");
    const auto tree =
        pegtl::parse_tree::parse<rule, Node, Selected, pegtl::nothing, Control>(in, expected);
    if (tree != nullptr && !tree->children.empty()) return phrase_of(*tree->children.front(), text);
  } catch (const pegtl::parse_error&) {
    // Nothing in the grammar throws: it backtracks, and what it tried is in `expected`.
  }
  return mistake_at(text, expected);
}

}  // namespace memmap::policy
