// What keeps a process in bounds: of the kernel that runs, and for the process that calls it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace memmap::plugin::isolate {

// What the running kernel has to keep a process in bounds. Limits (setrlimit) are always there, and
// contain what computes too long or takes too much memory, and nothing else.
struct Protection {
  bool seccomp = false;  // system calls
  int landlock = 0;      // files; the revision of its interface, 0: none
  bool any() const { return seccomp || landlock > 0; }
};

// Of this kernel, for this process.
Protection protection_here();

// What `protection` leaves open, for the report; nullopt: nothing that it could close.
std::optional<std::string> what_lacks(const Protection& protection);

struct Limits {
  std::uint64_t memory = std::uint64_t{2} << 30;  // bytes of address space
  unsigned seconds = 60;                          // of one call, and of processor time; 0: any
};

// The process's way in, which cannot be gone back. One thread, and nothing is open but 0, 1 and 2, all
// /dev/null, and `kSocket`.
class Confinement {
 public:
  static constexpr int kSocket = 3;
  // An exit status that only enter_*()'s handler gives: a system call was not let through, of which it
  // has told (`on_refused`).
  static constexpr int kRefused = 71;

  // `on_refused` gets the number of a system call that is not let through, in a signal handler.
  Confinement(const Protection& protection, const Limits& limits, void (*on_refused)(int call));
  ~Confinement();
  Confinement(const Confinement&) = delete;
  Confinement& operator=(const Confinement&) = delete;

  // From here on the process cannot get rights, write files, begin processes, reach others or the
  // network; it may read `file` and system libraries, and map their code. Error: the kernel refuses.
  Status before_loading(const std::filesystem::path& file);
  // From here on it opens no file, and maps no code; asked for by the child once the plugin has returned from
  // loading, so that one which never does stays in the bounds of before_loading().
  Status after_loading();

 private:
  struct Filters;
  Protection protection_;
  Limits limits_;
  std::unique_ptr<Filters> filters_;
};

// `openat`; where nobody knows, `257`.
std::string name_of_system_call(int number);

}  // namespace memmap::plugin::isolate
