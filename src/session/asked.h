// A request out of the command line's options.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "boot/outcome.h"
#include "input/format.h"
#include "session/arguments.h"
#include "session/request.h"

namespace memmap::session {

// The words of --at and of --side.
inline constexpr std::array<std::string_view, 2> kMoments{"hand-over", "user-space"};
inline constexpr std::array<std::string_view, 2> kSides{"old", "new"};

// What --kaslr-base gives an address to.
std::vector<std::string> base_names();

// --input-format, --columns, --boot and --side. Errors: --boot is no number, --side neither old nor new.
Result<input::ReadOptions> read_options(const Arguments& arguments);

// The machine's source that the arguments name, or SOURCE without an option; nullopt: none.
// Errors: several; those of read_options().
Result<std::optional<Source>> source_of(const Arguments& arguments);

// --at; the hand-over where it is not given. Error: another word.
Result<boot::Moment> moment_of(const Arguments& arguments);

// All options of a request's; one that is not there is not given. Errors: those of source_of() and
// moment_of(); plugins named in no such form, bases that are none (all).
Result<Request> request_of(const Arguments& arguments);
// An error where it names no machine.
Status names_machine(const Request& request);

}  // namespace memmap::session
