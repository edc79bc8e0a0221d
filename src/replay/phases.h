// How far a boot is at each line of its log: memblock=debug does not say it, but who calls shows
// it.
#pragma once

#include <cstddef>
#include <span>

#include "replay/log.h"

namespace memmap::replay {

// Whether `next`, the entry behind `request`, is the reservation that ends it well: of its size,
// and by memblock itself.
bool answers(const Entry& request, const Entry& next);
// Whether memblock itself reserves here, for an allocation. One that has no request before it is of
// a function that logs none: memblock_phys_alloc_try_nid() for NODE_DATA,
// cma_declare_contiguous_nid().
bool is_by_memblock(const Entry& entry);
// Whether an array grows here: its message, the reservation of the new one, the end of the old one.
bool is_growth(const Entry& entry);

// Moments of the boot as indices into a log's entries: the moment is before that entry. One that
// never comes is the number of entries.
//
//   reserve add add  DUMP  alloc reserve ...  reserve alloc  node data  DUMP  alloc alloc ...
//                    first_dump          mapped ^     ^ nodes_begin     second_dump
//
struct Phases {
  // True: memory is added before the first dump, so that the log begins where memblock=debug was
  // read. False: the log was cut, and the first dump shows what the lines before it did.
  bool whole = false;
  std::size_t first_dump = 0;
  std::size_t second_dump = 0;
  // All memory is mapped, and current_limit is the end of it. kernel: setup_arch(),
  // arch/x86/kernel/setup.c, v6.12: memblock_set_current_limit() after init_mem_mapping()
  std::size_t mapped = 0;
  // numa_init() has forgotten the nodes of all regions.
  std::size_t nodes_begin = 0;
  // numa_init() has read the SRAT: hotpluggable memory is known, and searches are top-down again.
  std::size_t nodes_parsed = 0;
};

// The entries must hold a dump. `distances_are_fakes`: there is no SLIT, so that a table of distances is
// numa_emulation()'s, which comes when the SRAT was read.
Phases phases_of(std::span<const Entry> entries, bool distances_are_fakes = false);

}  // namespace memmap::replay
