#include "boot/roots.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "boot/outcome.h"

namespace memmap::boot {
namespace {

constexpr std::array<std::string_view, 6> kNames{"startup", "early",      "kernel",
                                                 "user",    "trampoline", "efi"};

}  // namespace

std::string_view name_of(Root root) { return kNames[static_cast<std::size_t>(root)]; }

std::span<const std::string_view> root_names() { return kNames; }

std::optional<Root> root_named(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Root>(std::distance(kNames.begin(), found));
}

std::string_view moment_of(Root root) {
  if (root == Root::startup) return "x86_64_start_kernel";
  return root == Root::early ? "setup_arch" : "";
}

const paging::AddressSpace* tables_of(const Outcome& outcome, Root root) {
  if (root == Root::kernel)
    return outcome.user_space ? &outcome.user_space->page_tables : &outcome.state.page_tables;
  if (root == Root::user) {
    const bool isolated = outcome.user_space && outcome.user_space->user_page_tables;
    return isolated ? &*outcome.user_space->user_page_tables : nullptr;
  }
  const auto found = std::ranges::find(outcome.other_roots, root, &RootTables::root);
  return found == outcome.other_roots.end() ? nullptr : &found->tables;
}

std::string_view lacks_of(const Outcome& outcome, Root root) {
  const auto found = std::ranges::find(outcome.other_roots, root, &RootTables::root);
  return found == outcome.other_roots.end() ? std::string_view{} : found->lacks;
}

std::string_view why_not(const Outcome& outcome, Root root) {
  if (tables_of(outcome, root) != nullptr) return {};
  if (!outcome.user_space) return "the kernel makes it behind the hand-over: ask --at user-space";
  switch (root) {
    case Root::user:
      return "this boot has no page-table isolation";
    case Root::trampoline:
      return "there was no memory for the trampoline";
    case Root::efi:
      return "this boot has no EFI runtime services, or EFI's memory map is not known";
    case Root::startup:
    case Root::early:
    case Root::kernel:
      break;
  }
  return {};
}

}  // namespace memmap::boot
