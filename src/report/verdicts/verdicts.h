// What `memmap check` found, as continuous integration reads it. Texts may hold any bytes: none of them
// opens a line, an element or a directive of the format's own. Each is printable() text, so that
// control characters and what is no UTF-8 are `?`, line ends blanks.
//
// A rule of level `warning` that does not hold fails nothing: each format has its own word for that.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "policy/policy.h"

namespace memmap::report {

// One simulated boot and what became of the rules for it.
struct CheckedCase {
  std::string name{};                       // as the policy's file or the command line has it
  std::vector<policy::Verdict> verdicts{};  // their rules outlive it
  std::string kernel{};                     // the profile that was booted
  bool kernel_verified = true;              // false: no real boot was compared with what it makes
  std::vector<std::string> notes{};         // the boot's
};

// TAP 13, which readers of 14 take as well; `\#` and `\\` in names are 14's. One flat list; what failed
// has a YAML block. A warning: `not ok ... # TODO`.
std::string verdicts_to_tap(std::span<const CheckedCase> cases);

// KTAP version 1: a test for each case, its rules nested. A `#` in a name, which has no escape
// there, is the full-width one. A warning: `ok ... # warning: ...`.
// kernel: Documentation/dev-tools/ktap.rst, tools/testing/kunit/kunit_parser.py, v6.12
std::string verdicts_to_ktap(std::span<const CheckedCase> cases);

// JUnit's XML as GitLab and Jenkins read it: a suite for each case, `classname` the case, `name`
// the rule, the two together once. A warning: passed, with `system-out`.
std::string verdicts_to_junit(std::span<const CheckedCase> cases);

// GitHub's workflow commands, `::error file=...,line=...::...`: one for each rule that does not hold,
// then one line that counts.
std::string verdicts_to_github(std::span<const CheckedCase> cases);

// SARIF 2.1.0: every rule is one, a result only what does not hold (GitHub shows each result as an
// alert). `primaryLocationLineHash` tells cases apart that fail by the same line of a policy.
std::string verdicts_to_sarif(std::span<const CheckedCase> cases);

}  // namespace memmap::report
