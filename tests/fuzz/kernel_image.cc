// Any bytes as a vmlinux: sections, symbols, parameters; or a told mistake.
#include <cstdint>

#include "base/check.h"
#include "fuzz/target.h"
#include "profile/embedded_symbols.h"
#include "profile/image.h"
#include "profile/parameters.h"

FUZZ_TARGET(kernel_image)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto result = kernel::read_image("fuzz", bytes);
  if (result) {
    const auto symbols = kernel::find_embedded_symbols(*result);
    kernel::parameters_of(*result, symbols ? *symbols : result->symbols);
    return 0;
  }
  for (const Error& error : result.errors()) MEMMAP_CHECK(!error.message.empty(), "no message");
  to_string(result.errors());
  return 0;
}
