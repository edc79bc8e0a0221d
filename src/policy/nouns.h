// The things of a rule: what is meant, and which part of it.
#pragma once

#include <optional>
#include <vector>

#include "policy/values.h"

namespace memmap::policy {

// Of zones, where they are known by node and zone.
bool is_zone_noun(Noun noun);
// What other things lie on: `memory in A-B` says that all of A-B is memory.
bool is_ground(const Expression& e);

// What a thing's filters say, beside which part of it they leave.
struct Said {
  const Phrase* place = nullptr;    // the last filter of place
  const Phrase* avoided = nullptr;  // `not in`, `not below`, `not above`
  const Phrase* at = nullptr;
  std::size_t places = 0;
};

class Nouns : public Values {
 public:
  using Values::Values;

  // The noun and its filters. The result is an amount or a fact.
  Made thing(const Phrase& p, Said& said);

 protected:
  // How the relation at hand goes over nodes or zones: every_node, some_zone, ...; nullopt: it does not.
  std::optional<Op> quantified_{};

 private:
  Made noun(const Phrase& p, const Phrase& whole);
  Made owner(const Phrase& p, Expression out);
  static Made events(const Phrase& p, Expression out);
  Made zone(const Phrase& p, Expression out);
  Made node(const Phrase& p, Expression out);
  static Made figure(const Phrase& p, const Phrase& whole, Expression out);
  bool filter(const Phrase& p, Expression& out, Said& said);
  bool node_filter(const Phrase& p, Expression& out);
  bool size_filter(const Phrase& p, Expression& out);
  bool quantify(const Phrase& word, Op every, Op some, bool& bound);
  // Whether the noun has places.
  bool placed(const Phrase& p, const Expression& out);
};

}  // namespace memmap::policy
