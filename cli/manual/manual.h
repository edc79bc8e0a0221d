// A command's man page, made of the table of commands and of what a person wrote beside it
// (share/man/memmap-NAME.in, and share/man/options.in for what several have).
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "command.h"

namespace memmap::cli {

// What the table's help does not tell of an option or argument.
struct Remark {
  std::string text{};    // roff
  bool instead = false;  // it stands in place of the help
};

// The text of an .in file, which is roff: its sections, and the remarks within OPTIONS:
//
//   .\" a comment
//   .SH DESCRIPTION
//   Boots ...
//   .SH OPTIONS
//   @more --e820
//   The format is recognised ...       behind what the table says of it
//   @option --format
//   .B text ...                        in place of that
//
// Other sections: SYNOPSIS, in place of what is made of the arguments; EXIT STATUS, what 1 means;
// EXAMPLES, behind those of the help; FILES; SEE ALSO.
struct Written {
  std::string file{};
  std::map<std::string, std::string, std::less<>> sections{};
  std::map<std::string, Remark, std::less<>> remarks{};
};
// Errors, all of them with their line: a section that no page has, one twice; a remark outside of
// OPTIONS; text before any section.
Result<Written> read_written(std::string_view text, std::string file);

// The page memmap-NAME(1); a remark of `own` goes before that of `shared`. Errors, all of them: no
// DESCRIPTION; a remark of `own` on what the command does not have; a word that an option takes and neither help nor remark names.
Result<std::string> manual_of(const Command& command, const Written& own, const Written& shared);

// The page memmap(1): `text`, with `@commands` for the list of them. Errors: that is not in it.
Result<std::string> overview(std::string_view text, std::span<const Command> commands);

// Errors: each remark of `shared` on what no command has.
Status all_used(const Written& shared, std::span<const Command> commands);

}  // namespace memmap::cli
