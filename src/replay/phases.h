// What memblock=debug does not log, but its lines show: how far the boot is.
#pragma once

#include <cstddef>
#include <span>

#include "replay/log.h"

namespace memmap::replay {

// Whether `next` is the reservation by which a request ends well: of its size, by memblock itself,
// logged directly after it.
bool answers(const Entry& request, const Entry& next);
// A reservation by memblock itself; without a request before it, the kernel logged none:
// memblock_phys_alloc_try_nid() for NODE_DATA, cma_declare_contiguous_nid().
bool is_by_memblock(const Entry& entry);
// What an array's growth logs: the new array's reservation, the old one's end, the message.
bool is_growth(const Entry& entry);

// Indices into a log's entries; the number of entries where a moment never comes.
//
//   reserve add add  DUMP  alloc reserve ...  reserve alloc  node data  DUMP  alloc alloc ...
//                    first_dump          mapped ^     ^ nodes_begin     second_dump
//
struct Phases {
  // Memory is added before the first dump: the log begins where memblock=debug was read. Else it
  // was cut, and what stands before that dump is in it.
  bool whole = false;
  std::size_t first_dump = 0;
  std::size_t second_dump = 0;
  // From here on all memory is mapped. kernel: memblock_set_current_limit(get_max_mapped()) in
  // setup_arch(), arch/x86/kernel/setup.c, v6.12: after init_mem_mapping()
  std::size_t mapped = 0;
  // numa_init() has forgotten the nodes of all regions.
  std::size_t nodes_begin = 0;
  // numa_init() has read the SRAT: hotpluggable memory is known, searches are top-down again.
  std::size_t nodes_parsed = 0;
};

Phases phases_of(std::span<const Entry> entries);

}  // namespace memmap::replay
