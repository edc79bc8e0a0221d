#include "kernel/behaviour.h"

#include "kernel/backports.h"
#include "kernel/differences.h"

namespace memmap::kernel {
namespace {

Behaviour::Bounded bounded(bool allocates) {
  return allocates ? Behaviour::Bounded::allocates : Behaviour::Bounded::finds_and_reserves;
}

std::string_view table_full(const Behaviour& b) {
  if (b.e820_full_is_of_table) return "E820 table full";
  return b.e820_full_is_prefixed ? "e820: too many entries" : "too many entries";
}

std::string_view free_line(const Behaviour& b) {
  if (b.memblock_free_is_phys_free) return "memblock_phys_free";
  return b.memblock_free_is_indented ? "   memblock_free" : "memblock_free";
}

// What follows from the flags.
Behaviour completed(Behaviour b, unsigned nodes_shift) {
  b.e820_table_full = table_full(b);
  b.memblock_free_line = free_line(b);
  b.bounded = bounded(b.allocates_within_bounds);
  b.bounded_crash_kernel = bounded(b.crash_kernel_within_bounds);
  b.bringup_cpumasks = b.bringup_has_four_masks ? 4 : 1;
  b.command_line_copies = b.keeps_initcall_command_line ? 3 : 2;
  b.max_numnodes = 1 << nodes_shift;
  return b;
}

}  // namespace

Behaviour behaviour_of(Version v, unsigned nodes_shift) {
  Behaviour b;
  for (const Difference& d : differences()) b.*d.member = d.holds(v);
  return completed(b, nodes_shift);
}

Behaviour behaviour_of(const Profile& profile) {
  const unsigned nodes_shift = profile.numa ? profile.nodes_shift : 0;
  Behaviour b = behaviour_of(profile.version, nodes_shift);
  b.numa = profile.numa;
  return take_backports(profile, b) == 0 ? b : completed(b, nodes_shift);
}

}  // namespace memmap::kernel
