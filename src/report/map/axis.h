// Which address is drawn at which height. No drawing here.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "account/columns.h"

namespace memmap::report {

// How high what lies between two addresses is drawn: by the magnitude of its size, by its size, or as
// high as anything else.
enum class Scale { log, linear, equal };

// What lies between two neighbouring marks of the axis; within it, addresses are drawn evenly.
struct Stretch {
  PhysRange range{};
  double top = 0;
  double height = 0;
  bool fold = false;   // nothing has a byte of it: a break of one height, whatever its size
  bool blank = false;  // nothing has most of it
};

// From address 0 to the last that anything has, downwards from height 0; in pixels.
//
//   blocks     |==|==|        |====|=========|                    |==|
//   stretches  |  |  |        |    |         |/\/\/\/\/\/\/\/\/\/\|  |
//                     (small: no fold)            (fold)
//
class Axis {
 public:
  static constexpr double kFoldHeight = 20;
  static constexpr double kLeastHeight = 13;  // of a stretch: a line of text fits in

  // Of all `columns` that are to be drawn along it, several of one stage too. Stretches are at most
  // kMost: where there are more edges of blocks, those go that tell least. O(n log n) for n blocks,
  // times the number of columns of a stage.
  static constexpr std::size_t kMost = 56;
  Axis(std::span<const account::Column* const> columns, Scale scale);

  const std::vector<Stretch>& stretches() const { return stretches_; }  // ascending, without holes
  double height() const;
  // Of an address; ascending as addresses do. What lies above all stretches is at the end.
  double at(std::uint64_t address) const;
  // Within a linear axis, further addresses to mark: ascending multiples of one power of two.
  std::vector<std::uint64_t> ticks(double least_distance) const;

 private:
  std::vector<Stretch> stretches_{};
  Scale scale_;
};

}  // namespace memmap::report
