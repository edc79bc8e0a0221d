// Kernel logs: any bytes are recognised, read and refused without a crash, and each error points
// into the text it shows.
#include "input/log/dmesg.h"

#include <cstdint>
#include <cstdlib>

#include "fuzz/target.h"
#include "input/log/dmesg_edits.h"

FUZZ_TARGET(dmesg)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  input::Source source;
  source.name = "fuzz.log";
  source.bytes.assign(reinterpret_cast<const char*>(data), size);
  (void)input::recognise_dmesg(source);
  const auto machine = input::read_dmesg(source, {});
  if (machine.ok()) {
    if (machine->firmware_map.empty()) std::abort();
  } else {
    for (const Error& error : machine.errors()) {
      if (error.message.empty()) std::abort();
      if (!error.line_text.empty() && error.origin.column > error.line_text.size() + 1)
        std::abort();
    }
    (void)to_string(machine.errors());
  }
  (void)input::read_dmesg(source, {.boot = 2});
  (void)input::read_e820_edits(source, {});
  return 0;
}
