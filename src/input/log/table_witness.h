// What a log says later of its memory map, held against the table that was read from it: entries
// whose lines were lost come to light so.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "input/log/dmesg_edits.h"
#include "input/log/log_lines.h"
#include "machine/e820_entry.h"

namespace memmap::input {

// Gathers such statements line by line. Only those are taken that hold for every kernel and whatever
// its parameters; whether a simulated boot ends as the log says is another question.
class TableWitness {
 public:
  explicit TableWitness(const LogText& log) : log_(log), counter_(log) {}
  void line(const LogLine& line);

  // The statements that contradict `firmware`, a note each with its line; few at most. By parameters
  // (`mem=`) the kernel may have less RAM than the map.
  enum class Edited { no, by_parameters };
  std::vector<std::string> against(const E820Entries& firmware, Edited how) const;

 private:
  // An address at which, says the line, one entry ends or another begins; of `pages`: or the page's
  // boundary before or behind it.
  enum class Exact { bytes, pages };
  struct Edge {
    std::uint64_t addr = 0;
    std::size_t line = 0;
    Exact exact = Exact::bytes;
  };
  // Of a range, says the line, the map has all as RAM; all; or at least a part.
  enum class Has { ram, all, some };
  struct Stated {
    PhysRange range{};
    std::size_t line = 0;
    Has has = Has::all;
  };
  struct LastPfn {
    Pfn pfn{};
    std::size_t line = 0;
    std::size_t edits = 0;  // before this line
  };

  void edges(const LogLine& line, std::string_view range, Exact exact);
  void statement(const LogLine& line, std::string_view range, Has has);
  void acpi_line(const LogLine& line, std::string_view text);
  void stolen_line(std::string_view text);

  const LogText& log_;
  LineCounter counter_;
  std::vector<Edge> edges_{};
  std::vector<Stated> stated_{};
  std::vector<LastPfn> last_pfns_{};
  std::vector<E820LogLine> edits_{};
  E820Entries added_{};
  bool in_nodes_ = false;
  bool own_range_ = false;  // the kernel added its own place, where the map has no RAM
};

}  // namespace memmap::input
