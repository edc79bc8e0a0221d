// What a simulated boot came to: the state at the hand-over to the buddy allocator and the story.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/range.h"
#include "base/result.h"
#include "boot/losses.h"
#include "boot/owners.h"
#include "boot/roots.h"
#include "boot/state.h"
#include "boot/story.h"
#include "fixmap/slots.h"

namespace memmap::boot {

// Those of a boot that reports show.
enum class Moment { hand_over, user_space };

struct Totals {
  std::uint64_t firmware_ram = 0;   // bytes of type RAM in the firmware's table
  std::uint64_t memory = 0;         // bytes of memblock.memory
  std::uint64_t reserved = 0;       // bytes of memblock.reserved that lie in memory
  std::uint64_t managed_pages = 0;  // pages handed to the buddy allocator
  std::uint64_t free_pages = 0;     // of its free blocks; equals managed_pages at the hand-over
  // MemTotal of /proc/meminfo in user space; empty: not known.
  std::optional<std::uint64_t> mem_total_kib{};
};

// What was simulated, for the head of a report.
struct Subject {
  std::string source{};  // as the user named it
  std::string format{};  // id of the format it was read as
  std::vector<std::string> notes{};
  std::string kernel{};         // name of the profile
  std::string kernel_origin{};  // where the profile's values come from
  bool kernel_verified = true;  // false: no real boot was compared with what this profile makes
  std::string command_line{};
  std::string policy{};  // allocation policy in force: `alloc_topdown`
};

// What a check found; whoever ran the checks fills it in.
struct Finding {
  std::string rule{};  // that is broken: `freed_twice`
  std::string text{};
  std::string step{};  // the kernel function at work; empty: at the end
  std::optional<PhysRange> range{};
};

// A check that looked on, with all that it found.
struct CheckReport {
  std::string name{};  // of the plugin
  std::string version{};
  std::vector<Finding> findings{};
};

// A statement of the kernel's log that this boot does not agree with.
struct LogDifference {
  std::size_t line = 0;  // of the file, from 1
  std::string says{};    // the kernel's line
  std::string memmap{};  // what this boot has in its place
  std::string reason{};  // what it may come of
};

// The log that the machine was read from, as a witness; whoever compared fills it in.
struct LogComparison {
  std::string name{};  // of the file
  std::size_t statements = 0;
  std::size_t agree = 0;
  std::size_t unknown = 0;  // whose truth follows from what the log does not tell
  std::vector<LogDifference> differ{};
};

// When the first process runs: the page tables by then. What drivers, modules and vmalloc() map is not
// in them.
struct UserSpace {
  paging::AddressSpace page_tables{4};
  // Under page-table isolation: what a process sees of the kernel while it runs in user mode.
  std::optional<paging::AddressSpace> user_page_tables{};
  ioremap::EarlyIoremap early_ioremap{};
};

// What a step came to: how much it changed, not where. A step that ran and changed nothing has zeroes.
struct StepDone {
  // As steps() has them.
  std::string_view phase{};
  std::string_view function{};
  std::string_view file{};
  std::size_t calls = 0;        // of memblock
  std::int64_t memory = 0;      // bytes that memblock.memory has more
  std::int64_t reserved = 0;    // bytes that memblock.reserved has more
  std::int64_t mem_total = 0;   // bytes that MemTotal counts more
  std::size_t first_event = 0;  // of Outcome::events, where its own begin
  std::size_t events = 0;       // how many are its own
};

struct Outcome {
  Subject subject{};
  State state{};  // at the hand-over to the buddy allocator, or where it ended
  // Where it is to be kept (Options::keep_user_space) and the boot came so far.
  std::optional<UserSpace> user_space{};
  std::vector<RootTables> other_roots{};         // in the order in which they were made
  std::vector<Owned> owners{};                   // of every byte of memblock.reserved
  std::optional<std::uint64_t> installed_ram{};  // bytes, as the machine tells; empty: not known
  std::vector<Loss> losses{};                    // of RAM, up to memblock.memory as it is
  MemblockLog memblock_log{};
  std::vector<StepDone> steps{};  // those that ran, in their order; the last is where a boot ended
  std::vector<fixmap::MappedSlot> fixmap{};  // what it maps, slot by slot
  Totals totals{};
  bool panicked = false;  // the kernel stopped at the last event; later stages are empty
  bool deferred = false;  // the kernel hands over the end of each node later
  // What a trim or a source of nodes did wrong; where there is any, the rest tells nothing.
  Errors faults{};
  Events events{};                      // in order
  std::size_t events_at_hand_over = 0;  // how many of them were told before it was done
  std::vector<CheckReport> checks{};
  std::optional<LogComparison> log{};  // nullopt: there is none, or nothing in it is a statement
};

}  // namespace memmap::boot
