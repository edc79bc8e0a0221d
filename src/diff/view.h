// A result of a boot as it is compared: what lies where, stage by stage, and the figures. Read from the
// result's JSON (share/schema/result.json), so that a boot of today and one that was kept are alike.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "base/result.h"
#include "input/document/json_reader.h"
#include "machine/e820_entry.h"

namespace memmap::diff {

struct Span {
  PhysRange range{};
  std::string what{};  // `usable`, `hotplug, node 1`, `page tables`
  std::string by{};    // the kernel function that did it; empty: not known
};

// How the spans of a stage are held against each other.
enum class Compared {
  by_place,  // what each byte is: spans are disjoint and ascending
  by_name,   // where each thing lies: a thing may have several pieces
};

struct Stage {
  std::string_view key{};    // `reserved`; a literal
  std::string_view title{};  // in words; a literal
  Compared compared = Compared::by_place;
  std::vector<Span> spans{};
};

enum class Unit { bytes, pages, kib, count };

struct Figure {
  std::string name{};  // `MemTotal`, `managed pages, node 0 Normal`
  Unit unit = Unit::count;
  std::uint64_t value = 0;
};

// What the kernel complains of; the rest of what it says follows from the stages.
struct Told {
  std::string severity{};  // `warning` or `panic`
  std::string step{};      // the kernel function
  std::string text{};
};

struct View {
  std::string source{};
  std::string kernel{};
  std::string command_line{};
  std::vector<std::string> notes{};
  bool panicked = false;   // the kernel came no further
  E820Entries firmware{};  // e820_table_firmware, in its order
  // Pages present on all nodes. kernel: get_num_physpages(), include/linux/mm.h, v6.12
  std::uint64_t physpages = 0;
  // In the order of the boot; every result has the same.
  std::vector<Stage> stages{};
  std::vector<Figure> figures{};
  std::vector<Told> events{};
};

// Whether `bytes` look like a result's JSON: an object with a schema of ours.
bool is_result(std::string_view bytes);

// Reads a result's JSON; `name` is the file, for messages. Errors: no JSON; another version of the
// schema; what the schema promises is not there.
Result<View> read_view(const std::string& name, std::string_view json,
                       input::Whose whose = input::Whose::given);

}  // namespace memmap::diff
