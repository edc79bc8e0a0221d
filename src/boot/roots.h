// Roots of page tables: the kernel has several at different moments, and some that it changes to.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "paging/address_space.h"

namespace memmap::boot {

struct Outcome;

// In the order in which the kernel makes them. Those from `user` on are there when the first process
// runs, where the boot went on so far (Options::until).
enum class Root { startup, early, kernel, user, trampoline, efi };

// A root beside the kernel's own and the user's.
struct RootTables {
  Root root{};
  paging::AddressSpace tables{4};
  std::string_view lacks{};  // what of it is not known, for people; empty: nothing
};

// `startup`: as --root takes it.
std::string_view name_of(Root root);
std::span<const std::string_view> root_names();
std::optional<Root> root_named(std::string_view name);
// The kernel function at whose start these tables are so; empty: those of the outcome's moment.
std::string_view moment_of(Root root);

// nullptr: the boot has no such root, and why_not() says why. `kernel`: at the moment that was asked for.
const paging::AddressSpace* tables_of(const Outcome& outcome, Root root);
std::string_view why_not(const Outcome& outcome, Root root);
// RootTables::lacks; empty for the kernel's own and the user's.
std::string_view lacks_of(const Outcome& outcome, Root root);

}  // namespace memmap::boot
