// A profile from what was read of a kernel.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/profile.h"
#include "profile/btf.h"
#include "profile/config.h"
#include "profile/parameters.h"
#include "profile/sections.h"
#include "profile/symbols.h"

namespace memmap::kernel {

// What could be read; each part knows the file it is from.
struct Facts {
  std::string subject{};  // the image or folder, for messages
  std::string name{};     // of the profile; empty: as the image calls itself
  // `6.1.0-55-amd64 (...) #1 SMP ... Debian 6.1.192-1 (...)`; empty: not told.
  std::string banner{};
  std::optional<Config> config{};
  std::optional<Types> types{};
  std::optional<Symbols> symbols{};
  std::optional<Sections> sections{};
  std::optional<DeclaredParameters> parameters{};
  std::optional<Decompressor> decompressor{};  // of a vmlinuz
  std::string decompressor_source{};
  // Packages that should have what lacks, by their names: `linux-base-7.2.12+deb13-amd64`.
  std::vector<std::string> companions{};
  std::vector<std::string> notes{};  // what the image has that is no part of a profile
};

struct MadeProfile {
  Profile profile{};
  // Where values come from, by the profile's key: `image`, `config`, `struct_sizes`, and
  // `image.etext` where one of a group comes from elsewhere.
  std::map<std::string, std::string> sources{};
  std::vector<std::string> notes{};  // what is left out, and how to give it
};

// Errors, all of them: what the boot cannot do without and no part tells (by name, with the option
// that gives it); parts that contradict each other, so that they are of different kernels.
Result<MadeProfile> make_profile(const Facts& facts);

// Sets what `config` tells: the settings with keys of their own, and Profile::config. Errors:
// values that are no numbers, or out of bounds.
Status apply_config(const Config& config, Profile& profile);

// The same over a profile that exists. What it returns are notes: the options that differ and
// change the size of structures, which stay as they were.
Result<std::vector<std::string>> overlay_config(const Config& config, Profile& profile);

}  // namespace memmap::kernel
