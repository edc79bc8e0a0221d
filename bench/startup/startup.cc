// The cost of the whole program, from its start to its end, on a map of ten entries; side by side
// with the floor (a program that does nothing) and with what is at hand to read the same facts.
//
//   startup [RUNS]      default 50
#include <cstdlib>
#include <string>
#include <vector>

#include "support/process.h"

namespace {

using memmap::bench::median_of;
using memmap::bench::print_heading;
using memmap::bench::print_row;

struct Contestant {
  std::string label;
  std::vector<std::string> command;
};

}  // namespace

int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::atoi(argv[1]) : 50;
  if (runs <= 0) return 2;

  const std::string program = MEMMAP_PROGRAM;
  const std::string map = std::string(MEMMAP_SOURCE_DIR) + "/maps/qemu-q35-3g.yaml";
  const Contestant contestants[] = {
      {"/bin/true (the floor)", {"/bin/true"}},
      {"memmap --version", {program, "--version"}},
      {"memmap convert --to etc-e820", {program, "convert", map, "--to", "etc-e820"}},
      {"memmap simulate", {program, "simulate", "--e820", map}},
      {"memmap simulate --format json", {program, "simulate", "--e820", map, "--format", "json"}},
      {"memmap simulate --format memblock-debug",
       {program, "simulate", "--e820", map, "--format", "memblock-debug"}},
      {"python3 -c pass", {"/usr/bin/python3", "-c", "pass"}},
      {"lsmem", {"/usr/bin/lsmem", "--json"}},
      {"qemu-system-x86_64 --version (boots nothing)",
       {"/usr/bin/qemu-system-x86_64", "--version"}},
  };
  print_heading("startup, ten e820 entries, median of " + std::to_string(runs));
  for (const Contestant& contestant : contestants) {
    print_row(contestant.label, median_of(runs, contestant.command));
  }
  return 0;
}
