#include "policy/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/number.h"
#include "base/suggest.h"
#include "machine/e820_words.h"
#include "policy/words.h"

namespace memmap::policy {
namespace {

using Kind = PhraseKind;
using Made = std::optional<Expression>;

constexpr std::uint64_t kTop = std::numeric_limits<std::uint64_t>::max();

std::string_view words_of(Type type) {
  switch (type) {
    case Type::truth:
      return "a statement";
    case Type::bytes:
      return "a size";
    case Type::address:
      return "an address";
    case Type::count:
      return "a count";
  }
  return {};
}

// Of literals alone: a size may stand for an address then.
bool is_constant(const Expression& e) {
  if (e.op == Op::literal) return true;
  if (e.op == Op::fact || e.op == Op::amount) return false;
  return std::ranges::all_of(e.operands, is_constant);
}

bool is_zero(const Expression& e) { return e.op == Op::literal && e.value == 0; }

bool agree(const Expression& a, const Expression& b) {
  if (a.type == b.type || is_zero(a) || is_zero(b)) return true;
  const auto size_for_address = [](const Expression& size, const Expression& address) {
    return size.type == Type::bytes && address.type == Type::address && is_constant(size);
  };
  return size_for_address(a, b) || size_for_address(b, a);
}

std::optional<Noun> zone_noun(std::string_view figure) {
  if (figure == "managed") return Noun::managed;
  if (figure == "present") return Noun::present;
  if (figure == "spanned") return Noun::spanned;
  if (figure == "free") return Noun::free;
  return std::nullopt;
}

bool is_zone_noun(Noun noun) {
  return noun == Noun::managed || noun == Noun::present || noun == Noun::spanned ||
         noun == Noun::free;
}

// A thing that has places, whatever covers them: `memory in A-B` says that all of A-B is memory.
bool is_ground(const Expression& e) {
  return e.noun == Noun::e820 ||
         (e.noun == Noun::thing &&
          (e.thing->name == "memory" || e.thing->name == "reserved" || e.thing->name == "usable"));
}

Type type_of(facts::Unit unit) {
  switch (unit) {
    case facts::Unit::bytes:
      return Type::bytes;
    case facts::Unit::address:
      return Type::address;
    case facts::Unit::count:
      return Type::count;
  }
  return Type::count;
}

// What a thing's filters say, beside which part of it they leave.
struct Said {
  const Phrase* place = nullptr;    // the only filter of place, if there is one
  const Phrase* avoided = nullptr;  // `not in`, `not below`, `not above`
  const Phrase* at = nullptr;
  std::size_t places = 0;
};

class Compiler {
 public:
  explicit Compiler(std::vector<Mistake>& mistakes) : mistakes_(mistakes) {}

  Made truth(const Phrase& p) {
    switch (p.kind) {
      case Kind::either:
        return joined(p, Op::either);
      case Kind::both:
        return joined(p, Op::both);
      case Kind::negation:
        return negation(p);
      case Kind::relation:
        return relation(p, Negated::no);
      case Kind::group:
        return truth(p.parts[0]);
      default:
        return alone(p);
    }
  }

 private:
  enum class Negated { no, yes };
  // A quantifier over nodes or zones that a relation's things have.
  struct Quantified {
    Op op{};
    const Phrase* phrase = nullptr;
  };

  std::nullopt_t wrong(const Phrase& p, std::string message) {
    mistakes_.push_back({p.at, p.text.size(), std::move(message)});
    return std::nullopt;
  }

  static Expression made(Op op, Type type, const Phrase& p) {
    return {.op = op, .type = type, .text = std::string(p.text)};
  }

  Made joined(const Phrase& p, Op op) {
    Expression out = made(op, Type::truth, p);
    bool good = true;
    for (const Phrase& part : p.parts) {
      Made one = truth(part);
      good = good && one;
      if (one) out.operands.push_back(*std::move(one));
    }
    return good ? Made(std::move(out)) : std::nullopt;
  }

  Made negation(const Phrase& p) {
    const Phrase& what = p.parts[0];
    Made one = what.kind == Kind::relation ? relation(what, Negated::yes) : truth(what);
    if (!one) return one;
    Expression out = made(Op::not_, Type::truth, p);
    out.operands.push_back(*std::move(one));
    return out;
  }

  Made relation(const Phrase& p, Negated negated) {
    const Phrase* const slots = p.parts.back().kind == Kind::slots ? &p.parts.back() : nullptr;
    const std::size_t count = p.parts.size() - (slots == nullptr ? 0 : 1);
    const auto outer = std::exchange(quantified_, std::nullopt);
    Made out = count == 2 ? compared(p) : truth(p.parts[0]);
    const auto quantified = std::exchange(quantified_, outer);
    if (!out) return out;
    if (quantified) out = over(*std::move(out), quantified->op);
    return slots == nullptr ? out : over_slots(*std::move(out), *slots, p, negated);
  }

  static Expression over(Expression what, Op op) {
    Expression out{.op = op, .type = Type::truth, .text = what.text};
    out.operands.push_back(std::move(what));
    return out;
  }

  Made over_slots(Expression what, const Phrase& slots, const Phrase& whole, Negated negated) {
    const std::string_view word = slots.parts[0].text;
    if (word == "some") return over(std::move(what), Op::some_slot);
    if (word == "any") {
      if (what.op == Op::none || what.op == Op::avoids)
        return over(std::move(what), Op::every_slot);
      if (negated == Negated::yes) return over(std::move(what), Op::some_slot);
      return wrong(
          slots, "`in any slot` may mean two things here: write `in every slot` or `in some slot`");
    }
    if (negated == Negated::yes)
      return wrong(whole, fmt::format("`not ... {0}` may mean two things: write `(not ...) {0}` or "
                                      "`not (... {0})`",
                                      slots.text));
    return over(std::move(what), Op::every_slot);
  }

  // What stands without a comparison.
  Made alone(const Phrase& p) {
    switch (p.kind) {
      case Kind::unchanged:
        return unchanged(p);
      case Kind::range_is:
      case Kind::range_is_not:
        return range_is(p);
      case Kind::none: {
        Said said;
        Made out = thing(p.parts[0], said);
        if (!out) return out;
        if (said.avoided != nullptr || said.at != nullptr)
          return wrong(p,
                       "`no` takes `in`, `below`, `above`, `on node`, `of zone`: write what there "
                       "must not be, and where");
        if (out->op == Op::fact && out->type == Type::address)
          return wrong(p, fmt::format("`{}` is an address: compare it", p.parts[0].text));
        out = counted(*std::move(out), Op::none, p);
        return out;
      }
      case Kind::thing:
        return statement(p);
      default:
        return wrong(p, fmt::format("`{}` is an amount and says nothing by itself: compare it "
                                    "(`>= 1G`, `== 0`)",
                                    p.text));
    }
  }

  static Expression counted(Expression amount, Op op, const Phrase& p) {
    Expression out = made(op, Type::truth, p);
    out.operands.push_back(std::move(amount));
    return out;
  }

  // `THING in A-B`, `event "..."`.
  Made statement(const Phrase& p) {
    Said said;
    Made out = thing(p, said);
    if (!out) return out;
    if (out->noun == Noun::events && out->op == Op::amount)
      return counted(*std::move(out), Op::some, p);
    if (said.at != nullptr) return begins_at(*std::move(out), p, said);
    if (said.avoided != nullptr) {
      const auto place = place_of(*said.avoided);
      if (!place) return std::nullopt;
      out->op = Op::avoids;
      out->type = Type::truth;
      out->place = *place;
      return out;
    }
    if (said.place != nullptr && said.places == 1 && said.place->kind != Kind::in) {
      if (auto relation = below_or_above(*out, p, *said.place)) return *relation;
    }
    if (out->op == Op::fact || out->filter.empty() || is_zone_noun(out->noun) ||
        out->noun == Noun::huge_pages || out->noun == Noun::direct_map)
      return wrong(p, fmt::format("`{}` is an amount and says nothing by itself: compare it "
                                  "(`>= 1G`, `== 0`), or write `no ...`",
                                  p.text));
    out->type = Type::truth;
    if (!is_ground(*out)) {
      out->op = Op::lies_in;
      return out;
    }
    if (said.place == nullptr || said.places != 1 || said.place->kind != Kind::in)
      return wrong(
          p, fmt::format("how much of it? compare `{}` with a size, or write `no ...`", p.text));
    // Of a place the words of the map are meant: `reserved in A-B` is the e820 table's.
    if (out->noun == Noun::thing && out->thing->name != "memory") {
      out->e820 = out->thing->name == "usable" ? E820Type::ram : E820Type::reserved;
      out->noun = Noun::e820;
    }
    out->op = Op::covers;
    out->place = *out->filter.within;
    out->filter.within.reset();
    return out;
  }

  Made begins_at(Expression out, const Phrase& p, const Said& said) {
    if (said.place != nullptr || out.op == Op::fact || is_ground(out))
      return wrong(p, "`at` takes a thing alone: `crashkernel at 0x...`");
    const auto at = address(said.at->parts[0]);
    if (!at) return std::nullopt;
    out.op = Op::begins_at;
    out.type = Type::truth;
    out.value = *at;
    return out;
  }

  // Of a figure without places `below` and `above` compare.
  std::optional<Made> below_or_above(const Expression& e, const Phrase& p, const Phrase& place) {
    if (place.kind != Kind::below && place.kind != Kind::above) return std::nullopt;
    if (is_ground(e) || is_zone_noun(e.noun))
      if (e.op == Op::amount)
        return Made(
            wrong(p, fmt::format("`{0} {1}` may mean how much or where: write `{0} {2} {3}`, "
                                 "or `no {0} ...`",
                                 p.parts[0].text, place.text, place.kind == Kind::below ? "<" : ">",
                                 place.parts[0].text)));
    if (e.op != Op::fact) return std::nullopt;
    const Made right = number(place.parts[0]);
    if (!right) return Made(std::nullopt);
    Expression left = e;
    left.filter = {};
    const Op op = place.kind == Kind::below ? Op::less
                  : e.type == Type::address ? Op::at_least
                                            : Op::more;
    return compare(std::move(left), op, *right, p);
  }

  Made range_is(const Phrase& p) {
    const auto place = range(p.parts[0]);
    const auto type = type_of(p.parts[1]);
    if (!place || !type) return std::nullopt;
    Expression out = made(Op::covers, Type::truth, p);
    out.noun = Noun::e820;
    out.e820 = *type;
    out.place = *place;
    if (p.kind == Kind::range_is) return out;
    // Not a byte of it.
    out.op = Op::avoids;
    return out;
  }

  Made unchanged(const Phrase& p) {
    Expression out = made(Op::unchanged, Type::truth, p);
    for (const Phrase& part : p.parts) {
      if (part.kind == Kind::file) {
        out.baseline = part.parts.empty() ? part.text : part.parts[0].text;
      } else if (part.kind == Kind::except) {
        for (const Phrase& name : part.parts) out.except.push_back(pattern_of(name));
      } else {
        const Made within = number(part.parts[0]);
        if (!within) return std::nullopt;
        if (within->type != Type::bytes)
          return wrong(part, "`within` takes a size with its unit: `within 1M`");
        out.tolerance = within->value;
      }
    }
    return out;
  }

  // A name in quotes is taken as it stands; bare words stand for all that has them, `hash tables` for
  // `hash table`.
  static std::string pattern_of(const Phrase& name) {
    std::string out(name.text);
    if (name.kind == Kind::text) return out;
    if (out.size() > 3 && out.back() == 's') out.pop_back();
    return "*" + out + "*";
  }

  Made compared(const Phrase& p) {
    const Phrase& right = p.parts[1];
    Made left = amount(p.parts[0]);
    Made other = amount(right.parts[1]);
    if (!left || !other) return std::nullopt;
    std::string_view word = right.parts[0].text;
    if (word.starts_with("is ") && word != "is not") word.remove_prefix(3);
    const Op op = word == ">=" || word.ends_with("least")   ? Op::at_least
                  : word == "<=" || word.ends_with("most")  ? Op::at_most
                  : word == ">" || word.starts_with("more") ? Op::more
                  : word == "<" || word.starts_with("less") ? Op::less
                  : word == "!=" || word == "is not"        ? Op::differs
                                                            : Op::equal;
    return compare(*std::move(left), op, *std::move(other), p);
  }

  Made compare(Expression left, Op op, Expression right, const Phrase& p) {
    if (!agree(left, right)) {
      const bool bare = right.op == Op::literal && right.type == Type::count;
      return wrong(
          p, fmt::format("`{}` is {} and `{}` {}{}", left.text, words_of(left.type), right.text,
                         words_of(right.type),
                         bare ? fmt::format(": write it with a unit, `{0}M` or `{0}G`", right.text)
                              : ": they cannot be compared"));
    }
    Expression out = made(op, Type::truth, p);
    out.operands = {std::move(left), std::move(right)};
    return out;
  }

  Made amount(const Phrase& p) {
    switch (p.kind) {
      case Kind::sum:
        return sum(p);
      case Kind::product:
        return product(p);
      case Kind::percent_of:
        return percent_of(p);
      case Kind::group:
        return amount(p.parts[0]);
      case Kind::relation:
        if (p.parts.size() == 1) return amount(p.parts[0]);
        break;
      case Kind::number:
        return number(p);
      case Kind::thing: {
        Said said;
        Made out = thing(p, said);
        if (out && (said.avoided != nullptr || said.at != nullptr))
          return wrong(p, "an amount takes `in`, `below`, `above`, `on node`, `of zone`");
        if (out && said.place != nullptr && out->op == Op::fact)
          return wrong(p, fmt::format("`{}` has no place", p.parts[0].text));
        if (out && out->noun == Noun::thing && out->op == Op::amount &&
            out->thing->name == "reserved" && said.place != nullptr)
          return wrong(
              p,
              "write `owner \"*\" ...` of what memblock has reserved, `reserved memory ...` of "
              "the e820 table");
        return out;
      }
      default:
        break;
    }
    return wrong(p, fmt::format("`{}` is a statement, an amount is expected here", p.text));
  }

  Made sum(const Phrase& p) {
    Made out = amount(p.parts[0]);
    for (std::size_t i = 1; i + 1 < p.parts.size(); i += 2) {
      Made next = amount(p.parts[i + 1]);
      if (!out || !next) return std::nullopt;
      const bool plus = p.parts[i].kind == Kind::plus;
      const bool both = out->type == Type::address && next->type == Type::address;
      const bool offset = out->type == Type::address && next->type == Type::bytes;
      if (!agree(*out, *next) && !offset)
        return wrong(p, fmt::format("`{}` is {} and `{}` {}: there is no sum of them", out->text,
                                    words_of(out->type), next->text, words_of(next->type)));
      if (both && plus) return wrong(p, "two addresses have no sum");
      Expression whole = made(plus ? Op::add : Op::subtract,
                              both            ? Type::bytes
                              : is_zero(*out) ? next->type
                                              : out->type,
                              p);
      whole.operands = {*std::move(out), *std::move(next)};
      out = std::move(whole);
    }
    return out;
  }

  Made product(const Phrase& p) {
    Made out = amount(p.parts[0]);
    for (std::size_t i = 1; i < p.parts.size(); ++i) {
      Made next = amount(p.parts[i]);
      if (!out || !next) return std::nullopt;
      if ((out->type != Type::count && next->type != Type::count) || out->type == Type::address ||
          next->type == Type::address)
        return wrong(p,
                     fmt::format("`{}` is {} and `{}` {}: one of them must be a count", out->text,
                                 words_of(out->type), next->text, words_of(next->type)));
      Expression whole = made(Op::multiply, out->type == Type::count ? next->type : out->type, p);
      whole.operands = {*std::move(out), *std::move(next)};
      out = std::move(whole);
    }
    return out;
  }

  Made percent_of(const Phrase& p) {
    Made of = amount(p.parts[1]);
    const auto thousandths = percent(p.parts[0]);
    if (!of || !thousandths) return std::nullopt;
    if (of->type == Type::address)
      return wrong(p,
                   fmt::format("`{}` is an address: no percentage of it means anything", of->text));
    Expression out = made(Op::percent, of->type, p);
    out.value = *thousandths;
    out.operands.push_back(*std::move(of));
    return out;
  }

  std::optional<std::uint64_t> percent(const Phrase& p) {
    std::string_view text = p.text;
    text.remove_suffix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    const std::size_t dot = text.find('.');
    const std::string_view fraction = dot == text.npos ? "" : text.substr(dot + 1);
    const auto whole = parse_count(text.substr(0, dot));
    std::uint64_t part = 0;
    for (std::size_t i = 0; i < 3; ++i)
      part = part * 10 + (i < fraction.size() ? static_cast<std::uint64_t>(fraction[i] - '0') : 0);
    if (!whole || *whole > 1'000'000 || (dot != text.npos && fraction.empty()) ||
        fraction.size() > 3 || fraction.find('.') != fraction.npos)
      return wrong(p, "a percentage is a number up to 1000000 with up to three decimals: `97.5%`"),
             std::nullopt;
    return *whole * 1000 + part;
  }

  Made number(const Phrase& p) {
    const bool plain = std::ranges::all_of(p.text, [](char c) { return c >= '0' && c <= '9'; });
    const Result<std::uint64_t> value = plain ? parse_count(p.text) : parse_u64(p.text);
    if (!value) return wrong(p, value.errors().front().message);
    Expression out = made(Op::literal, plain ? Type::count : Type::bytes, p);
    out.value = *value;
    return out;
  }

  std::optional<std::uint64_t> address(const Phrase& p) {
    const Made out = number(p);
    if (!out) return std::nullopt;
    if (out->type == Type::count && out->value != 0)
      return wrong(p, fmt::format("an address has a unit or is hexadecimal: `{}M`, `0x{}`", p.text,
                                  p.text)),
             std::nullopt;
    return out->value;
  }

  // `4G-5G` ends before 5G; `0x100000000-0x13fffffff` ends with that byte, as the kernel prints it.
  std::optional<PhysRange> range(const Phrase& p) {
    const auto from = address(p.parts[0]);
    const auto to = address(p.parts[1]);
    if (!from || !to) return std::nullopt;
    const bool hex = p.parts[1].text.starts_with("0x") || p.parts[1].text.starts_with("0X");
    if (hex && *to % kPageSize == 0 && *to != 0)
      return wrong(
                 p.parts[1],
                 fmt::format("of a hexadecimal range this is the last byte: write {:#x}, or a size "
                             "with its unit for the end",
                             *to - 1)),
             std::nullopt;
    if (*to <= *from || (hex && *to == kTop))
      return wrong(p, *to <= *from ? "the range ends before it starts"
                                   : "a range ends below the last byte of all addresses"),
             std::nullopt;
    return PhysRange::make(*from, hex ? *to + 1 : *to);
  }

  std::optional<PhysRange> place_of(const Phrase& filter) {
    switch (filter.kind) {
      case Kind::in:
      case Kind::not_in:
        return range(filter.parts[0]);
      case Kind::between: {
        const auto from = address(filter.parts[0]);
        const auto to = address(filter.parts[1]);
        if (!from || !to) return std::nullopt;
        if (*to <= *from) return wrong(filter, "the range ends before it starts"), std::nullopt;
        return PhysRange::make(*from, *to);
      }
      default: {
        const auto at = address(filter.parts[0]);
        if (!at) return std::nullopt;
        const bool below = filter.kind == Kind::below || filter.kind == Kind::not_below;
        return below ? PhysRange::make(0, *at) : PhysRange::make(*at, kTop);
      }
    }
  }

  std::optional<E820Type> type_of(const Phrase& p) {
    std::string_view text = p.text;
    if (!text.empty() && (text[0] == '"' || text[0] == '\''))
      text = text.substr(1, text.size() - 2);
    return e820_type_of_word(text);
  }
  static Type type_of(facts::Unit unit) { return policy::type_of(unit); }

  // The noun and its filters. The result is an amount or a fact.
  Made thing(const Phrase& p, Said& said) {
    Made out = noun(p.parts[0], p);
    if (!out) return out;
    out->text = std::string(p.text);
    for (std::size_t i = 1; i < p.parts.size(); ++i) {
      if (!filter(p.parts[i], *out, said)) return std::nullopt;
    }
    if (out->op == Op::fact && !out->filter.empty() && said.place == nullptr)
      return wrong(p, fmt::format("`{}` is not known by node or zone", p.parts[0].text));
    return out;
  }

  Made noun(const Phrase& p, const Phrase& whole) {
    Expression out = made(Op::amount, Type::bytes, p);
    switch (p.kind) {
      case Kind::owner:
        return owner(p, std::move(out));
      case Kind::pages: {
        out.noun = Noun::direct_map;
        out.type = Type::count;
        const Made size = number(p.parts[0]);
        if (!size) return std::nullopt;
        if (size->value != 4 * kKiB && size->value != 2 * kMiB && size->value != kGiB)
          return wrong(p.parts[0], "pages of the direct map have 4K, 2M or 1G");
        out.page_size = size->value;
        return out;
      }
      case Kind::huge_pages:
        out.noun = Noun::huge_pages;
        out.type = Type::count;
        return out;
      case Kind::zone:
        out.noun = Noun::managed;
        return zone(p, std::move(out));
      case Kind::node:
        out.noun = Noun::managed;
        return node(p, std::move(out));
      case Kind::typed:
        out.noun = Noun::e820;
        out.e820 = type_of(p.parts[0]).value_or(E820Type::ram);
        return out;
      case Kind::event:
      case Kind::warning:
      case Kind::panic:
        return events(p, std::move(out));
      default:
        return figure(p, whole, std::move(out));
    }
  }

  Made owner(const Phrase& p, Expression out) {
    out.noun = Noun::owner;
    out.name = p.parts[0].text;
    out.owner = owner_of_words(out.name);
    const bool known =
        out.owner != nullptr || out.name.find('*') != std::string::npos ||
        std::ranges::any_of(owner_words(), [&](std::string_view words) {
          return out.name.starts_with(words) && out.name.substr(words.size()).starts_with(' ');
        });
    if (!known)
      return wrong(
          p.parts[0],
          fmt::format("nothing in memblock is called `{}`{}", out.name,
                      did_you_mean(out.name, owner_words(),
                                   "`memmap show owners` lists them; `*` stands for any text")));
    return out;
  }

  Made events(const Phrase& p, Expression out) {
    out.noun = Noun::events;
    out.type = Type::count;
    if (p.kind == Kind::warning) out.severity = Severity::warning;
    if (p.kind == Kind::panic) out.severity = Severity::panic;
    for (const Phrase& part : p.parts) {
      if (part.kind == Kind::text) out.name = "*" + std::string(part.text) + "*";
      if (part.kind != Kind::except) continue;
      for (const Phrase& name : part.parts)
        out.except.push_back("*" + std::string(name.text) + "*");
    }
    return out;
  }

  Made zone(const Phrase& p, Expression out) {
    bool said = false;
    for (const Phrase& part : p.parts) {
      said = true;
      if (part.kind == Kind::zone_name) {
        out.filter.zone = zone_of_word(part.text);
      } else if (!quantify(part, Op::every_zone, Op::some_zone, out.filter.each_zone)) {
        return std::nullopt;
      }
    }
    if (!said) return wrong(p, "which zone? `zone Normal`, `every zone`");
    // `every zone Normal` is that zone of every node.
    if (out.filter.zone && out.filter.each_zone) {
      out.filter.each_zone = false;
      out.filter.each_node = true;
      quantified_->op = quantified_->op == Op::every_zone ? Op::every_node : Op::some_node;
    }
    return out;
  }

  Made node(const Phrase& p, Expression out) {
    if (!node_filter(p, out)) return std::nullopt;
    return out;
  }

  bool node_filter(const Phrase& p, Expression& out) {
    const Phrase& which = p.parts[0];
    if (which.kind == Kind::quantifier)
      return quantify(which, Op::every_node, Op::some_node, out.filter.each_node);
    const auto nid = parse_count(which.text);
    if (!nid || *nid > 1023) {
      wrong(which, "a node is a number from 0 to 1023");
      return false;
    }
    out.filter.node = static_cast<int>(*nid);
    return true;
  }

  bool quantify(const Phrase& word, Op every, Op some, bool& bound) {
    if (word.text == "any") {
      wrong(word, "`any` may mean two things: write `every` or `some`");
      return false;
    }
    const Op op = word.text == "some" ? some : every;
    if (quantified_ && quantified_->op != op) {
      wrong(word, "one statement goes over nodes or over zones, once: write two");
      return false;
    }
    quantified_ = Quantified{op, &word};
    bound = true;
    return true;
  }

  Made figure(const Phrase& p, const Phrase& whole, Expression out) {
    const bool filtered = whole.parts.size() > 1;
    out.fact = facts::fact_named(p.text);
    if (const auto noun = zone_noun(p.text); noun && filtered) {
      out.noun = *noun;
      return out;
    }
    out.thing = facts::thing_named(p.text);
    if (out.thing != nullptr && (filtered || out.fact == nullptr)) {
      out.noun = Noun::thing;
      if (out.fact != nullptr) out.type = type_of(out.fact->unit);
      return out;
    }
    out.op = Op::fact;
    out.type = type_of(out.fact->unit);
    return out;
  }

  bool filter(const Phrase& p, Expression& out, Said& said) {
    switch (p.kind) {
      case Kind::not_in:
      case Kind::not_below:
      case Kind::not_above:
        said.avoided = &p;
        return placed(p, out);
      case Kind::at:
        said.at = &p;
        return placed(p, out);
      case Kind::on_node:
        return node_filter(p, out);
      case Kind::of_zone:
        if (p.parts[0].kind == Kind::quantifier)
          return quantify(p.parts[0], Op::every_zone, Op::some_zone, out.filter.each_zone);
        out.filter.zone = zone_of_word(p.parts[0].text);
        return true;
      case Kind::of_size:
        return size_filter(p, out);
      default: {
        if (!placed(p, out)) return false;
        const auto place = place_of(p);
        if (!place) return false;
        said.place = &p;
        ++said.places;
        out.filter.within = out.filter.within ? out.filter.within->intersect(*place) : *place;
        return true;
      }
    }
  }

  // Whether the noun has places.
  bool placed(const Phrase& p, const Expression& out) {
    const bool none = out.noun == Noun::events || out.noun == Noun::huge_pages ||
                      (out.op == Op::amount && is_zone_noun(out.noun) && out.noun != Noun::free);
    const bool compares = p.kind == Kind::below || p.kind == Kind::above;
    if (!none && (out.op != Op::fact || compares)) return true;
    wrong(p, fmt::format("`{}` has no place", out.text.substr(0, out.text.find(' '))));
    return false;
  }

  bool size_filter(const Phrase& p, Expression& out) {
    if (out.noun != Noun::huge_pages) {
      wrong(p, "only hugepages are `of` a size");
      return false;
    }
    const Made size = number(p.parts[0]);
    if (!size) return false;
    out.page_size = size->value;
    return true;
  }

  std::vector<Mistake>& mistakes_;
  std::optional<Quantified> quantified_{};
};

}  // namespace

std::variant<std::shared_ptr<const Expression>, std::vector<Mistake>> compile(
    std::string_view text) {
  auto phrase = read_phrase(text);
  if (auto* mistake = std::get_if<Mistake>(&phrase)) return std::vector<Mistake>{*mistake};
  std::vector<Mistake> mistakes;
  Made out = Compiler(mistakes).truth(std::get<Phrase>(phrase));
  if (!out) return mistakes;
  return std::make_shared<const Expression>(*std::move(out));
}

}  // namespace memmap::policy
