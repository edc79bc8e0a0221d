// A process that waits for the one in which foreign plugins run: whatever such a plugin does,
// memmap says how it ended, and never ends well where it did not.
#pragma once

#include "base/result.h"

namespace memmap::plugin {

// How long a call of a foreign plugin may take, unless the user says otherwise.
inline constexpr unsigned kPluginSeconds = 60;

// To be called once, by a program whose only thread this is: begin_watch() does something from now
// on. `seconds`: the longest call of a plugin; 0: no limit.
void watch_foreign_plugins(unsigned seconds);

// Before the first foreign plugin is loaded. Splits the process, once: the new one returns and goes
// on; the old one waits, hands on SIGTERM, SIGINT, SIGHUP and SIGQUIT, and ends as the new one did.
// Where that ended without note_end() (a system call, exec, the last thread's end), by a signal in
// a plugin's call, or where the call took too long, it names the plugin and ends with
// kFaultExitCode. Nothing happens where nobody asked for it, and the second time. Error: there is no
// memory or no process for it; the plugin is refused then, for it would run unwatched.
Status begin_watch();

// For the waiting process, which reads it: the call that is made (nullptr: none), and that the
// process is about to end on purpose. Nothing happens where nobody waits.
void note_call(const char* plugin, const char* call) noexcept;
void note_end() noexcept;

// In a child that is somebody else's to wait for: it notes nothing.
void leave_watch() noexcept;

}  // namespace memmap::plugin
