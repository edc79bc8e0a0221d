// What the kernel changes in its tables: ranges get another type or go.
#pragma once

#include <cstdint>
#include <string>

#include "base/event.h"
#include "e820/table.h"

namespace memmap::e820 {

// Applies edits and tells what each did: one event an edit, in the kernel's words, and one for
// every piece that found no place in the table. `step` of the events is the kernel function that
// edits.
class Editor {
 public:
  Editor(Table& table, EventSink& events, std::string step)
      : table_(table), events_(events), step_(std::move(step)) {}

  // Appends an entry; only one that finds no place is an event. kernel: __e820__range_add()
  void append(std::uint64_t start, std::uint64_t size, E820Type type);

  // The same as an edit of its own, told as one. kernel: e820__range_add()
  void add(std::uint64_t start, std::uint64_t size, E820Type type);

  // What is of `from` within [start, start + size) becomes `to`; new pieces are appended, not
  // sorted in. A size that would wrap is cut to end at 2^64-1. Returns the bytes changed.
  //
  //   before   |=======RAM=======|
  //   update         |-----|
  //   after    |=RAM=|                 shortened in place
  //                  |=rsvd|           appended
  //                        |=RAM=|     appended
  //
  // kernel: __e820__range_update(), arch/x86/kernel/e820.c, v6.12
  std::uint64_t update(std::uint64_t start, std::uint64_t size, E820Type from, E820Type to);

  // What is of `type` within the range goes; entries wholly within become empty ones of type 0.
  // Returns the bytes removed. kernel: e820__range_remove(..., check_type true)
  std::uint64_t remove(std::uint64_t start, std::uint64_t size, E820Type type);

  // The same, whatever the type. kernel: e820__range_remove(..., check_type false)
  std::uint64_t remove_all(std::uint64_t start, std::uint64_t size);

  // sanitize() with an event where entries are dropped or the table is left as it is for a wrapping
  // entry. False: nothing was done. kernel: e820__update_table()
  bool sanitize();

 private:
  std::uint64_t remove_if(std::uint64_t start, std::uint64_t end, bool check_type, E820Type type);
  void tell(Severity severity, std::string rule, std::string text, std::uint64_t start,
            std::uint64_t end);

  Table& table_;
  EventSink& events_;
  std::string step_;
};

}  // namespace memmap::e820
