// Any bytes: a matrix or told mistakes.
#include "sweep/matrix.h"

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "fuzz/target.h"

FUZZ_TARGET(matrix)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  const auto matrix = sweep::read_matrix("fuzz", {reinterpret_cast<const char*>(data), size});
  if (!matrix) {
    for (const Error& error : matrix.errors()) MEMMAP_CHECK(!error.message.empty(), "no message");
    to_string(matrix.errors());
    return 0;
  }
  const auto whole = [](const sweep::Lists& lists) {
    MEMMAP_CHECK(!lists.kernels.empty() && !lists.append.empty() && !lists.command_lines.empty(),
                 "an empty list: nothing is booted");
  };
  whole(matrix->product);
  for (const sweep::Lists& lists : matrix->include) whole(lists);
  return 0;
}
