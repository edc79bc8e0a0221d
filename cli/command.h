// A command of the program as data: what it is called, what it takes, what it does. The one place
// that knows the library which parses arguments is arguments.cc.
#pragma once

#include <span>
#include <string_view>

#include "session/arguments.h"

namespace memmap::cli {

enum class ExitCode : int {
  good = 0,
  difference = 1,  // a check failed or a difference was found
  bad_input = 2,   // bad input or usage
  fault = 70,      // an internal error or a plugin's
};

// What may stand for a value, as far as that can be told before one is given. Completion offers it; the
// man page must name each of `words`. Without it: a file or folder where the value's name says so.
struct Choices {
  std::vector<std::string> (*words)() = nullptr;  // from the table of whoever reads them
  bool several = false;                           // with commas between
  bool files = false;                             // a file or folder as well
  bool named = true;                              // in help or on the man page: each of `words`
  std::string_view installed{};                   // what one finds here, too: installed_words()
};

// `--name` or, with `value`, `--name VALUE`.
struct Option {
  std::string_view name{};   // `--e820`; with a short form: `-o,--output`
  std::string_view value{};  // what stands for the value in help; empty: a switch
  std::string_view help{};
  bool repeat = false;  // may be given more than once
  Choices choices{};

  // `--output` of `-o,--output`: by which Arguments know it.
  constexpr std::string_view long_name() const { return name.substr(name.find(',') + 1); }
};

struct Positional {
  std::string_view name{};  // `SOURCE`; empty: the command takes none
  std::string_view help{};
  bool required = true;
  bool repeat = false;  // several may be given
  Choices choices{};
};

using session::Arguments;

// One row of the table of commands (commands.cc). Help, completion (completion/) and the man page
// (manual/) are made of it.
struct Command {
  std::string_view name{};
  std::string_view summary{};   // one line
  std::string_view examples{};  // whole lines, shown below the options
  std::span<const Option> options{};
  Positional positional{};
  ExitCode (*run)(const Arguments&) = nullptr;
  Positional second{};
};

std::span<const Command> commands();

}  // namespace memmap::cli
