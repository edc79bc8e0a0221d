// What is to be swept, as MATRIX.yaml says it (share/doc/sweep.md): lists whose product is booted. Nothing that it
// names is read yet: axes.h does that.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/policy.h"
#include "session/source.h"

namespace memmap::sweep {

// What makes one combination another, in the order in which they vary: the first most slowly.
enum class Key { machine, kernel, config, plugins, command_line, append, slot };
inline constexpr std::array<std::string_view, 7> kKeys{
    "machine", "kernel", "config", "plugins", "command_line", "append", "slot"};

struct MachineWish {
  session::Source source{};  // a named one's text may be a glob
  std::string name{};        // in rows; empty: what it is read from
  Error place{};
};

// Plugins that take part together; none: the kernel's own rules.
struct PluginsWish {
  std::string text{};                  // `alloc_bestfit`, `trim_limit:limit=2G + without trim_bios`
  std::vector<input::Named> use{};     // as --plugin takes them
  std::vector<std::string> without{};  // as --without-plugin
  Error place{};                       // of all of them
};

// Of the places that KASLR may give the image on a machine (session/image_places.h).
struct SlotsWish {
  enum class Which { as_known, all, every, count };
  Which which = Which::as_known;
  std::uint64_t n = 0;  // every n-th; at most n, the ends of each area and evenly between them
};

// Lists whose product is booted; none is empty, but `machines` of what stands below `include`.
struct Lists {
  std::vector<MachineWish> machines{};
  std::vector<input::Named> kernels{};  // empty: the one that the machine ran
  std::vector<input::Named> configs{};  // empty: the kernel's own
  std::vector<PluginsWish> plugins{};
  std::vector<std::optional<std::string>> command_lines{};  // nullopt: the machine's own
  std::vector<std::string> append{};
  SlotsWish slots{};
};

// Combinations that are left out: those whose keys match all of these globs.
struct Exclusion {
  std::array<std::optional<std::string>, kKeys.size()> globs{};  // by Key; never of a slot
};

struct Matrix {
  std::string file{};  // as the user named it
  Lists product{};
  std::vector<Exclusion> exclude{};      // of `product` alone
  std::vector<Lists> include{};          // behind it, one after the other
  policy::Rules rules{};                 // below `require`
  std::vector<input::Named> policies{};  // files of more
};

// `bytes` is the file's content. Errors, all: a key that is not known, with the nearest one that is; a value of
// another kind; a text in braces that cannot be read. Each with its place.
Result<Matrix> read_matrix(std::string file, std::string_view bytes);

}  // namespace memmap::sweep
