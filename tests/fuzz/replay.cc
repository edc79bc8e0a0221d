// Logs of memblock=debug: any bytes are read or refused, and what is read is replayed, without a
// crash or a hang; each error points into the text it shows.
#include "replay/replay.h"

#include <cstdint>
#include <cstdlib>

#include "fuzz/target.h"
#include "input/log/memblock_log.h"
#include "report/answers/replay.h"

FUZZ_TARGET(replay)(const std::uint8_t* data, std::size_t size) {
  using namespace memmap;
  input::Source source;
  source.name = "fuzz.log";
  source.bytes.assign(reinterpret_cast<const char*>(data), size);
  const auto log = input::read_memblock_log(source, {});
  if (!log.ok()) {
    for (const Error& error : log.errors()) {
      if (error.message.empty()) std::abort();
      if (!error.line_text.empty() && error.origin.column > error.line_text.size() + 1)
        std::abort();
    }
    (void)to_string(log.errors());
    return 0;
  }
  for (const unsigned minor : {1u, 12u}) {
    kernel::Profile profile;
    profile.version = {6, minor, 0};
    const auto found =
        replay::replay(*log, replay::settings_for(profile, log->command_line.value_or("")));
    if (found.mismatches.size() > found.mismatch_count) std::abort();
    (void)report::replay_to_text({"fuzz.log", "", "", 0, {}}, found);
    (void)report::replay_to_json({"fuzz.log", "", "", 0, {}}, found);
  }
  return 0;
}
