// How one printer writes the lines of its table, as a text with places, and the reading of a line by it.
#pragma once

#include <optional>
#include <string_view>

#include "input/table/row.h"

namespace memmap::input {

// A shape is a line with places between braces:
//
//   `{index}. {start}-{last}: {word}`       coreboot
//
//   {start} {end} {last} {size}  an address or a length: 0x and hexadecimal digits, eight digits or more
//                                without it, two groups of eight with a colon between them, or decimal
//                                with a unit (324KiB)
//   {start/hex} {size/hex}       the same of hexadecimal digits, however many
//   {start/dec} {size/pages}     a decimal address, a decimal number of pages of 4 KiB
//   {pages} {bytes}              how long the entry is once more, in pages of 4 KiB or bytes: it must agree
//   {type} {index}               decimal or 0x
//   {attr} {skip}                EFI's attributes; a number or word that tells nothing here
//   {word}                       the type by name: letters, digits, `_` and `-`; at the end of a shape all
//                                that is left of the line
//
// A blank stands for any number of them, none too; `|` parts shapes that are tried in turn. The rest is
// letter for letter. What a tool put before
// the entry (stamps, tags, quote marks) or behind it does not matter; `line` may be the middle of one.
//
// `row.line` is left to the caller. nullopt: no part of the line has that shape.
std::optional<TableRow> match_shape(std::string_view shapes, std::string_view line);

// Whether a part of the line has the shape up to and with its first address, or its first place behind a
// word of the printer's: it may be cut or damaged.
bool begins_shape(std::string_view shapes, std::string_view line);

}  // namespace memmap::input
