// A result's JSON that is to be compared: any bytes are read or refused with told mistakes; what is read
// differs from itself in nothing.
#include "diff/view.h"

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "diff/diff.h"
#include "fuzz/target.h"

FUZZ_TARGET(view)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static_cast<void>(diff::is_result(bytes));
  const auto view = diff::read_view("fuzz.json", bytes);
  if (!view) {
    MEMMAP_CHECK(!to_string(view.errors()).empty(), "refused without a word");
    return 0;
  }
  for (const diff::Stage& stage : view->stages) {
    MEMMAP_CHECK(!stage.key.empty() && !stage.title.empty(), "a stage without a name");
  }
  MEMMAP_CHECK(!diff::diff(*view, *view, {}).differs(), "a result that differs from itself");
  return 0;
}
