// What is wrong with a kernel command line, told before it is booted: what the kernel would read
// otherwise than it was meant, ignore, or fail at.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "boot/boot.h"
#include "kernel/profile.h"
#include "machine/machine.h"

namespace memmap::lint {

struct Finding {
  std::string_view rule{};  // its id
  // What it is about: bytes of the line.
  std::size_t at = 0;
  std::size_t size = 0;
  std::string message{};  // what is wrong: one sentence, no full stop
  std::string reason{};   // what the kernel does, and by which rule
  std::string advice{};   // what to write instead
};

struct Subject {
  std::string_view line{};  // as the kernel gets it
  const kernel::Profile& profile;
  // The machine it is for; nullptr: not known, and what needs its map is not looked at.
  const Machine* machine = nullptr;
  // Where there is a machine: what is plugged into its boots, the kernel's own rules at least.
  boot::Options boot{};
  // `line` is GRUB's list of bad memory, no kernel's line: ADDRESS,MASK,...
  bool is_badram = false;
  // What is plugged in did wrong in a boot, the first in which it did: what was found is of no use then.
  // nullptr: nobody asks.
  Errors* faults = nullptr;
};

// Every finding, by its place in the line; those at one place in the order of rules(). Boots the
// machine, if there is one, to hear what the kernel says. Pure.
std::vector<Finding> lint(const Subject& subject);

// Of these what a report of a boot tells, for those who did not ask for all (Rule::in_reports).
std::vector<Finding> for_reports(const Subject& subject);

// What is good to know of the line on its machine, a sentence each, without a full stop: where
// persistent memory may lie, that a crash kernel fits in any case. Without a machine, nothing.
std::vector<std::string> advice(const Subject& subject);

class Check;

// One row a rule: to add one, write its function, declare it in check.h, and add a row to
// rules.cc; then a good and a bad line in tests/unit/lint/lint_test.cc and a line in
// share/doc/lint.md.
struct Rule {
  std::string_view id{};
  std::string_view summary{};  // what it warns of, one line
  bool needs_machine = false;
  void (*run)(Check&) = nullptr;
  bool is_idle = false;    // what it finds has no effect, or not the one that was meant
  bool of_badram = false;  // it is about GRUB's list
  // A report of a boot tells of it too: nothing in the boot shows that it was not meant so.
  bool looks_right = false;

  bool in_reports() const { return is_idle || looks_right; }
};

std::span<const Rule> rules();

}  // namespace memmap::lint
