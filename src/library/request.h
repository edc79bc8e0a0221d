// A request of the C API: options by their names, and files that are at hand as bytes.
#pragma once

#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "answer/check.h"
#include "base/result.h"
#include "input/open/source.h"
#include "library/call.h"
#include "session/arguments.h"
#include "session/session.h"

namespace memmap::library {

// A row of memmap_request_set().
struct Option {
  const char* name;  // `e820`
  bool is_switch = false;
  bool repeats = false;
  bool is_file = false;  // `-` would be standard input
  bool takes_bytes = false;
};

std::span<const Option> options();
const Option* option_named(std::string_view name);  // nullptr: none

class Request {
 public:
  Status set(const Option& option, const char* value);
  Status set_bytes(const Option& option, const char* name, std::string bytes);
  void unset(const Option& option);

  // The options as the command line has them.
  session::Arguments arguments() const;
  // What the options say, with what is at hand. Errors: those of session::request_of().
  Result<session::Request> asked() const;
  // A module may be loaded: asked for by a plugin's name or folder.
  bool has_plugins() const;
  // An error for each option that has no effect where a matrix says what is booted.
  Errors idle_in_sweep() const;
  // Plugins are looked for only where the request names one. Errors: those of find_places().
  Result<session::Places> places() const;

 private:
  struct Value {
    const Option* option;
    std::string text{};
    std::optional<input::Source> opened{};
  };
  const input::Source* opened(std::string_view option) const;
  void put(Value value);

  std::vector<Value> values_{};
};

// Error: `format` is none of those that are known.
Status known_format(std::string_view format, std::span<const std::string_view> known);

// Modules are loaded by one thread at a time, and Graphviz forks: whoever holds it may.
std::mutex& one_at_a_time();

}  // namespace memmap::library

struct memmap_request {
  memmap::library::Request request{};
  memmap::library::Mistakes mistakes{};
};
