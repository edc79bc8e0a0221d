// The kernel's words in a line: where its message begins, whatever stands around it.
#pragma once

#include <cstddef>
#include <string_view>

namespace memmap::input {

// Where the words of a message that early boots print begin in `line`, be it `BIOS-e820: [mem`,
// `Command line: `, `last_pfn = ` or the hypervisor's `(XEN) `; npos: nowhere. Words that a message
// of another kind only mentions are none: they stand at the front, behind the kernel's own time
// stamp, or behind what can be a tag.
std::size_t find_words(std::string_view line);

// Whether `text` begins with such words.
bool begins_with_words(std::string_view text);

// Length of `[    0.003124]` at the front of `s`; 0: there is none. `stamp` gets the number.
std::size_t kernel_stamp(std::string_view s, std::string_view& stamp);

// The last kernel's time stamp in `front`, which stands before a message; empty: none. In `at` where
// its bracket opens.
std::string_view last_stamp(std::string_view front, std::size_t& at);

// Of a line that begins as an entry of a table (`BIOS-e820: [mem 0x...-0x...] usable`, and all its
// dialects): what stands behind its type. The range and the type may be missing.
struct EntryText {
  bool is_entry = false;    // the line has a label of a table
  bool has_range = false;   // and a whole range
  bool has_type = false;    // and a type that a kernel prints, ...
  std::string_view tail{};  // ... behind which this stands; else the rest of the line
};
EntryText entry_text(std::string_view message);

}  // namespace memmap::input
