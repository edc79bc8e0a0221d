// What becomes of a plugin that crashes or ends the process: it is named, and the exit code is
// ours.
#pragma once

namespace memmap::plugin {

// A plugin broke the process, or answered nonsense. The command line's exit code for both.
inline constexpr int kFaultExitCode = 70;  // EX_SOFTWARE

// While one lives, plugin code runs. A crash (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP,
// SIGSYS), exit(), _exit() or fork() then writes `memmap: error: plugin `NAME` crashed in CALL
// (signal 11)` to standard error and ends the process with kFaultExitCode, whatever code the plugin
// asked for; so does a guard that dies before returned() is called: the plugin's function was left
// by an exception or with its thread. Nests. Both strings must outlive it. What is done past the C
// library only the process that waits (watch.h) sees.
class CallGuard {
 public:
  CallGuard(const char* plugin, const char* call) noexcept;
  ~CallGuard();
  CallGuard(const CallGuard&) = delete;
  CallGuard& operator=(const CallGuard&) = delete;

  // The plugin's function came back, with that.
  void returned() { returned_ = true; }
  template <class T>
  T returned(T value) {
    returned_ = true;
    return value;
  }

  // The innermost one alive on this thread, or nullptr.
  static const CallGuard* current() { return current_; }
  const char* plugin() const { return plugin_; }
  const char* call() const { return call_; }

 private:
  const char* plugin_;
  const char* call_;
  const CallGuard* outer_;
  bool returned_ = false;
  // Of this thread; read by signal handlers, which the thread that crashes runs.
  static thread_local const CallGuard* volatile current_;
};

// Takes the signals, fork() and the process's end; the first call does it, later ones nothing.
// Signals that arrive outside of plugin code go to whoever had them before.
void install_guards();

// Ends the process with `code`, once a plugin was loaded: what plugins registered to run at the end
// does not, so that none of it can change the code. Returns where none was.
void end_process_if_plugins(int code);

}  // namespace memmap::plugin
