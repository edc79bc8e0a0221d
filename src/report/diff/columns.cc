#include "report/diff/columns.h"

#include <algorithm>
#include <string_view>

#include "machine/e820_words.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

using account::Block;
using account::ColumnId;
using account::Kind;

// How a stage of a view (view.cc has its key) is drawn.
struct Look {
  std::string_view key;
  ColumnId id;                    // whose kinds it has
  std::string_view shown_better;  // where this stage differs too, it is drawn in its place
};
constexpr Look kLooks[] = {
    {"firmware", ColumnId::firmware, ""},
    {"kexec", ColumnId::e820, "firmware"},
    {"e820", ColumnId::e820, ""},
    {"memory", ColumnId::memory, ""},
    {"reserved", ColumnId::reserved, "owners"},
    {"owners", ColumnId::reserved, ""},
    {"direct_map", ColumnId::direct_map, ""},
    {"nodes", ColumnId::zones, "zones"},
    {"zones", ColumnId::zones, ""},
};

const Look* look_of(std::string_view key) {
  const auto* const found = std::ranges::find(kLooks, key, &Look::key);
  return found == std::end(kLooks) ? nullptr : found;
}

Kind kind_of_zone(std::string_view words) {
  if (words.ends_with("DMA")) return Kind::dma;
  if (words.ends_with("DMA32")) return Kind::dma32;
  return words.ends_with("Movable") ? Kind::movable : Kind::normal;
}

Kind kind_of(const diff::Span& span, ColumnId id) {
  switch (id) {
    case ColumnId::firmware:
    case ColumnId::e820: {
      const auto type = e820_type_of_log_name(span.what);
      return type ? account::kind_of_type(*type) : Kind::other_type;
    }
    case ColumnId::memory:
      return span.what.find("nomap") == span.what.npos ? Kind::memory : Kind::nomap;
    case ColumnId::reserved:
      return account::kind_of_owner(span.what);
    case ColumnId::direct_map:
      return span.what.starts_with("4K")   ? Kind::pages_4k
             : span.what.starts_with("2M") ? Kind::pages_2m
                                           : Kind::pages_1g;
    case ColumnId::zones:
    case ColumnId::free:
      break;
  }
  return kind_of_zone(span.what);
}

account::Column column_of(const diff::View& view, std::string_view key, ColumnId id) {
  account::Column out{id, {}};
  const auto stage = std::ranges::find(view.stages, key, &diff::Stage::key);
  if (stage == view.stages.end()) return out;
  for (const diff::Span& s : stage->spans)
    out.blocks.push_back({s.range, kind_of(s, id), s.what, s.by});
  account::settle(out.blocks);
  return out;
}

ColumnPair pair_of(const diff::View& older, const diff::View& newer, const Look& look,
                   std::string_view title, const std::vector<diff::Change>& changes) {
  ColumnPair out{std::string(title), column_of(older, look.key, look.id),
                 column_of(newer, look.key, look.id)};
  out.changes = changes;
  for (const diff::Change& c : changes) {
    if (c.old_range) out.changed_old.push_back(*c.old_range);
    if (c.new_range) out.changed_new.push_back(*c.new_range);
    if (c.kind == diff::Kind::moved || c.kind == diff::Kind::grew)
      out.links.emplace_back(*c.old_range, *c.new_range);
  }
  for (auto* ranges : {&out.changed_old, &out.changed_new})
    std::ranges::sort(*ranges, {}, [](const PhysRange& r) { return r.base(); });
  return out;
}

}  // namespace

std::vector<ColumnPair> column_pairs(const diff::View& older, const diff::View& newer,
                                     const diff::Diff& diff) {
  const auto differs = [&](std::string_view key) {
    return std::ranges::find(diff.stages, key, &diff::StageChanges::key) != diff.stages.end();
  };
  std::vector<ColumnPair> out;
  for (const diff::StageChanges& stage : diff.stages) {
    const Look* const look = look_of(stage.key);
    if (look == nullptr || (!look->shown_better.empty() && differs(look->shown_better))) continue;
    out.push_back(pair_of(older, newer, *look, stage.title, stage.changes));
  }
  if (out.empty() && !older.stages.empty())
    out.push_back(pair_of(older, newer, kLooks[0], older.stages.front().title, {}));
  return out;
}

}  // namespace memmap::report
