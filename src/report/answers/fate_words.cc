#include "report/answers/fate_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace memmap::report {
namespace {

using account::End;
using account::Fate;
using account::LedgerRow;

constexpr std::string_view kDeferredStep = "deferred_init_memmap";

// The words of the command line that `remedy` is about: `without crashkernel=` is about
// `crashkernel=256M`. Empty: none.
std::string parameters_of(std::string_view remedy, std::string_view command_line) {
  constexpr std::string_view kWithout = "without ";
  std::string out;
  if (!remedy.starts_with(kWithout) || !remedy.ends_with('=')) return out;
  const std::string_view name = remedy.substr(kWithout.size());
  for (std::size_t at = 0; at < command_line.size();) {
    const std::size_t end = std::min(command_line.find(' ', at), command_line.size());
    const std::string_view word = command_line.substr(at, end - at);
    if (word.starts_with(name)) out.append(out.empty() ? "" : " ").append(word);
    at = end + 1;
  }
  return out;
}

}  // namespace

std::string what_of(const boot::Outcome& outcome, const Fate& fate) {
  if (fate.row != nullptr) {
    std::string out = fate.row->what;
    const std::string asked = parameters_of(fate.row->remedy, outcome.subject.command_line);
    if (!asked.empty()) out += fmt::format(" ({})", asked);
    return out;
  }
  if (fate.piece == nullptr || fate.piece->use == account::Use::gap)
    return "no RAM: a hole, or registers of a device";
  if (fate.piece->use == account::Use::left_out)
    return "RAM that a parameter added, and memblock was not given";
  if (fate.end == End::no_ram) return "no RAM: " + words_of(*fate.piece, outcome);
  return "free memory";
}

std::string counts_of(const account::Ledger& ledger, const Fate& fate) {
  // kernel: hmem_register_device(), drivers/dax/hmem/hmem.c; dev_dax_kmem_probe(), drivers/dax/kmem.c, v6.12
  const bool soft_reserved = fate.end == End::no_ram && fate.piece != nullptr &&
                             fate.piece->type == E820Type::soft_reserved;
  if (soft_reserved && ledger.mem_total) {
    return "not part of MemTotal at boot; DAX's drivers may make it System RAM later, as they do "
           "by default since 6.3";
  }
  switch (fate.end) {
    case End::no_ram:
    case End::lost:
    case End::reserved:
    case End::unusable:
      return ledger.mem_total ? "never part of MemTotal" : "not free when the kernel stopped";
    case End::stopped:
      return "the kernel stopped before it was free";
    case End::free:
      return ledger.mem_total ? "part of MemTotal from the hand-over on"
                              : "free when the kernel stopped";
    case End::initialised_later:
      return fmt::format("part of MemTotal once it is initialised, by {}()", kDeferredStep);
    case End::given_back:
      return fmt::format("part of MemTotal from {}() on", fate.given->step);
  }
  return {};
}

std::string_view remedy_of(const account::Fate& fate) {
  return fate.counted() || fate.row == nullptr ? "" : std::string_view(fate.row->remedy);
}

bool is_of_parameter(const LedgerRow& row) { return row.remedy == "without " + row.what; }

std::string answer_of(const boot::Outcome& outcome, const account::Ledger& ledger,
                      const Fate& fate) {
  const std::string what = what_of(outcome, fate);
  const std::string counts = counts_of(ledger, fate);
  const std::string_view remedy = remedy_of(fate);
  if (!remedy.empty() && is_of_parameter(*fate.row)) {
    return fmt::format("RAM that {} leaves out; {}; without this parameter it comes back", what,
                       counts);
  }
  const auto lead = [&]() -> std::string_view {
    switch (fate.end) {
      case End::lost:
        return "RAM that is left out: ";
      case End::reserved:
        return "reserved: ";
      case End::unusable:
        return "not for use: ";
      case End::given_back:
        return "reserved at first: ";
      default:
        return "";
    }
  }();
  std::string text = fmt::format("{}{}; {}", lead, what, counts);
  if (!remedy.empty()) text += fmt::format("; what brings it back: {}", remedy);
  return text;
}

}  // namespace memmap::report
