// The page that plays the frames of a boot.
#pragma once

#include <cstddef>
#include <string>

#include "account/frames.h"

namespace memmap::report {

// A page beside the pictures, which loads nothing else and no network. Without scripts it is all
// frames, one below the other, each with what the step did; with them, a player: play and pause,
// forwards and backwards, by keys too.
class Player {
 public:
  explicit Player(std::string title) : title_(std::move(title)) {}

  // `picture`: the file's name.
  void add(const std::string& picture, const account::Frame& frame);
  std::string page() const;

 private:
  std::string title_;
  std::string figures_{};
  std::size_t count_ = 0;
};

}  // namespace memmap::report
