// What becomes of a plugin that crashes or ends the process: it is named, and the exit code is
// ours.
#pragma once

namespace memmap::plugin {

// A plugin broke the process, or answered nonsense. The command line's exit code for both.
inline constexpr int kFaultExitCode = 70;  // EX_SOFTWARE

// While one lives, plugin code runs. A crash (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT), exit() or
// _exit() then writes `memmap: plugin `NAME` crashed in CALL (signal 11)` to standard error and
// ends the process with kFaultExitCode, whatever code the plugin asked for. Nests. Both strings
// must outlive it. A system call made past the C library is not seen.
class CallGuard {
 public:
  CallGuard(const char* plugin, const char* call) noexcept;
  ~CallGuard() { current_ = outer_; }
  CallGuard(const CallGuard&) = delete;
  CallGuard& operator=(const CallGuard&) = delete;

  // The innermost one alive on this thread, or nullptr.
  static const CallGuard* current() { return current_; }
  const char* plugin() const { return plugin_; }
  const char* call() const { return call_; }

 private:
  const char* plugin_;
  const char* call_;
  const CallGuard* outer_;
  // Of this thread; read by signal handlers, which the thread that crashes runs.
  static thread_local const CallGuard* volatile current_;
};

// Takes the signals and the process's end; the first call does it, later ones nothing. Signals that
// arrive outside of plugin code go to whoever had them before.
void install_guards();

// Ends the process with `code`, once a plugin was loaded: what plugins registered to run at the end
// does not, so that none of it can change the code. Returns where none was.
void end_process_if_plugins(int code);

}  // namespace memmap::plugin
