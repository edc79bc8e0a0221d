#include "library/boot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "account/columns.h"
#include "answer/addresses.h"
#include "answer/diff.h"
#include "answer/formats.h"
#include "answer/show.h"
#include "answer/simulate.h"
#include "answer/walk.h"
#include "facts/facts.h"
#include "report/answers/explain.h"
#include "session/asked.h"

namespace memmap::library {
namespace {

using account::ColumnId;

// Lists in the order of the boot; behind them the things of src/facts that have another name.
constexpr std::array<const char*, 10> kLists{"firmware",   "e820",  "memory", "reserved", "owners",
                                             "direct_map", "zones", "free",   "deferred", "use"};

constexpr std::string_view kind_of(account::Use use) {
  switch (use) {
    case account::Use::gap:
      return "gap";
    case account::Use::firmware:
      return "firmware";
    case account::Use::retyped:
      return "retyped";
    case account::Use::left_out:
      return "left_out";
    case account::Use::nomap:
      return "nomap";
    case account::Use::fragment:
      return "fragment";
    case account::Use::waiting:
      return "waiting";
    case account::Use::reserved:
      return "reserved";
    case account::Use::free:
      return "free";
  }
  return "";
}

bool is_list(std::string_view name) { return std::ranges::find(kLists, name) != kLists.end(); }

// Makes pieces, whose strings it puts where they stay.
class Maker {
 public:
  explicit Maker(std::deque<std::string>& names) : names_(names) {}

  memmap_piece_t& add(PhysRange range, std::string_view kind, std::string_view name) {
    pieces_.push_back({.struct_size = sizeof(memmap_piece_t),
                       .start = raw(range.base()),
                       .end = raw(range.end()),
                       .nid = -1,
                       .kind = kept(kind),
                       .name = kept(name),
                       .by = "",
                       .present = range.size()});
    return pieces_.back();
  }
  const char* kept(std::string_view text) {
    if (text.empty()) return "";
    const auto same = std::ranges::find(names_, text);
    return same != names_.end() ? same->c_str() : names_.emplace_back(text).c_str();
  }
  std::vector<memmap_piece_t> take() { return std::move(pieces_); }

 private:
  std::deque<std::string>& names_;
  std::vector<memmap_piece_t> pieces_{};
};

bool is_deferred(account::Kind kind) { return kind == account::Kind::deferred; }
bool is_not_deferred(account::Kind kind) { return !is_deferred(kind); }

// Of the column's blocks those that are `wanted`; nullptr: all.
void add_column(ColumnId id, const boot::Outcome& outcome, Maker& make,
                bool (*wanted)(account::Kind) = nullptr) {
  const account::Column column =
      account::column_of(id, outcome.state, outcome.owners, boot::Moment::hand_over);
  for (const account::Block& block : column.blocks) {
    if (wanted != nullptr && !wanted(block.kind)) continue;
    memmap_piece_t& piece = make.add(block.range, account::words_of(block.kind).id, block.label);
    piece.by = make.kept(block.by);
    piece.flags = block.flags;
  }
}

void add_regions(const memblock::RegionType& type, const boot::Outcome& outcome, Maker& make) {
  const auto& nodes = outcome.state.possible_nodes;
  for (const memblock::Region& region : type.regions()) {
    const bool unmapped = (region.flags & memblock::kNomap) != 0;
    memmap_piece_t& piece = make.add(region.range, unmapped ? "nomap" : type.name, "");
    piece.flags = region.flags;
    // MAX_NUMNODES is no node.
    if (std::ranges::find(nodes, region.nid) != nodes.end()) piece.nid = region.nid;
  }
}

void add_zones(const boot::Outcome& outcome, Maker& make) {
  constexpr std::array<std::string_view, zones::kZoneTypes> kKinds{"dma", "dma32", "normal",
                                                                   "movable"};
  for (const boot::NodeState& node : outcome.state.node_states) {
    for (const boot::ZoneState& state : node.zones) {
      const zones::Zone& zone = state.zone;
      if (zone.spanned_pages == 0) continue;
      const auto range =
          PhysRange::from_size(phys_of(zone.start_pfn), zone.spanned_pages << kPageShift);
      if (!range) continue;
      memmap_piece_t& piece =
          make.add(*range, kKinds.at(static_cast<std::size_t>(zone.type)), zones::name(zone.type));
      piece.nid = node.nid;
      piece.present = zone.present_pages << kPageShift;
      piece.managed = state.managed_pages << kPageShift;
    }
  }
}

void add_uses(const boot::Outcome& outcome, Maker& make) {
  for (const account::Piece& piece : account::memory_use(outcome))
    make.add(piece.range, kind_of(piece.use), account::words_of(piece, outcome));
}

void add_list(std::string_view list, const boot::Outcome& outcome, Maker& make) {
  const memblock::Memblock& memblock = outcome.state.memblock;
  if (list == "firmware") return add_column(ColumnId::firmware, outcome, make);
  if (list == "e820") return add_column(ColumnId::e820, outcome, make);
  if (list == "memory") return add_regions(memblock.memory(), outcome, make);
  if (list == "reserved") return add_regions(memblock.reserved(), outcome, make);
  if (list == "owners") return add_column(ColumnId::reserved, outcome, make);
  if (list == "direct_map") return add_column(ColumnId::direct_map, outcome, make);
  if (list == "zones") return add_zones(outcome, make);
  if (list == "free") return add_column(ColumnId::free, outcome, make, is_not_deferred);
  if (list == "deferred") return add_column(ColumnId::free, outcome, make, is_deferred);
  if (list == "use") return add_uses(outcome, make);
  const facts::Thing& thing = *facts::thing_named(list);
  for (const PhysRange range : thing.of(outcome)) make.add(range, thing.name, thing.what);
}

}  // namespace

Result<Boot> Boot::make(const Request& request) {
  std::unique_lock lock(one_at_a_time(), std::defer_lock);
  if (request.has_plugins()) lock.lock();
  auto asked = request.asked();
  if (!asked) return asked.errors();
  if (const Status named = session::names_machine(*asked); !named) return named.errors();
  const auto places = request.places();
  if (!places) return places.errors();
  asked->log = session::LogUse::compared;
  auto session = session::Session::open(*std::move(asked), *places);
  if (!session) return session.errors();
  auto outcome = session->boot();
  if (!outcome) return outcome.errors();
  return Boot(*std::move(session), *std::move(outcome), request.has_plugins());
}

std::vector<const char*> Boot::list_names() {
  std::vector<const char*> out(kLists.begin(), kLists.end());
  for (const facts::Thing& thing : facts::things())
    if (!is_list(thing.name)) out.push_back(thing.name.data());
  return out;
}

const std::vector<memmap_piece_t>* Boot::pieces(std::string_view list) {
  const auto known = lists_.find(list);
  if (known != lists_.end()) return &known->second;
  if (!is_list(list) && facts::thing_named(list) == nullptr) return nullptr;
  Maker make(names_);
  add_list(list, outcome_, make);
  return &lists_.emplace(list, make.take()).first->second;
}

const memmap_piece_t* Boot::at(std::uint64_t address) {
  const std::vector<memmap_piece_t>& uses = *pieces("use");
  const auto above = std::ranges::upper_bound(uses, address, {}, &memmap_piece_t::start);
  if (above == uses.begin()) return nullptr;
  const memmap_piece_t& piece = *std::prev(above);
  return address < piece.end ? &piece : nullptr;
}

Result<const std::vector<std::string>*> Boot::notes() {
  if (!notes_) {
    const auto lock = turn();
    auto done = answer::simulate(session_, {});
    if (!done) return done.errors();
    notes_ = std::move(done->outcome.subject.notes);
  }
  return &*notes_;
}

std::unique_lock<std::mutex> Boot::turn() const {
  std::unique_lock lock(one_at_a_time(), std::defer_lock);
  if (has_plugins_) lock.lock();
  return lock;
}

Result<boot::Outcome> Boot::again(bool boot::Options::*with) {
  auto rules = session_.rules();
  if (!rules) return rules.errors();
  boot::Options options = session_.options(*rules);
  options.*with = true;
  return session_.boot(*rules, std::move(options));
}

Result<const Boot::Told*> Boot::told() {
  if (told_) return told_.get();
  auto outcome = again(&boot::Options::record_memblock);
  if (!outcome) return outcome.errors();
  auto made = std::make_unique<Told>(Told{.outcome = *std::move(outcome)});
  made->pieces = account::memory_use(made->outcome);
  made->ledger = account::ledger(made->outcome, made->pieces);
  told_ = std::move(made);
  return told_.get();
}

Result<const diff::View*> Boot::view() {
  if (view_) return view_.get();
  const auto lock = turn();
  const auto outcome = again(&boot::Options::follow_pages);
  if (!outcome) return outcome.errors();
  auto view = answer::view_of(outcome->subject.source, *outcome);
  if (!view) return view.errors();
  view_ = std::make_unique<const diff::View>(*std::move(view));
  return view_.get();
}

Result<std::string> Boot::explain(const char* what, const std::string& format) {
  if (const Status known = known_format(format, answer::kAnswerFormats); !known)
    return known.errors();
  const std::string_view asked = what == nullptr ? "" : what;
  report::ExplainQuestion question{.only_lost = asked == "lost"};
  if (what != nullptr && !question.only_lost) {
    session::Arguments arguments;
    arguments.add("ADDRESS", what);
    auto addresses = answer::addresses_of(arguments);
    if (!addresses) return addresses.errors();
    question.addresses = *std::move(addresses);
  }
  const auto lock = turn();
  const auto all = told();
  if (!all) return all.errors();
  const report::Account account{(*all)->outcome, (*all)->pieces, (*all)->ledger};
  return format == "json" ? report::explain_to_json(account, question)
                          : report::explain_to_text(account, question, {});
}

Result<std::string> Boot::walk(const char* root, const char* addresses, const std::string& format) {
  if (const Status known = known_format(format, answer::kAnswerFormats); !known)
    return known.errors();
  session::Arguments arguments;
  arguments.add("ADDRESS", addresses);
  if (root != nullptr) arguments.add("--root", root);
  const auto wish = answer::walk_wish(arguments);
  if (!wish) return wish.errors();
  if (outcome_.user_space || boot::tables_of(outcome_, wish->root) != nullptr)
    return answer::walk(outcome_, *wish, format, {});
  const auto lock = turn();
  const auto later = again(&boot::Options::keep_user_space);
  if (!later) return later.errors();
  return answer::walk(*later, *wish, format, {});
}

Result<std::string> Boot::kaslr(answer::Places listed, const std::string& format) {
  if (const Status known = known_format(format, answer::kAnswerFormats); !known)
    return known.errors();
  const auto lock = turn();
  return answer::kaslr(session_, listed, format, {});
}

Result<answer::Kdumped> Boot::kdump(const session::Arguments& arguments,
                                    const std::string& format) {
  if (const Status known = known_format(format, answer::kAnswerFormats); !known)
    return known.errors();
  const auto lock = turn();
  return answer::kdump(session_, arguments, format, {});
}

Result<std::string> Boot::show(const std::string& thing, const session::Arguments& arguments,
                               std::string_view format) {
  if (const Status known = known_format(format, answer::table_forms()); !known)
    return known.errors();
  const answer::TableForm form = answer::table_form(format);
  const auto found = answer::thing_of(thing);
  if (!found) return found.errors();
  Errors idle = answer::idle_in_table(arguments, form, fmt::format("--format {}", format));
  if (!idle.empty()) return idle;
  const auto order = answer::order_of(arguments, **found, form);
  if (!order) return order.errors();
  const auto lock = turn();
  const auto rules = session_.rules();
  if (!rules) return rules.errors();
  auto listing = answer::listing_of(session_, *rules, outcome_, **found);
  if (!listing) return listing.errors();
  return answer::write_listing(*std::move(listing), *order, form, arguments,
                               {.width = answer::kWholeRows});
}

Result<answer::Suggested> Boot::suggest(const session::Arguments& arguments,
                                        const std::string& format) {
  if (const Status known = known_format(format, answer::kAnswerFormats); !known)
    return known.errors();
  const auto wish = answer::suggest_wish(arguments);
  if (!wish) return wish.errors();
  if (const auto idle = wish->arguments.get("SOURCE"))
    return Error{fmt::format("`{}` is one argument too many", *idle), {"memmap"}};
  const auto lock = turn();
  return answer::suggest(session_, *wish, format, {});
}

Result<std::string> Boot::report(const session::Arguments& arguments) {
  const auto wish = answer::simulate_wish(arguments, {});
  if (!wish) return wish.errors();
  std::unique_lock lock(one_at_a_time(), std::defer_lock);
  if (has_plugins_ || wish->picture.diagram != nullptr) lock.lock();
  auto done = answer::simulate(session_, *wish);
  if (!done) return done.errors();
  return std::move(done->bytes);
}

}  // namespace memmap::library
