// For a library: a failed check ends the call that it fails in, not the process.
#pragma once

#include <stdexcept>

namespace memmap {

// What a failed check throws then; what() is the condition, its place and the detail.
class CheckFailed : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// While one lives, checks that fail on this thread throw CheckFailed and print nothing. Nests. In a function
// that lets no exception out a failed check still ends the process.
class ChecksThrow {
 public:
  ChecksThrow() noexcept;
  ~ChecksThrow();
  ChecksThrow(const ChecksThrow&) = delete;
  ChecksThrow& operator=(const ChecksThrow&) = delete;
};

// Whether they do on this thread; one that works for it does as it does.
bool checks_throw() noexcept;

}  // namespace memmap
