// What tools, terminals, mails and people did to a kernel's log, and how it is undone: one table.
// share/doc/pasted_logs.md tells the same to users, row by row.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "input/format.h"
#include "input/text/paper.h"

namespace memmap::input {

// What was asked for, and whether it came to be of use.
struct Wish {
  std::optional<Side> side{};
  bool side_used = false;
};

// One row. `worn`: whether a text has it, asked of a part of the text, too. `take_off` keeps what
// it does not understand; its errors have no file yet.
struct Disguise {
  std::string_view name;  // as the page has it
  bool (*worn)(const Paper&);
  Errors (*take_off)(Paper&, Wish&);
};

// In the order in which they are looked for; behind each that was undone from the first on again.
std::span<const Disguise> disguises();

// Whether `bytes` is a log as kernels print it, or one whose prefixes strip_prefix() knows: looks at
// its beginning and where the kernel's words first stand, whatever its length.
bool is_plain_log(std::string_view bytes);

// A log without its disguises. Errors: damaged JSON; a diff of which no side is asked for, or one
// that holds no whole log; a side of what is no diff.
Result<Paper> undress(const std::string& name, std::string_view bytes,
                      const std::optional<Side>& side);

// The rows that have files of their own.

// `[time][vm][info] `, `> > `, `12: `, `time="..." msg="..."`: what stands around each message. What
// is left: the kernel's stamp, if any, and the message.
bool has_tags(const Paper& paper);
void undo_tags(Paper& paper);

// A tag of one form in front of every single line.
bool has_common_tag(const Paper& paper);
void undo_common_tag(Paper& paper);

// Every line cut at one column, whatever stood there.
bool has_columns(const Paper& paper);
void undo_columns(Paper& paper);

// Lines broken at a column, by a terminal or a mailer, found by the messages that stop there.
bool has_wraps(const Paper& paper);
void undo_wraps(Paper& paper);

// JSON around each message or around the whole: dmesg, journald, containers, clouds.
bool has_json(const Paper& paper);
Errors undo_json(Paper& paper, Wish& wish);

// Several messages in one line, whose ends were lost: parted at the kernel's stamps. Errors: they have
// none.
bool has_lost_ends(const Paper& paper);
Errors undo_lost_ends(Paper& paper, Wish& wish);

// Two logs compared: `diff -u`, `wdiff`, `diff -y`, `diff`.
bool has_diff(const Paper& paper);
Errors undo_diff(Paper& paper, Wish& wish);

}  // namespace memmap::input
