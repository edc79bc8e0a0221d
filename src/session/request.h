// What a user asks for, as values: whoever asks (a command line, a server) fills this in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "machine/machine.h"
#include "plugin/load/options.h"
#include "session/source.h"

namespace memmap::session {

// What becomes of the machine's log once a boot of it is there that nothing in the request makes another.
enum class LogUse : std::uint8_t {
  none,
  compared,  // boot::Outcome::log has what it says otherwise
  noted,     // a note tells that it says otherwise
};

struct Request {
  std::optional<Source> source{};       // of the machine; empty: there is none
  std::optional<std::string> kernel{};  // a name or a file; empty: by what the machine ran
  std::optional<std::string> config{};  // a .config to lay over the kernel's
  // Of these, what is open already: a profile, a .config. `kernel` and `config` are their names then.
  std::optional<input::Source> opened_kernel{};
  std::optional<input::Source> opened_config{};
  std::optional<std::string> command_line{};  // instead of the machine's own
  std::string append{};                       // added to it, as a boot loader would
  std::vector<plugin::PluginSpec> plugins{};  // to use, before what a scenario says of the same
  std::vector<std::string> without_plugins{};
  // Where randomisation has put things, before what the machine tells of it.
  KaslrBases kaslr{};
  std::optional<PhysAddr> kernel_phys_base{};
  bool entry_limit = true;       // false: the e820 tables have no last place
  bool goes_on = false;          // shows user space, not the hand-over
  bool record_memblock = false;  // boot::Options has these
  bool follow_pages = false;
  LogUse log = LogUse::none;
};

}  // namespace memmap::session
