// The words of a difference, in text and in JSON.
#pragma once

#include <string>
#include <string_view>

#include "diff/diff.h"

namespace memmap::report {

// `turned`, `moved`, ...
std::string_view diff_word(diff::Kind kind);
// `bytes`, `pages`, `KiB`, `count`
std::string_view diff_word(diff::Unit unit);

// `text`, or that it is nothing.
std::string_view diff_nothing(std::string_view text);

// What changed, in a line: `crash kernel 256M at 0x...-0x...: appeared, reserve_crashkernel()`.
std::string diff_change_text(const diff::Change& change);
// `shrank`, or the word of its kind.
std::string diff_word_of(const diff::Change& change);
// By how much a figure changed: `+1,024`; empty: one of them has none.
std::string diff_step(const diff::FigureChange& figure);
// How it turned, moved or grew, without what and where it was: `moved to 0x...-0x...`.
std::string diff_how(const diff::Change& change);
// `they differ in e820_table, zones`
std::string diff_verdict(const diff::Diff& diff);
// Whether an image of a hibernated system of the one resumes on the other, and why not.
std::string diff_resume_text(const diff::Diff& diff);

}  // namespace memmap::report
