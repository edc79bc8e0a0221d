#include "access/fault.h"

#include <fmt/format.h>

#include "base/address.h"

namespace memmap::access {
namespace {

constexpr Rule kShowFault{"show_fault_oops", "arch/x86/mm/fault.c"};
constexpr Rule kSegfault{"show_signal_msg", "arch/x86/mm/fault.c"};
constexpr Rule kGeneralProtection{"exc_general_protection", "arch/x86/kernel/traps.c"};

std::uint32_t code_of(Touch touch, bool user) {
  std::uint32_t code = user ? kPfUser : 0u;
  if (touch == Touch::write) code |= kPfWrite;
  if (touch == Touch::exec) code |= kPfInstr;
  return code;
}

class Lines {
 public:
  explicit Lines(const Rule& rule) : rule_(rule) {}
  void say(Severity severity, std::string text) {
    events_.push_back({.severity = severity,
                       .step = std::string(rule_.function),
                       .rule = rule_,
                       .text = std::move(text)});
  }
  Events take() { return std::move(events_); }

 private:
  const Rule& rule_;
  Events events_{};
};

Events not_canonical(VirtAddr at, bool user) {
  Lines lines(kGeneralProtection);
  lines.say(Severity::warning,
            user ? "general protection fault"
                 : fmt::format("Oops: general protection fault, probably for non-canonical address "
                               "{:#x}: 0000",
                               raw(at)));
  return lines.take();
}

}  // namespace

std::optional<std::uint32_t> fault_of(const Walk& walk, Touch touch, bool user) {
  const std::uint32_t code = code_of(touch, user);
  if (!walk.mapping) return code;
  const std::uint32_t flags = walk.mapping->flags;
  const bool refused = (user && (flags & paging::kUser) == 0) ||
                       (touch == Touch::write && (flags & paging::kWritable) == 0) ||
                       (touch == Touch::exec && (flags & paging::kNoExecute) != 0) ||
                       // SMEP: the kernel runs no code of a user's.
                       (touch == Touch::exec && !user && (flags & paging::kUser) != 0);
  if (!refused) return std::nullopt;
  return code | kPfProt;
}

Events fault_events(VirtAddr at, const Walk& walk, Touch touch, bool user) {
  if (!walk.canonical) return not_canonical(at, user);
  std::uint32_t code = fault_of(walk, touch, user).value_or(0);
  if (user) {
    // Of the kernel's half a program is not told what is there.
    if ((raw(at) >> 63) != 0) code |= kPfProt;
    Lines lines(kSegfault);
    lines.say(Severity::warning, fmt::format("segfault at {:x} error {:x}", raw(at), code));
    return lines.take();
  }
  Lines lines(kShowFault);
  if (touch == Touch::exec && walk.mapping) {
    lines.say(Severity::warning,
              (walk.mapping->flags & paging::kNoExecute) != 0
                  ? "kernel tried to execute NX-protected page - exploit attempt? (uid: 0)"
                  : "unable to execute userspace code (SMEP?) (uid: 0)");
  }
  lines.say(Severity::warning,
            raw(at) < kPageSize
                ? fmt::format("BUG: kernel NULL pointer dereference, address: {:016x}", raw(at))
                : fmt::format("BUG: unable to handle page fault for address: {:016x}", raw(at)));
  lines.say(Severity::warning, fmt::format("#PF: supervisor {} in kernel mode",
                                           touch == Touch::exec    ? "instruction fetch"
                                           : touch == Touch::write ? "write access"
                                                                   : "read access"));
  lines.say(Severity::warning,
            fmt::format("#PF: error_code({:#06x}) - {}", code,
                        (code & kPfProt) == 0 ? "not-present page" : "permissions violation"));
  return lines.take();
}

}  // namespace memmap::access
