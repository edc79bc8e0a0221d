// A text as lines that may be changed, each with the number of the line of the file it came from:
// what encodings and carriers did to a text is undone on it, step by step.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace memmap::input {

struct PaperLine {
  std::string text{};      // without its end
  std::size_t number = 0;  // in the file, from 1; of lines that were joined the first's
  // Of a log: the line begins as the log's lines do (a time stamp, a tag, the kernel's own words).
  bool headed = false;
  bool tagged = false;    // by a stamp or a tag, which were taken off or kept
  std::size_t width = 0;  // in characters, before tags were taken off; 0: not known
};
using Paper = std::vector<PaperLine>;

// The lines of `bytes`; \r at their ends is dropped.
Paper paper_of(std::string_view bytes);

// Puts the pieces of a line, which `line` was broken into, in its place; all have its number.
void put_pieces(Paper& out, const PaperLine& line, std::string_view pieces);

// The encodings, each with how it is known and undone. `looks` is asked of a part of the text, too.
// All keep what they do not understand.

// UTF-16 of either order, with or without a byte order mark, and UTF-8 with one, as UTF-8.
bool has_other_encoding(std::string_view bytes);
std::string as_utf8(std::string_view bytes);

// A mail's quoted-printable: `=3D`, and `=` at the end of a line that goes on.
bool has_quoted_printable(const Paper& paper);
void undo_quoted_printable(Paper& paper);

// HTML: `&gt;`, `&#160;`, `<br>`, `<pre>`, ...
bool has_html(const Paper& paper);
void undo_html(Paper& paper);

// Lines that end in \r alone.
bool has_carriage_returns(const Paper& paper);
void undo_carriage_returns(Paper& paper);

// Lines that end in the two characters `\n`.
bool has_written_ends(const Paper& paper);
void undo_written_ends(Paper& paper);

// Escape sequences of terminals, whole or as other tools show them (`^[[0m`, `#033[0m`, `[0m`);
// blanks that are none of ASCII's, and characters without a width.
bool has_invisible(const Paper& paper);
void undo_invisible(Paper& paper);

// All of these undone, in this order; nullopt: `bytes` has none of them. Lines may have other numbers then,
// where such an encoding joined or parted them.
std::optional<std::string> without_encodings(std::string_view bytes);

}  // namespace memmap::input
