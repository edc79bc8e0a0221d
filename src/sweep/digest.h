// One sum over all that a sweep reads: whether two of its files are of the same matrix.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace memmap::sweep {

class Digest {
 public:
  Digest();
  ~Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  // `what` it is and its content; where one ends and the next begins is part of the sum.
  void add(std::string_view what, std::string_view bytes);
  // The bytes of a file, or of all files below a folder with their names. Error: it cannot be read.
  Status add_files(const std::string& path);

  // SHA-256 of it all, in hexadecimal; nothing is added afterwards.
  std::string take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace memmap::sweep
