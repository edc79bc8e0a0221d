// A boot on its way: what the steps read and change.
#pragma once

#include <deque>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/event.h"
#include "boot/node_source.h"
#include "boot/observer.h"
#include "boot/outcome.h"
#include "boot/owners.h"
#include "boot/trim.h"
#include "boot/x86/cpus.h"
#include "e820/edit.h"
#include "e820/parameters.h"
#include "e820/table.h"
#include "kernel/behaviour.h"
#include "kernel/command_line.h"
#include "kernel/profile.h"
#include "machine/machine.h"
#include "memblock/memblock.h"
#include "memblock/policy.h"
#include "numa/nodes.h"
#include "paging/features.h"
#include "paging/mapping.h"
#include "zones/zones.h"

namespace memmap::boot {

// What the user asks for besides the machine and the kernel. All that is plugged in must outlive
// the boot; without any of the kernel's own rules (plugin::Chain has them) the outcome is no
// kernel's.
struct Options {
  std::optional<std::string> command_line{};  // instead of the machine's own
  std::string append{};                       // added to it, as a boot loader would
  // MemblockState::log is kept; without it a boot of a large machine takes less time and memory.
  bool record_memblock = true;
  bool entry_limit = true;  // false: the e820 tables have no last place
  memblock::AllocationPolicy* top_down = nullptr;
  memblock::AllocationPolicy* bottom_up = nullptr;
  std::vector<Trim*> trims{};               // in the order in which they are asked at a hook
  std::vector<NodeSource*> node_sources{};  // asked in turn, the last as the last resort
  // Those that transform: each is given what the one before it left.
  std::vector<NodeSource*> node_transforms{};
  Observer* observer = nullptr;  // looks on; nullptr: nobody
};

// Everything between e820 and the hand-over, filled in the order of the table of steps.
struct Boot {
  // All three must outlive it.
  Boot(const Machine& machine, const kernel::Profile& profile, const Options& options);

  const Options& options;
  const Machine& machine;
  const kernel::Profile& profile;
  kernel::Behaviour behaviour;
  std::string command_line;
  std::vector<kernel::Parameter> parameters;
  CpuCount cpus{};             // before the command line limits them
  unsigned possible_cpus = 1;  // 1 where the machine does not tell
  unsigned nr_cpu_ids = 1;     // as many, or what CONFIG_FORCE_NR_CPUS says
  PhysAddr kernel_base{};      // of _text

  Events events{};
  Errors faults{};  // of what is plugged in: the boot stops at the first

  // kernel: e820_table_firmware, e820_table_kexec, e820_table
  e820::Table firmware;
  e820::Table kexec;
  e820::Table table;
  e820::UserMap user{};

  Pfn max_pfn{};
  Pfn max_low_pfn{};
  paging::Features features{};
  std::uint64_t brk_bytes = 0;  // taken of the brk area before the page tables
  PhysRange brk{};              // what is used of it
  PhysRange brk_tables{};       // of that, the first page tables

  memblock::Memblock memblock;
  bool logs_memblock = false;  // memblock=debug would have been read, and is wanted
  bool record_memblock = true;
  std::vector<MemblockLine> memblock_log{};
  std::shared_ptr<std::deque<std::string>> names = std::make_shared<std::deque<std::string>>();
  Owners owners{};

  std::optional<PhysRange> initrd{};  // where it lies now

  paging::PageTables page_tables{};
  // Page tables made so far outside of the direct map, each by its level (1 holds 4 KiB pages) and
  // by the number of the piece of address space that it translates.
  std::set<std::pair<unsigned, std::uint64_t>> tables{};
  std::map<int, PhysAddr> node_data{};  // where each node's pg_data_t lies
  std::vector<int> possible_nodes{};    // those without memory too, ascending
  std::vector<int> emulated_from{};     // numa=fake: by node, the one it was part of
  bool processors_have_nodes = false;   // firmware's nodes are in use, the processors' too
  PhysAddr firmware_memory_end{};       // of what firmware's nodes span, hot-plug windows too
  std::vector<PhysRange> mapped{};      // by the direct map, joined, ascending
  std::uint64_t dma_reserve = 0;        // pages below 16 MiB that are taken
  std::uint64_t kernel_pages = 0;       // nr_kernel_pages, by which tables are sized
  std::uint64_t log_size = 0;           // of a log buffer that is to be allocated; bytes
  bool log_buffer_grown = false;
  std::set<std::size_t> refused{};  // parameters, by index, that their function did not take
  bool hugetlb_cma = false;         // huge pages come from CMA areas
  numa::Nodes nodes{};
  std::vector<zones::Node> zone_nodes{};
  std::vector<NodeState> node_states{};
  bool handed_over = false;  // memblock_free_all() is done

  // The caller that memblock=debug would name: of `functions`, innermost first, the first that the
  // compiler left as a function of its own.
  memblock::Caller caller(std::string_view owner,
                          std::initializer_list<kernel::Function> functions) const;
  // memblock_alloc(); where there is no memory the kernel panics in its caller's words.
  std::optional<PhysAddr> alloc_or_panic(std::uint64_t size, std::uint64_t align,
                                         const memblock::Caller& caller);
  // Memory within [from, to), taken the way this kernel's callers take it.
  std::optional<PhysAddr> take_within(kernel::Behaviour::Bounded how, std::uint64_t size,
                                      std::uint64_t align, PhysAddr from, PhysAddr to,
                                      const memblock::Caller& caller);
  // `struct pages of node 1`; lives as long as the outcome.
  std::string_view name_for_node(std::string_view what, int nid);
  // `name` itself, which lives as long as the outcome.
  std::string_view keep_name(std::string name);
  // An event of severity panic: memory for `what` could not be had.
  void panic_without_memory(std::string_view function, std::uint64_t size);

  std::uint64_t cpumask_size() const;      // bytes of a mask that is allocated
  std::vector<int> nodes_of_cpus() const;  // of the possible ones, in order

  bool acpi_enabled() const;         // its tables are read
  Facts facts() const;               // points into this
  bool mirrored_kernelcore() const;  // kernelcore=mirror

  // True, once, for a page table that is not there yet.
  bool needs_table(unsigned level, std::uint64_t virt);

  bool has_parameter(std::string_view name) const;
  // The values of all parameters of that name, in order; of one without `=`: nullopt.
  std::vector<std::optional<std::string_view>> values_of(std::string_view name) const;
  // Of a switch that is read by kstrtobool(): the last value that it takes, else `otherwise`.
  bool switched(std::string_view name, bool otherwise) const;
  // The value of the last parameter of that name; nullopt: none, or none with a value. Only for
  // those that the kernel reads so: each use overwrites all that the one before it did.
  std::optional<std::string> parameter(std::string_view name) const;

  PhysRange kernel_image() const;  // [_text, _end)

  void reserve(PhysRange range, const memblock::Caller& caller) {
    memblock.reserve(range.base(), range.size(), caller);
  }

  void dump_memblock();  // kernel: memblock_dump_all()

  // An event of the step that runs. `rule`: function and file.
  void tell(Severity severity, std::string rule, std::string text,
            std::optional<PhysRange> range = {});
  bool panicked() const;
  // Tells the observer, if there is one, of the events that it does not know yet.
  void show_events();

  std::string_view step{};  // the kernel function at work
  Observer* observer = nullptr;
  std::size_t events_shown = 0;
};

}  // namespace memmap::boot
