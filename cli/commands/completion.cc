#include "completion/completion.h"

#include <fmt/format.h>

#include "base/suggest.h"
#include "choices.h"
#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "request.h"

namespace memmap::cli {
namespace {

ExitCode write(const Arguments& arguments, const std::string& text) {
  const Status written = write_output(destination_of(arguments), text);
  return written ? ExitCode::good : bad_input(written.errors());
}

ExitCode tell_installed(const Arguments& arguments) {
  const auto name = arguments.get("NAME");
  if (!name)
    return bad_usage(fmt::format("completion values: a name is missing; it is one of {}",
                                 fmt::join(installed_names(), ", ")));
  const auto words = installed_words(*name, arguments);
  if (!words) return bad_input(words.errors());
  std::string out;
  for (const std::string& word : *words) out += word + "\n";
  return write(arguments, out);
}

}  // namespace

ExitCode run_completion(const Arguments& arguments) {
  const std::string shell = arguments.get("SHELL").value_or("");
  if (shell == kInstalled) return tell_installed(arguments);
  const Status fits = refuse_others(arguments, {"SHELL", "--output", "--force"},
                                    "completion " + shell, "it takes no other");
  if (!fits) return bad_input(fits.errors());
  if (shell == kShells[0]) return write(arguments, bash_completion(commands()));
  if (shell == kShells[1]) return write(arguments, zsh_completion(commands()));
  if (shell == kShells[2]) return write(arguments, fish_completion(commands()));
  const auto known = completion_words();
  const std::vector<std::string_view> names(known.begin(), known.end());
  return bad_usage(fmt::format("completion: `{}` is none of {}{}", shell, fmt::join(known, ", "),
                               did_you_mean(shell, names)));
}

}  // namespace memmap::cli
