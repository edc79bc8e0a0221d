#include "witness/kinds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace memmap::witness {
namespace {

struct Row {
  std::string_view kind;
  std::string_view line;
  std::string_view key;
  std::string_view value;
};

// A line of each kind, and of each form that kernels gave it.
constexpr Row kRows[] = {
    {"e820_edits", "e820: update [mem 0x00000000-0x00000fff] usable ==> reserved", "update",
     "0x0-0x1000 ram to reserved"},
    {"e820_edits", "update e820 range: 0000000000000000 - 0000000000001000 (usable) ==> (reserved)",
     "update", "0x0-0x1000 ram to reserved"},
    {"e820_edits", "e820: remove [mem 0x000a0000-0x000fffff] System RAM", "remove",
     "0xa0000-0x100000 ram"},
    {"last_pfn", "e820: last_pfn = 0x3040000 max_arch_pfn = 0x400000000", "",
     "0x3040000, at most 0x400000000"},
    {"user_map", "user: [mem 0x0000000000000000-0x000000000009fbff] usable", "0x0",
     "0x0-0x9fc00 ram"},
    {"modified_map", "modified: 0000000000010000 - 000000000009a000 (usable)", "0x10000",
     "0x10000-0x9a000 ram"},
    {"setup_data_map", "reserve setup_data: [mem 0x0000000000000000-0x000000000009ffff] usable",
     "0x0", "0x0-0xa0000 ram"},
    {"mtrr_loss", "WARNING: BIOS bug: CPU MTRRs don't cover all of memory, losing 3840MB of RAM.",
     "", "3840 MiB lost"},
    {"nosave", "PM: hibernation: Registered nosave memory: [mem 0x0009f000-0x000fffff]", "",
     "0x9f000-0x100000"},
    {"nosave", "PM: Registered nosave memory: 000000000009c000 - 000000000009d000", "",
     "0x9c000-0x9d000"},
    {"pci_gap", "[mem 0xc0000000-0xfeffbfff] available for PCI devices", "",
     "0xc0000000-0xfeffc000"},
    {"pci_gap", "[gap 0x80000000-0xfedfffff] available for PCI devices", "",
     "0x80000000-0xfee00000"},
    {"pci_gap", "Allocating PCI resources starting at d4000000 (gap: d0000000:2ee00000)", "",
     "0xd0000000-0xfee00000"},
    {"ram_buffers", "e820: reserve RAM buffer [mem 0x0009fc00-0x0009ffff]", "", "0x9fc00-0xa0000"},
    {"ram_buffers", "e820: register RAM buffer resource [mem 0x3f000000-0x3fffffff]", "",
     "0x3f000000-0x40000000"},
    {"brk_tables", "BRK [0x268b58e000, 0x268b58efff] PGTABLE", "", "0x268b58e000-0x268b58f000"},
    {"ramdisk", "Allocated new RAMDISK: [mem 0x4adc8d000-0x4afbff883]", "new place",
     "0x4adc8d000-0x4afc00000"},
    {"ramdisk", "Move RAMDISK from [mem 0x2b4f7000-0x2d469883] to [mem 0x4adc8d000-0x4afbff883]",
     "moved", "0x2b4f7000-0x2d46a000 to 0x4adc8d000-0x4afc00000"},
    {"page_sizes", "[mem 0x00200000-0x3fffffff] page 2M", "0x200000-0x40000000", "2M"},
    {"gbpages", "Using GB pages for direct mapping", "", "1 GiB pages"},
    {"crash_kernel", "Reserving 161MB of memory at 688MB for crashkernel (System RAM: 3071MB)", "",
     "161 MiB at 688 MiB"},
    {"crash_kernel",
     "Reserving 256MB of low memory at 1792MB for crashkernel (low RAM limit: 4096MB)", "low",
     "256 MiB at 1792 MiB"},
    {"crash_kernel", "crashkernel reserved: 0x00000000af000000 - 0x00000000bf000000 (256 MB)", "",
     "256 MiB at 2800 MiB"},
    {"crash_kernel", "crashkernel low memory reserved: 0xaf000000 - 0xbf000000 (256 MB)", "low",
     "256 MiB at 2800 MiB"},
    {"crash_kernel", "kexec: Reserving the low 1M of memory for crashkernel", "first MiB",
     "reserved"},
    {"cma", "cma: Reserved 200 MiB at 0x0000000100000000 on node -1", "", "200 MiB at 0x100000000"},
    {"swiotlb", "software IO TLB: mapped [mem 0x00000000bbee4000-0x00000000bfee4000] (64MB)", "",
     "0xbbee4000-0xbfee4000"},
    {"swiotlb",
     "software IO TLB [mem 0xbbee4000-0xbfee3fff] (64MB) mapped at "
     "[ffff8800bbee4000-ffff8800bfee3fff]",
     "", "0xbbee4000-0xbfee4000"},
    {"swiotlb", "Placing software IO TLB between 0x20000000 - 0x24000000", "",
     "0x20000000-0x24000000"},
    {"swiotlb_areas", "software IO TLB: area num 16.", "", "16 areas"},
    {"huge_pages", "HugeTLB: registered 1.00 GiB page size, pre-allocated 3 pages", "1 GiB",
     "3 pages set aside"},
    {"huge_pages", "HugeTLB registered 2 MB page size, pre-allocated 0 pages", "2 MiB",
     "0 pages set aside"},
    {"aperture", "AGP: Mapping aperture over RAM [mem 0xc8000000-0xcbffffff] (65536KB)", "",
     "0xc8000000-0xcc000000"},
    {"log_buffer", "printk: log_buf_len: 1048576 bytes", "", "1048576 bytes"},
    {"log_buffer", "log_buf_len: 2097152 bytes", "", "2097152 bytes"},
    {"acpi_tables", "ACPI: Reserving FACP table memory at [mem 0xbffe1990-0xbffe1a03]",
     "FACP 0xbffe1990-0xbffe1a04", "reserved"},
    {"joined_blocks",
     "NUMA: Node 0 [mem 0x00000000-0x0009ffff] + [mem 0x00100000-0x7fffffff] -> [mem "
     "0x00000000-0x7fffffff]",
     "node 0", "0x0-0xa0000 + 0x100000-0x80000000 -> 0x0-0x80000000"},
    {"no_numa", "No NUMA configuration found", "nodes", "no NUMA configuration"},
    {"no_numa", "Faking a node at 0000000000000000-0000000230000000", "the only node",
     "0x0-0x230000000"},
    {"node_data", "NODE_DATA(1) allocated [mem 0x1bffd2680-0x1bfffcfff]", "node 1",
     "0x1bffd2680-0x1bfffd000"},
    {"zone_ranges", "DMA32    [mem 0x0000000001000000-0x00000000ffffffff]", "zone DMA32",
     "0x1000000-0x100000000"},
    {"zone_ranges", "Normal   empty", "zone Normal", "empty"},
    {"zone_ranges", "DMA      0x00000010 -> 0x00001000", "zone DMA", "0x10000-0x1000000"},
    {"node_ranges", "node   0: [mem 0x0000000000001000-0x000000000009efff]", "node 0",
     "0x1000-0x9f000"},
    {"node_ranges", "0: 0x00000100 -> 0x000cff70", "node 0", "0x100000-0xcff70000"},
    {"node_setup", "Initmem setup node 1 [mem 0x0000000080000000-0x00000001bfffffff]", "node 1",
     "0x80000000-0x1c0000000"},
    {"node_setup", "Initmem setup node 2 as memoryless", "node 2", "without memory"},
    {"movable_start", "Node 0: 0x0000000080000000", "node 0", "0x80000000"},
    {"fallback", "Fallback order for Node 1: 1 0 ", "node 1", "1 0"},
    {"policy_zone", "Policy zone: Normal", "", "Normal"},
    {"zonelists", "Built 2 zonelists, mobility grouping on.  Total pages: 1572734", "",
     "2 zonelists"},
    {"built_pages", "Built 2 zonelists, mobility grouping on.  Total pages: 1572734", "",
     "1572734 pages"},
    {"node_ids", "setup_percpu: NR_CPUS:8192 nr_cpumask_bits:2 nr_cpu_ids:2 nr_node_ids:4", "",
     "4 node numbers"},
    {"cpu_ids", "setup_percpu: NR_CPUS:8192 nr_cpumask_bits:2 nr_cpu_ids:2 nr_node_ids:4", "",
     "2 processor numbers"},
    {"unavailable", "On node 0, zone DMA32: 1409 pages in unavailable ranges", "node 0, zone DMA32",
     "1409 pages"},
    {"node_pages", "On node 1 totalpages: 25165824", "node 1", "25165824 pages"},
    {"zone_pages", "Normal zone: 25165824 pages, LIFO batch:31", "node 0, zone Normal",
     "25165824 pages"},
    {"zone_maps", "DMA zone: 64 pages used for memmap", "node 0, zone DMA", "64 pages"},
    {"percpu", "percpu: Embedded 66 pages/cpu s233472 r8192 d28672 u2097152", "",
     "66 pages each: s233472 r8192 d28672 u2097152"},
    {"percpu", "PERCPU: Embedded 31 pages/cpu @ffff88007fc00000 s92696 r8192 d26088 u131072", "",
     "31 pages each: s92696 r8192 d26088 u131072"},
    {"hash_tables", "Dentry cache hash table entries: 131072 (order: 8, 1048576 bytes, linear)",
     "Dentry cache", "131072 entries, 1048576 bytes"},
    {"memory_total", "Memory: 6057916K/6290936K available (16384K kernel code, 2499K rwdata)", "",
     "6290936 KiB"},
    {"memory_total", "Memory: 8173884k/9175040k available (3115k kernel code, 213684k reserved)",
     "up to the last page", "9175040 KiB"},
    {"memory_reserved",
     "Memory: 1K/2K available (3K kernel code, 212284K reserved, 0K cma-reserved)", "reserved",
     "212284 KiB"},
    {"memory_available", "Memory: 6057916K/6290936K available (16384K kernel code)", "available",
     "6057916 KiB"},
    {"memory_cma",
     "Memory: 1K/2K available (3K kernel code, 212284K reserved, 204800K cma-reserved)", "cma",
     "204800 KiB"},
    {"image_sizes",
     "Memory: 1K/2K available (5K kernel code, 4K rwdata, 3K rodata, 2K init, 1K bss, 6K reserved)",
     "", "5K kernel code, 4K rwdata, 3K rodata, 2K init, 1K bss"},
    {"freed", "Freeing unused kernel image (initmem) memory: 4264K",
     "unused kernel image (initmem)", "4264 KiB"},
    {"freed", "efi: Freeing EFI boot services memory: 64768K", "EFI boot services", "64768 KiB"},
    {"write_protected", "Write protecting the kernel read-only data: 28672k", "", "28672 KiB"},
    {"meminfo", "/proc/meminfo: MemTotal:       16331456 kB", "MemTotal", "16331456 kB"},
    {"zoneinfo", "/proc/zoneinfo: Node 0, zone DMA32: present 782298",
     "Node 0, zone DMA32: present", "782298"},
    {"iomem", "/proc/iomem: 00001000-0009fbff : System RAM", "System RAM", "0x1000-0x9fc00"},
};

const Kind* kind_named(std::string_view id) {
  const auto& all = kinds();
  const auto found = std::ranges::find(all, id, &Kind::id);
  return found == all.end() ? nullptr : *found;
}

TEST(Kinds, ReadTheirLines) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.line);
    EXPECT_TRUE(is_statement(row.line));
    const auto of_line = kinds_of(row.line);
    const Kind* kind = kind_named(row.kind);
    ASSERT_NE(kind, nullptr) << row.kind;
    ASSERT_NE(std::ranges::find(of_line, kind), of_line.end()) << row.kind;
    Reading reading;
    const auto said = kind->read(row.line, reading);
    ASSERT_TRUE(said.has_value());
    EXPECT_EQ(said->key, row.key);
    EXPECT_EQ(said->value, row.value);
  }
}

TEST(Kinds, EachHasARow) {
  std::set<std::string_view> told;
  for (const Row& row : kRows) told.insert(row.kind);
  for (const Kind* kind : kinds()) EXPECT_TRUE(told.contains(kind->id)) << kind->id;
}

// Every front of every line: cut anywhere it is read as something or nothing, but it is read.
TEST(Kinds, CutLinesDoNoHarm) {
  for (const Row& row : kRows) {
    for (std::size_t n = 0; n < row.line.size(); ++n) {
      const std::string_view cut = row.line.substr(0, n);
      Reading reading;
      for (const Kind* kind : kinds_of(cut)) (void)kind->read(cut, reading);
    }
  }
}

TEST(Kinds, OtherLinesAreNone) {
  for (const std::string_view line :
       {"", "usb 1-1: new device", "BIOS-e820: [mem 0x0-0xfff] usable", "Linux version 6.1.0",
        "memblock_reserve: [0x0-0xfff] x"})
    EXPECT_FALSE(is_statement(line)) << line;
}

}  // namespace
}  // namespace memmap::witness
