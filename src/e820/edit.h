// The kernel's edits of its tables: ranges are added, get another type, or go.
#pragma once

#include <cstdint>
#include <string>

#include "base/event.h"
#include "e820/table.h"

namespace memmap::e820 {

// Edits a table and tells of it: one event for each edit, in the kernel's words, and one for each
// piece that found no place in the table and is lost. Sizes are bytes; ranges of update() and
// remove*() that would wrap end at 2^64 - 1.
class Editor {
 public:
  // Both must outlive the editor. `step`: the kernel function that edits, as Event::step.
  Editor(Table& table, EventSink& events, std::string step)
      : table_(table), events_(events), step_(std::move(step)) {}

  // Appends an entry. The kernel does not tell of it; an event only says if no place was left.
  // kernel: __e820__range_add()
  void append(std::uint64_t start, std::uint64_t size, E820Type type);

  // Appends an entry as an edit, which is told. kernel: e820__range_add()
  void add(std::uint64_t start, std::uint64_t size, E820Type type);

  // Bytes of type `from` within [start, start + size) get type `to`. New pieces are appended, not
  // sorted in. Returns how many bytes changed.
  //
  //   before   |=======RAM=======|
  //   update         |-----|
  //   after    |=RAM=|                 shortened in place
  //                  |=rsvd|           appended
  //                        |=RAM=|     appended
  //
  // kernel: __e820__range_update(), arch/x86/kernel/e820.c, v6.12
  std::uint64_t update(std::uint64_t start, std::uint64_t size, E820Type from, E820Type to);

  // Bytes of `type` within the range go. Entries wholly within stay as empty ones of type 0 until
  // the table is sanitised. Returns how many bytes went.
  // kernel: e820__range_remove(..., check_type true)
  std::uint64_t remove(std::uint64_t start, std::uint64_t size, E820Type type);

  // The same for bytes of any type. kernel: e820__range_remove(..., check_type false)
  std::uint64_t remove_all(std::uint64_t start, std::uint64_t size);

  // sanitize() of the table. An event tells of entries that were dropped for lack of places, and of
  // an entry that wraps. False: the table is as it was. kernel: e820__update_table()
  bool sanitize();

 private:
  std::uint64_t remove_if(std::uint64_t start, std::uint64_t end, bool check_type, E820Type type);
  void tell(Severity severity, const Rule& rule, std::string text, std::uint64_t start,
            std::uint64_t end);

  Table& table_;
  EventSink& events_;
  std::string step_;
};

}  // namespace memmap::e820
