#include "policy/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "policy/nouns.h"

namespace memmap::policy {
namespace {

using Kind = PhraseKind;

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

class Compiler : private Nouns {
 public:
  using Nouns::Nouns;

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
    if (quantified) out = over(*std::move(out), *quantified);
    return slots == nullptr ? out : over_slots(*std::move(out), *slots, p, negated);
  }

  static Expression over(Expression what, Op op) {
    Expression out{.op = op, .type = Type::truth, .text = what.text};
    out.operands.push_back(std::move(what));
    return out;
  }

  static bool looks_at_a_baseline(const Expression& e) {
    return e.op == Op::unchanged || std::ranges::any_of(e.operands, looks_at_a_baseline);
  }

  Made over_slots(Expression what, const Phrase& slots, const Phrase& whole, Negated negated) {
    if (looks_at_a_baseline(what))
      return wrong(slots, "`unchanged since` holds one boot against its baseline, not each slot");
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
        if (out->op == Op::fact && said.place != nullptr)
          return wrong(p, fmt::format("`{}` has no place", p.parts[0].parts[0].text));
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
    const auto type = e820_type(p.parts[1]);
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
