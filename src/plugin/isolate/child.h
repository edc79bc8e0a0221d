// A plugin's process.
#pragma once

namespace memmap::plugin::isolate {

// Whether the program was started to be one (protocol.h: kArgument).
bool is_child(int argc, char** argv);

// To be called by such a program first of all, before anything is opened: loads the plugin that it is
// told to, answers, and never returns. Ends where nobody talks to it.
[[noreturn]] void run_child();

}  // namespace memmap::plugin::isolate
