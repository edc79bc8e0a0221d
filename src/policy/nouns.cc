#include "policy/nouns.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/number.h"
#include "base/suggest.h"
#include "policy/words.h"

namespace memmap::policy {
namespace {

using Kind = PhraseKind;

std::optional<Noun> zone_noun(std::string_view figure) {
  if (figure == "managed") return Noun::managed;
  if (figure == "present") return Noun::present;
  if (figure == "spanned") return Noun::spanned;
  if (figure == "free") return Noun::free;
  return std::nullopt;
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

}  // namespace

bool is_zone_noun(Noun noun) {
  return noun == Noun::managed || noun == Noun::present || noun == Noun::spanned ||
         noun == Noun::free;
}

// A thing that has places, whatever covers them: `memory in A-B` says that all of A-B is memory.
bool is_ground(const Expression& e) {
  return e.noun == Noun::e820 ||
         (e.noun == Noun::thing && e.thing != nullptr &&
          (e.thing->name == "memory" || e.thing->name == "reserved" || e.thing->name == "usable"));
}

Made Nouns::thing(const Phrase& p, Said& said) {
  Made out = noun(p.parts[0], p);
  if (!out) return out;
  out->text = std::string(p.text);
  for (std::size_t i = 1; i < p.parts.size(); ++i) {
    if (!filter(p.parts[i], *out, said)) return std::nullopt;
  }
  const Filter& f = out->filter;
  const bool by_node = f.node || f.zone || f.each_node || f.each_zone;
  if (by_node && (out->op == Op::fact || out->noun == Noun::events))
    return wrong(p, fmt::format("`{}` is not known by node or zone", p.parts[0].text));
  return out;
}

Made Nouns::noun(const Phrase& p, const Phrase& whole) {
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
      out.e820 = e820_type(p.parts[0]).value_or(E820Type::ram);
      return out;
    case Kind::event:
    case Kind::warning:
    case Kind::panic:
      return events(p, std::move(out));
    default:
      return figure(p, whole, std::move(out));
  }
}

Made Nouns::owner(const Phrase& p, Expression out) {
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

Made Nouns::events(const Phrase& p, Expression out) {
  out.noun = Noun::events;
  out.type = Type::count;
  if (p.kind == Kind::warning) out.severity = Severity::warning;
  if (p.kind == Kind::panic) out.severity = Severity::panic;
  for (const Phrase& part : p.parts) {
    if (part.kind == Kind::text) out.name = "*" + std::string(part.text) + "*";
    if (part.kind != Kind::except) continue;
    for (const Phrase& name : part.parts) out.except.push_back("*" + std::string(name.text) + "*");
  }
  return out;
}

Made Nouns::zone(const Phrase& p, Expression out) {
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
    quantified_ = quantified_ == Op::every_zone ? Op::every_node : Op::some_node;
  }
  return out;
}

Made Nouns::node(const Phrase& p, Expression out) {
  if (!node_filter(p, out)) return std::nullopt;
  return out;
}

bool Nouns::node_filter(const Phrase& p, Expression& out) {
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

bool Nouns::quantify(const Phrase& word, Op every, Op some, bool& bound) {
  if (word.text == "any") {
    wrong(word, "`any` may mean two things: write `every` or `some`");
    return false;
  }
  const Op op = word.text == "some" ? some : every;
  if (quantified_ && *quantified_ != op) {
    wrong(word, "one statement goes over nodes or over zones, once: write two");
    return false;
  }
  quantified_ = op;
  bound = true;
  return true;
}

Made Nouns::figure(const Phrase& p, const Phrase& whole, Expression out) {
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

bool Nouns::filter(const Phrase& p, Expression& out, Said& said) {
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
      if (out.filter.node || out.filter.each_node) {
        wrong(p, "a second node: one statement is about one, or about every node");
        return false;
      }
      return node_filter(p, out);
    case Kind::of_zone:
      if (out.filter.zone || out.filter.each_zone) {
        wrong(p, "a second zone: one statement is about one, or about every zone");
        return false;
      }
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

bool Nouns::placed(const Phrase& p, const Expression& out) {
  const bool none = out.noun == Noun::events || out.noun == Noun::huge_pages ||
                    (out.op == Op::amount && is_zone_noun(out.noun) && out.noun != Noun::free);
  const bool compares = p.kind == Kind::below || p.kind == Kind::above;
  if (!none && (out.op != Op::fact || compares)) return true;
  wrong(p, fmt::format("`{}` has no place", out.text.substr(0, out.text.find(' '))));
  return false;
}

bool Nouns::size_filter(const Phrase& p, Expression& out) {
  if (out.noun != Noun::huge_pages) {
    wrong(p, "only hugepages are `of` a size");
    return false;
  }
  if (out.page_size != 0) {
    wrong(p, "a second size: one statement is about one");
    return false;
  }
  const Made size = number(p.parts[0]);
  if (!size) return false;
  if (size->value != 2 * kMiB && size->value != kGiB) {
    wrong(p.parts[0], "hugepages have 2M or 1G");
    return false;
  }
  out.page_size = size->value;
  return true;
}

}  // namespace memmap::policy
