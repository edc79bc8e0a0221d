// What a boot begins with and never changes: the machine, the kernel, the command line, and what
// follows from these three before anything runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "boot/options.h"
#include "boot/plugged.h"
#include "boot/x86/cpus.h"
#include "boot/x86/local_apic.h"
#include "fixmap/slots.h"
#include "kernel/behaviour.h"
#include "kernel/command_line.h"
#include "kernel/profile.h"
#include "machine/machine.h"
#include "paging/features.h"
#include "paging/set_memory.h"

namespace memmap::boot {

struct Inputs {
  // All three must outlive it.
  Inputs(const Machine& machine, const kernel::Profile& profile, const Options& options);
  Inputs(const Inputs&) = delete;
  Inputs& operator=(const Inputs&) = delete;

  const Options& options;
  const Machine& machine;
  const kernel::Profile& profile;
  const kernel::Behaviour behaviour;
  const std::string command_line;                   // all of it, what is built in too
  const std::vector<kernel::Parameter> parameters;  // of command_line, in order
  const CpuCount cpus;                              // before the command line limits them
  // That the kernel makes room for; 1 where the machine does not tell.
  const unsigned possible_cpus;
  const LocalApic local_apic;
  const bool defers_struct_pages;
  const unsigned setup_max_cpus;  // that may be brought up, by nosmp and maxcpus=
  const unsigned nr_cpu_ids;      // as many, or what CONFIG_FORCE_NR_CPUS says
  const PhysAddr kernel_base;     // of _text
  const paging::Features features;
  const fixmap::Slots fixmap;

  PhysRange kernel_image() const;  // [_text, _end)
  VirtAddr kernel_text() const;    // of _text, in the mapping at __START_KERNEL_map
  // Where the parts of the image are mapped; `brk_end`: of what the brk area has given out.
  paging::ImagePlaces image_places(PhysAddr brk_end) const;
  bool acpi_enabled() const;           // the kernel reads ACPI's tables
  bool mirrored_kernelcore() const;    // kernelcore=mirror
  std::uint64_t cpumask_size() const;  // bytes of a CPU mask that is allocated
  Facts facts() const;                 // points into this

  bool has_parameter(std::string_view name) const;
  // The values of all parameters of that name, in order; of one without `=`: nullopt.
  std::vector<std::optional<std::string_view>> values_of(std::string_view name) const;
  // Whether one of them has `word` among its words, which commas part: `debug` of efi=debug,runtime.
  bool has_word(std::string_view name, std::string_view word) const;
  // A switch that is read by kstrtobool(): the last value that it takes, else `otherwise`.
  bool switched(std::string_view name, bool otherwise) const;
  // The value of the last parameter of that name; nullopt: none, or none with a value. Only for
  // those that the kernel reads so: each use overwrites all that the one before it did.
  std::optional<std::string> parameter(std::string_view name) const;
};

}  // namespace memmap::boot
