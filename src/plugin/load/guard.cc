#include "plugin/load/guard.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>

#include "plugin/load/watch.h"

namespace memmap::plugin {
namespace {

constexpr std::array<int, 7> kSignals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
std::array<struct sigaction, kSignals.size()> old_actions;
bool guards_installed = false;
// A plugin that ran out of stack still gets its message.
alignas(16) std::array<std::byte, 64 * 1024> signal_stack;

// Only what a signal handler may do from here on.
void put(const char* text) {
  const ssize_t written = ::write(STDERR_FILENO, text, std::strlen(text));
  static_cast<void>(written);  // nowhere left to complain
}

[[noreturn]] void end_process(int code) {
  note_end();
  for (;;) ::syscall(SYS_exit_group, code);
}

void name_culprit(const CallGuard& guard, const char* what) {
  put("memmap: error: plugin `");
  put(guard.plugin());
  put(what);
  put(guard.call());
}

void on_signal(int signal) {
  if (const CallGuard* guard = CallGuard::current()) {
    const char digits[] = {static_cast<char>('0' + signal / 10),
                           static_cast<char>('0' + signal % 10), '\0'};
    name_culprit(*guard, "` crashed in ");
    put(" (signal ");
    put(signal < 10 ? digits + 1 : digits);
    put(")\n");
    end_process(kFaultExitCode);
  }
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    if (kSignals[i] == signal) ::sigaction(signal, &old_actions[i], nullptr);
  }
  ::raise(signal);  // blocked until we return
}

// Ends the process if a plugin is at work, which did that.
void refuse(const char* what) {
  if (const CallGuard* guard = CallGuard::current()) {
    name_culprit(*guard, what);
    put("\n");
    end_process(kFaultExitCode);
  }
}

void refuse_exit() { refuse("` ended the process in "); }
// A second process would write a second report.
void refuse_fork() { refuse("` forked the process in "); }

}  // namespace

thread_local const CallGuard* volatile CallGuard::current_ = nullptr;

CallGuard::CallGuard(const char* plugin, const char* call) noexcept
    : plugin_(plugin), call_(call), outer_(current_) {
  current_ = this;
  note_call(plugin, call);
}

CallGuard::~CallGuard() {
  // An exception is counted, the end of a thread, which unwinds as well, is not.
  if (!returned_) {
    refuse(std::uncaught_exceptions() != 0 ? "` threw an exception out of "
                                           : "` ended its thread in ");
  }
  current_ = outer_;
  note_call(outer_ == nullptr ? nullptr : outer_->plugin_, outer_ == nullptr ? "" : outer_->call_);
}

void end_process_if_plugins(int code) {
  if (!guards_installed) return;
  std::fflush(nullptr);
  end_process(code);
}

void install_guards() {
  static const bool installed = [] {  // NOLINT(readability-identifier-naming)
    guards_installed = true;
    stack_t now{};
    if (::sigaltstack(nullptr, &now) == 0 && (now.ss_flags & SS_DISABLE) != 0) {
      stack_t stack{};
      stack.ss_sp = signal_stack.data();
      stack.ss_size = signal_stack.size();
      ::sigaltstack(&stack, nullptr);
    }
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_ONSTACK;
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      ::sigaction(kSignals[i], &action, &old_actions[i]);
    }
    return ::atexit(refuse_exit) == 0 && ::at_quick_exit(refuse_exit) == 0 &&
           ::pthread_atfork(refuse_fork, nullptr, nullptr) == 0;
  }();
  static_cast<void>(installed);
}

}  // namespace memmap::plugin

// In place of the C library's for the whole process, plugins included: a plugin must not be able to
// make a run look good by ending it.
extern "C" {
[[gnu::visibility("default")]] void _exit(int code) {
  memmap::plugin::refuse_exit();
  memmap::plugin::end_process(code);
}
[[gnu::visibility("default")]] void _Exit(int code) noexcept { _exit(code); }
}
