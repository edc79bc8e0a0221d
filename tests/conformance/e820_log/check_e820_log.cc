// Compares what real kernels logged of their e820 table with what we simulate from the same log:
// every `update`, `remove` and `last_pfn` line, in order. Prints one line a log, and each
// difference; exits 1 if there is one.
//
//   check_e820_log KERNELS LOG...          KERNELS: the folder share/kernels
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "boot/run.h"
#include "e820/range_text.h"
#include "input/log/dmesg.h"
#include "input/log/dmesg_edits.h"
#include "machine/e820_words.h"
#include "profile/kernel_choice.h"
#include "support/default_chain.h"

namespace memmap {
namespace {

using Line = input::E820LogLine;

std::string show(const Line& l) {
  if (l.kind == Line::Kind::last_pfn) return fmt::format("last_pfn = {:#x}", raw(l.pfn));
  const std::string range = e820::edit_range(raw(l.range.base()), raw(l.range.end()));
  if (l.kind == Line::Kind::remove) {
    return fmt::format("remove {} {}", range, l.from ? e820_log_name(*l.from) : "");
  }
  return fmt::format("update {} {} ==> {}", range, e820_log_name(*l.from), e820_log_name(*l.to));
}

std::vector<std::string> logged(const std::vector<Line>& lines) {
  std::vector<std::string> out;
  for (const Line& l : lines) out.push_back(show(l));
  return out;
}

std::vector<std::string> simulated(const boot::Outcome& outcome) {
  std::vector<std::string> out;
  for (const Event& e : outcome.events) {
    if (const auto line = input::e820_edit_of(e.text)) out.push_back(show(*line));
  }
  return out;
}

// Updates and removals are debug messages: a log that has none of them says nothing about them.
void drop_debug_lines(std::vector<std::string>& lines) {
  std::erase_if(lines, [](const std::string& l) { return !l.starts_with("last_pfn"); });
}

// Prints what is on one side only, in order. kernel: `-`, ours: `+`.
bool compare(const std::string& name, const std::vector<std::string>& real,
             const std::vector<std::string>& ours) {
  if (real == ours) {
    fmt::print("same  {}  {} lines\n", name, real.size());
    return true;
  }
  fmt::print("DIFF  {}\n", name);
  const auto only = [](const auto& these, const auto& others, char sign) {
    std::vector<std::string> left = others;
    for (const std::string& line : these) {
      const auto it = std::ranges::find(left, line);
      if (it == left.end()) {
        fmt::print("   {} {}\n", sign, line);
      } else {
        left.erase(it);
      }
    }
  };
  only(real, ours, '-');
  only(ours, real, '+');
  return false;
}

bool check(const std::string& kernels, const std::string& path) {
  const auto source = input::open_source(path);
  if (!source) return fmt::print("{}", to_string(source.errors())), false;
  const auto machine = input::read_dmesg(*source, {});
  if (!machine) return fmt::print("{}", to_string(machine.errors())), false;
  const auto edits = input::read_e820_edits(*source, {});
  if (!edits) return fmt::print("{}", to_string(edits.errors())), false;
  const auto kernel = kernel::choose_kernel(std::nullopt, machine->kernel_release, kernels);
  if (!kernel) return fmt::print("{}", to_string(kernel.errors())), false;

  std::vector<std::string> real = logged(*edits);
  std::vector<std::string> ours =
      simulated(boot::run(*machine, kernel->profile, test::default_options()));
  if (std::ranges::none_of(*edits, [](const Line& l) { return l.kind != Line::Kind::last_pfn; })) {
    drop_debug_lines(ours);
  }
  return compare(path.substr(path.rfind('/') + 1), real, ours);
}

}  // namespace
}  // namespace memmap

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: check_e820_log KERNELS LOG...\n", stderr);
    return 2;
  }
  int same = 0;
  for (int i = 2; i < argc; ++i) same += memmap::check(argv[1], argv[i]) ? 1 : 0;
  fmt::print("{} of {} logs agree\n", same, argc - 2);
  return same == argc - 2 ? 0 : 1;
}
