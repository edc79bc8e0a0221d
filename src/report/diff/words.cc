#include "report/diff/words.h"

#include <fmt/format.h>

#include <vector>

#include "report/form/units.h"

namespace memmap::report {

using diff::Change;
using diff::Diff;
using diff::Kind;

std::string_view diff_word(diff::Kind kind) {
  switch (kind) {
    case diff::Kind::turned:
      return "turned";
    case diff::Kind::moved:
      return "moved";
    case diff::Kind::grew:
      return "grew";
    case diff::Kind::appeared:
      return "appeared";
    case diff::Kind::vanished:
      return "vanished";
  }
  return "";
}

std::string_view diff_word(diff::Unit unit) {
  switch (unit) {
    case diff::Unit::bytes:
      return "bytes";
    case diff::Unit::pages:
      return "pages";
    case diff::Unit::kib:
      return "KiB";
    case diff::Unit::count:
      return "count";
  }
  return "";
}

std::string_view diff_nothing(std::string_view text) { return text.empty() ? "nothing" : text; }

std::string diff_word_of(const Change& c) {
  const bool shrank = c.kind == Kind::grew && c.new_range->size() < c.old_range->size();
  return shrank ? "shrank" : std::string(diff_word(c.kind));
}

std::string diff_step(const diff::FigureChange& f) {
  if (!f.old_value || !f.new_value) return "";
  const bool more = *f.new_value > *f.old_value;
  const std::uint64_t by = more ? *f.new_value - *f.old_value : *f.old_value - *f.new_value;
  return fmt::format("{}{}", more ? "+" : "-", grouped(by));
}

std::string diff_how(const Change& c) {
  if (c.kind == Kind::turned)
    return fmt::format("{} → {}", diff_nothing(c.from), diff_nothing(c.to));
  std::string text = diff_word_of(c);
  if (c.old_range && c.new_range) {
    text += fmt::format(" to {}", span(*c.new_range));
    if (c.kind == Kind::grew) text += fmt::format(" ({})", human_size(c.new_range->size()));
  }
  if (!c.by.empty()) text += fmt::format(", {}", c.by);
  return text;
}

std::string diff_change_text(const Change& c) {
  const PhysRange range = c.old_range ? *c.old_range : *c.new_range;
  const std::string where = fmt::format("{} {}", span(range), human_size(range.size()));
  return c.what.empty() ? fmt::format("{}: {}", where, diff_how(c))
                        : fmt::format("{} at {}: {}", c.what, where, diff_how(c));
}

std::string diff_verdict(const Diff& d) {
  if (!d.differs())
    return d.tolerated == 0 ? "no difference" : "no difference but what is tolerated";
  std::vector<std::string> where;
  for (const diff::StageChanges& stage : d.stages) where.push_back(std::string(stage.title));
  if (where.empty()) return d.figures.empty() ? "the events differ" : "figures differ";
  return fmt::format("they differ in {}", fmt::join(where, ", "));
}

std::string diff_resume_text(const Diff& d) {
  const std::string crc = hex(d.new_sums.crc32, 8);
  const bool same_map = d.old_sums.crc32 == d.new_sums.crc32;
  if (d.refusal().empty())
    return fmt::format(
        "an image of the one resumes on the other: e820_table_firmware is the same (CRC32 {})",
        crc);
  if (d.panicked) return std::string(d.refusal());
  const std::string no =
      fmt::format("an image of the one does not resume on the other (`{}`): ", d.refusal());
  if (same_map) {
    return no + fmt::format(
                    "e820_table_firmware is the same (CRC32 {}), but {} pages are present on the "
                    "nodes, and {}",
                    crc, grouped(d.old_physpages), grouped(d.new_physpages));
  }
  return no + fmt::format(
                  "the CRC32 of e820_table_firmware is {} and {} (MD5, by which kernels before "
                  "5.13 go: {} and {}); "
                  "usable RAM alone is {}, so that hibernate=relaxed_memmap, which was proposed "
                  "and is in no kernel, "
                  "would {}",
                  hex(d.old_sums.crc32, 8), crc, diff::md5_text(d.old_sums),
                  diff::md5_text(d.new_sums), d.same_usable ? "the same" : "not the same either",
                  d.same_usable ? "resume" : "not resume");
}

}  // namespace memmap::report
