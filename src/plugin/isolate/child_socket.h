// Frames (protocol.h), as a plugin's process sends and receives them.
#pragma once

#include <string>
#include <string_view>

#include "plugin/isolate/protocol.h"

namespace memmap::plugin::isolate {

// Ends the process; nothing that the plugin registered runs.
[[noreturn]] void end(int code);

// Both end the process where nobody is there any more.
void send(Kind kind, std::string_view bytes);
std::string receive(Kind expected);

// Kind::refused, from a signal handler.
void tell_refused(int call);

}  // namespace memmap::plugin::isolate
