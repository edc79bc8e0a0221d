// What is known of the kernel that boots: its version, its sizes, the options that change the boot.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/profile_rows.h"
#include "kernel/version.h"

namespace memmap::kernel {

// Symbol addresses of the image, relative to _text; bytes.
struct ImageLayout {
  std::uint64_t etext = 0;  // end of the code
  std::uint64_t start_rodata = 0;
  std::uint64_t end_rodata = 0;
  std::uint64_t sdata = 0;
  std::uint64_t edata = 0;
  std::uint64_t bss_start = 0;
  std::uint64_t bss_stop = 0;
  std::uint64_t end_of_kernel_reserve = 0;  // what early_reserve_memory() reserves from _text on
  std::uint64_t brk_base = 0;
  std::uint64_t end = 0;  // _end: after the brk area
};

// Of a vmlinuz: the program in it that unpacks the kernel and chooses its place (the kernel's ZO).
// Bytes. kernel: arch/x86/boot/header.S, arch/x86/boot/compressed/vmlinux.lds.S
struct Decompressor {
  std::uint64_t load_address = 0;  // LOAD_PHYSICAL_ADDR: neither loaded nor chosen lower
  std::uint64_t align = 0;         // CONFIG_PHYSICAL_ALIGN
  std::uint64_t init_size = 0;     // what the kernel needs from its place on while it is unpacked
  std::uint64_t input_offset = 0;  // of the packed kernel, from the program's start on
  std::uint64_t end = 0;           // _end of the program, from its start on
  std::uint64_t output_len = 0;    // of the kernel once unpacked, with its relocations
};

// The parameters that a kernel knows, by the macro that declares them.
struct KnownParameters {
  std::vector<std::string> early{};  // early_param()
  std::vector<std::string> setup{};  // __setup(), with its `=` if it has one
  std::vector<std::string> param{};  // module_param() and core_param(), without those with a dot
  bool empty() const { return early.empty() && setup.empty() && param.empty(); }
};

// Read from share/kernels/NAME.yaml by profile/kernel_profile, which lets no number in that its row
// does not allow. Whoever adds a value: see profile_rows.h.
struct Profile {
  std::string name{};  // `6.12.117+deb12-amd64`
  Version version{};   // 6.12.117
  // The release that it stands for, where that is another kernel's: `3.10.0-1160.el7.x86_64`.
  std::string stands_for{};
  // Whose kernel it is: the id of a row of kernel/distribution.h. Empty: not told.
  std::string distribution{};
  std::string origin{};  // where the values come from, for the report
  bool verified = true;  // false: no boot of such a kernel was compared with what memmap says of it
  ImageLayout image{};
  std::optional<Decompressor> decompressor{};  // nullopt: not known
  // CONFIG_PHYSICAL_START: where it lies without KASLR.
  std::uint64_t default_phys_base = 0x1000000;
  unsigned nodes_shift = 6;                // CONFIG_NODES_SHIFT: MAX_NUMNODES = 1 << it
  bool x86_5level = true;                  // CONFIG_X86_5LEVEL
  bool deferred_struct_page_init = false;  // CONFIG_DEFERRED_STRUCT_PAGE_INIT
  bool memory_hotplug = true;              // CONFIG_MEMORY_HOTPLUG
  bool numa = true;                        // CONFIG_NUMA
  std::uint64_t reserve_low = 64 * 1024;   // CONFIG_X86_RESERVE_LOW, kernels before 5.13
  unsigned pageblock_order = 9;            // HUGETLB_PAGE_ORDER
  unsigned max_page_order = 10;            // MAX_PAGE_ORDER (MAX_ORDER - 1 before 6.4)
  std::map<std::string, std::uint64_t, std::less<>> struct_sizes{};  // bytes: page, zone, ...
  // CONFIG_ options: true, false, a number, a text.
  std::map<std::string, std::string, std::less<>> config{};
  std::map<std::string, std::uint64_t, std::less<>> symbols{};  // from _text or the per-CPU section
  std::map<std::string, std::uint64_t, std::less<>> constants{};  // of enums: MIGRATE_TYPES, ...
  std::map<std::string, std::uint64_t, std::less<>> offsets{};    // bytes: `zone.free_area`, ...
  // enum fixed_addresses: the fixmap's slots, and where it ends. Empty: not known; fixmap/slots has
  // what follows from the options.
  std::map<std::string, std::uint64_t, std::less<>> fixmap{};
  KnownParameters parameters{};
  // Functions that call memblock and stand in the symbol table: not inlined. Sorted.
  std::vector<std::string> functions{};

  // Each as the profile has it, else as the row has it `otherwise`.
  bool has(const Flag& option) const;
  // An option that the configuration lacks (`false`) is the least that it can be.
  std::uint64_t number(const Number& option) const;
  std::string_view text(const Text& option) const;  // empty: not given
  std::uint64_t size_of(const Struct& type) const;
  std::uint64_t offset_of(const Member& member) const;
  std::uint64_t value_of(const Constant& constant) const;
  // From _text or the per-CPU section, in bytes; nullopt: not known.
  std::optional<std::uint64_t> place_of(const Symbol& symbol) const;
  // Bytes from one symbol to the other; as the rows have them unless both are known, in this order.
  std::uint64_t bytes_between(const Symbol& start, const Symbol& end) const;

  // CONFIG_PHYSICAL_ALIGN, a power of two: bytes that the image's places are apart.
  std::uint64_t image_align() const;

  bool is_function(const Function& which) const { return is_function_named(which.name); }

  // By a name that is known only when memmap runs, as plugins give it: false for what has no row.
  bool has_named(std::string_view option) const;
  bool is_function_named(std::string_view which) const;
};

}  // namespace memmap::kernel
