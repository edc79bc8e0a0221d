// kmemcheck's reports: what one says, in the kernel's form, and the queue in which they wait.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shadow.h"

namespace kmemcheck {

// kernel: struct kmemcheck_error, arch/x86/mm/kmemcheck/error.c, v4.14
struct Report {
  Shadow state = Shadow::uninitialized;
  std::uint64_t address = 0;
  unsigned size = 0;        // bytes
  std::uint64_t ip = 0;     // the instruction, as whoever runs the accesses counts them
  std::uint64_t shown = 0;  // the first byte that is shown
  std::vector<Shadow> shadow{};
  std::vector<ShadowMap::Byte> memory{};
};

// `kmemcheck: Caught 32-bit read from uninitialized memory (ffff88003e4a2024)`, the first line of a
// report after its `WARNING: `. An address has 16 digits, or 8 in a 32-bit kernel, whose addresses
// all lie below 4 GiB.
std::string caught(const Report& report);

// The lines that the kernel prints: what was caught, the memory in hexadecimal, its shadow, a caret
// below the first byte that was read. A byte that nobody told is `??`.
//
// kernel: kmemcheck_error_recall(), arch/x86/mm/kmemcheck/error.c, v4.14
std::vector<std::string> lines_of(const Report& report);

// Reports that wait to be printed. Full: what comes is lost, and counted.
class Queue {
 public:
  explicit Queue(std::size_t size) : size_(size) {}

  void push(Report report);
  // All that wait, the oldest first, and how many were lost since the last time. Empties the queue.
  struct Drained {
    std::vector<Report> reports{};
    std::uint64_t lost = 0;
  };
  Drained drain();

 private:
  std::size_t size_;
  Drained waiting_{};
};

// What the kernel says of lost ones.
std::string lost_line(std::uint64_t lost);

}  // namespace kmemcheck
