#include "e820/edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "e820/range_text.h"
#include "e820/sanitize.h"
#include "machine/e820_words.h"

namespace memmap::e820 {
namespace {

constexpr std::string_view kFile = "arch/x86/kernel/e820.c";

Rule rule(std::string_view function) { return {function, kFile}; }

std::uint64_t clamped_end(std::uint64_t start, std::uint64_t size) {
  return start + std::min(size, std::numeric_limits<std::uint64_t>::max() - start);
}

// Takes the part of `entry` that lies in [start, end) off it and returns it. The range must cover
// the entry's head or tail.
PhysRange cut(E820Entry& entry, std::uint64_t start, std::uint64_t end) {
  const std::uint64_t from = std::max(start, raw(entry.addr));
  const std::uint64_t to = std::min(end, entry.end());
  if (from >= to) return {};
  entry.size -= to - from;
  if (raw(entry.addr) >= from) entry.addr = PhysAddr{to};
  return PhysRange::make(from, to);
}

}  // namespace

void Editor::tell(Severity severity, const Rule& rule, std::string text, std::uint64_t start,
                  std::uint64_t end) {
  events_.tell({severity, step_, rule, std::move(text),
                PhysRange::from_bounds(PhysAddr{start}, PhysAddr{end})});
}

void Editor::append(std::uint64_t start, std::uint64_t size, E820Type type) {
  if (table_.add({PhysAddr{start}, size, type})) return;
  tell(Severity::warning, rule("__e820__range_add"),
       fmt::format("{}; ignoring {}", table_.full(), edit_range(start, start + size)), start,
       start + size);
}

void Editor::add(std::uint64_t start, std::uint64_t size, E820Type type) {
  tell(Severity::debug, rule("e820__range_add"),
       fmt::format("e820: add {} {}", edit_range(start, start + size), table_.name_of(type)), start,
       start + size);
  append(start, size, type);
}

std::uint64_t Editor::update(std::uint64_t start, std::uint64_t size, E820Type from, E820Type to) {
  const std::uint64_t end = clamped_end(start, size);
  tell(Severity::debug, rule("__e820__range_update"),
       fmt::format("e820: update {} {} ==> {}", edit_range(start, end), table_.name_of(from),
                   table_.name_of(to)),
       start, end);

  std::uint64_t updated = 0;
  // The loop meets pieces that it has appended, as the kernel's does.
  for (std::size_t i = 0; i < table_.entries().size(); ++i) {
    const E820Entry entry = table_.entries()[i];
    if (entry.type != from) continue;
    if (raw(entry.addr) >= start && entry.end() <= end) {
      table_.mutable_entries()[i].type = to;
      updated += entry.size;
    } else if (raw(entry.addr) < start && entry.end() > end) {
      append(start, end - start, to);
      append(end, entry.end() - end, entry.type);
      table_.mutable_entries()[i].size = start - raw(entry.addr);
      updated += end - start;
    } else {
      const PhysRange taken = cut(table_.mutable_entries()[i], start, end);
      if (taken.empty()) continue;
      append(raw(taken.base()), taken.size(), to);
      updated += taken.size();
    }
  }
  return updated;
}

std::uint64_t Editor::remove(std::uint64_t start, std::uint64_t size, E820Type type) {
  const std::uint64_t end = clamped_end(start, size);
  tell(Severity::debug, rule("e820__range_remove"),
       fmt::format("e820: remove {} {}", edit_range(start, end), table_.name_of(type)), start, end);
  return remove_if(start, end, true, type);
}

std::uint64_t Editor::remove_all(std::uint64_t start, std::uint64_t size) {
  const std::uint64_t end = clamped_end(start, size);
  tell(Severity::debug, rule("e820__range_remove"),
       fmt::format("e820: remove {} ", edit_range(start, end)), start, end);
  return remove_if(start, end, false, {});
}

std::uint64_t Editor::remove_if(std::uint64_t start, std::uint64_t end, bool check_type,
                                E820Type type) {
  std::uint64_t removed = 0;
  for (std::size_t i = 0; i < table_.entries().size(); ++i) {
    const E820Entry entry = table_.entries()[i];
    if (check_type && entry.type != type) continue;
    if (raw(entry.addr) >= start && entry.end() <= end) {
      table_.mutable_entries()[i] = {PhysAddr{0}, 0, E820Type{0}};
      removed += entry.size;
    } else if (raw(entry.addr) < start && entry.end() > end) {
      append(end, entry.end() - end, entry.type);
      table_.mutable_entries()[i].size = start - raw(entry.addr);
      removed += end - start;
    } else {
      removed += cut(table_.mutable_entries()[i], start, end).size();
    }
  }
  return removed;
}

bool Editor::sanitize() {
  switch (e820::sanitize(table_)) {
    case Sanitized::done:
      return true;
    case Sanitized::out_of_room:
      tell(Severity::warning, rule("e820__update_table"),
           fmt::format("e820: the table's {} places are full; what lies above is dropped",
                       table_.capacity()),
           table_.entries().back().end(), std::numeric_limits<std::uint64_t>::max());
      return true;
    case Sanitized::too_few:
      break;
    case Sanitized::wrapping:
      tell(Severity::warning, rule("e820__update_table"),
           "e820: an entry wraps past the end of the address space; the table is left unsorted", 0,
           0);
      break;
  }
  return false;
}

}  // namespace memmap::e820
