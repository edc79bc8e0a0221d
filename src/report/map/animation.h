// Frames one after the other in one picture.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "account/frames.h"
#include "report/map/picture.h"

namespace memmap::report {

// Lines of text above the columns of a frame.
inline constexpr std::size_t kFrameLines = 7;

// What several frames have in common is drawn once and shown as long as it is so. Whoever asks for
// less motion, or has a program that moves nothing, sees the last frame.
class Animation {
 public:
  explicit Animation(const Picture& picture) : picture_(picture) {}

  using Columns = std::array<std::shared_ptr<const account::Column>, account::kColumns>;
  void add(const MapText& text, const Columns& columns, const std::string& outlines);

  // For Picture::whole(), once all frames are added. `drawn`: each state of each column.
  std::string parts(const std::map<const account::Column*, std::string>& drawn,
                    std::string_view under, std::string_view over) const;
  std::string style() const;

 private:
  struct Shown {
    const account::Column* column = nullptr;
    std::size_t from = 0;  // frames [from, to)
    std::size_t to = 0;
  };
  std::string group(std::string_view inside, std::size_t from, std::size_t to) const;

  const Picture& picture_;
  std::array<std::vector<Shown>, account::kColumns> shown_{};
  std::vector<std::string> texts_{};
  std::vector<std::string> outlines_{};
};

}  // namespace memmap::report
