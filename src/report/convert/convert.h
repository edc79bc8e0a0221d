// A machine, or only its map, in another form: what `memmap convert` writes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "machine/machine.h"

namespace memmap::report {

struct Converted {
  std::string bytes{};  // of a format that is one file
  // Of a format that is a folder: relative path and content, ascending by entry; `bytes` is empty.
  std::vector<std::pair<std::string, std::string>> files{};
  // What the machine has and this form does not hold, one sentence each; empty: nothing is lost.
  std::vector<std::string> losses{};
};

// One row a form. Whoever adds one: a function in a file of its own, a row in convert.cc, a reader
// in src/input, a round trip in tests/unit/report/convert_test.cc, a line in share/doc/formats.md.
struct Target {
  std::string_view id;
  std::string_view summary;
  Result<Converted> (*write)(const Machine&);
};

std::span<const Target> convert_targets();

// Fails where `format` is none of the targets, and where the form cannot hold the map's entries at
// all. Else what it cannot hold is told in `losses`.
Result<Converted> convert(const Machine& machine, std::string_view format);

// The targets. yaml and json hold the whole machine (the keys of a scenario), the others its map.
Result<Converted> to_yaml(const Machine& machine);
Result<Converted> to_json(const Machine& machine);
Result<Converted> to_sysfs(const Machine& machine);
Result<Converted> to_etc_e820(const Machine& machine);
Result<Converted> to_exactmap(const Machine& machine);
Result<Converted> to_c_array(const Machine& machine);
Result<Converted> to_synthetic(const Machine& machine);

// For targets that hold a map only: all entries, those of the extended map last.
E820Entries whole_map(const Machine& machine);
// And what they leave out of the rest. `nodes`: the target tells of them itself.
enum class NodesToo { no, yes };
std::vector<std::string> losses_beside_map(const Machine& machine, NodesToo nodes);

}  // namespace memmap::report
