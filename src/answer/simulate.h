// What `memmap simulate` answers: a boot, written in a format.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answer/picture.h"
#include "base/result.h"
#include "boot/outcome.h"
#include "report/form/style.h"
#include "session/arguments.h"
#include "session/session.h"

namespace memmap::answer {

// What is asked for: which format, how it looks, and what of the boot is to be recorded for it.
struct SimulateWish {
  std::string format = "text";          // one of format_names(), or a report plugin
  std::vector<std::string> sections{};  // of text; empty: the usual ones
  PictureOptions picture{};
  report::TextStyle style{};
  std::optional<boot::Moment> at{};  // nullopt: the format's own
  bool record_memblock = false;      // boot::Options has these
  bool follow_pages = false;
};

// The program's own formats, the usual one first.
std::vector<std::string_view> format_names();
// A format that tells of the boot as a whole, with the notes: most of our own, and a plugin's.
bool has_head(std::string_view format);

// --format, --section, --at and the options of pictures. Errors: a word that is none of an option's; an
// option without effect on the format; those of session::request_of().
Result<SimulateWish> simulate_wish(const Arguments& arguments, const report::TextStyle& style);

struct Simulated {
  boot::Outcome outcome{};  // with all notes that the format shows
  std::string bytes{};
  std::vector<std::string> notes{};  // for whoever reads them: what they do not tell
};

// Boots the session's machine, which there must be, and writes it. `against`: the other boot of
// --against; nullptr: there is none. A format with a head wants a session that compares the log
// (Request::log). Errors: no such format; --at has no effect on it; those of the boot, of a
// plugin and of Graphviz.
Result<Simulated> simulate(session::Session& session, const SimulateWish& wish,
                           const boot::Outcome* against = nullptr);

}  // namespace memmap::answer
