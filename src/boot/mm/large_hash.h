// How large the kernel makes a hash table.
#pragma once

#include <cstdint>

namespace memmap::boot::hash {

struct Table {
  std::uint64_t bucket_bytes = 8;
  std::uint64_t asked = 0;  // entries that the command line asks for; 0: none
  int scale = 13;           // one entry for each 2^scale bytes of memory
  std::uint64_t least = 0;  // entries
  std::uint64_t pages = 0;  // of memory that count: nr_kernel_pages, nr_all_pages
  std::uint64_t most = 0;   // entries, whatever the memory; 0: a share of it
};

// A power of two. From 64 GiB on each fourfold memory halves the entries for a byte; a table takes
// no more than 1/16 of memory, even if asked for.
// kernel: alloc_large_system_hash(), mm/mm_init.c, v6.12; mm/page_alloc.c, v6.1
std::uint64_t entries(const Table& table);

}  // namespace memmap::boot::hash
