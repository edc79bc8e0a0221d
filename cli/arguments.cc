#include "arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <sstream>

#include "base/suggest.h"
#include "messages.h"
#include "output.h"

namespace memmap::cli {
namespace {

constexpr std::string_view kAbout =
    "memmap simulates the early memory management of Linux on x86-64: from a machine's e820 map to "
    "the buddy allocator, without booting.";

constexpr std::string_view kFooter =
    "Exit status: 0 good, 1 a check failed or a difference was found, 2 bad input or usage,\n"
    "70 an internal fault or a plugin's.\n\n"
    "`memmap COMMAND --help` shows a command's options and examples.";

// A switch or option of CLI11's and where its values go.
struct Slot {
  std::string name;
  std::vector<std::string> values{};
  bool is_switch = false;
  CLI::Option* option = nullptr;
};

using Words = std::vector<std::string>;

// Words in which every option of the command may stand: help, and short ones that are put together.
bool want_all(const Words& words) {
  return std::ranges::any_of(words, [](std::string_view word) {
    const bool is_short = word.starts_with('-') && !word.starts_with("--");
    return word == "--help" || word == "-h" || (is_short && word.size() > 2);
  });
}

bool is_named(const Option& option, const Words& words) {
  const std::string_view name = option.long_name();
  const std::string_view short_name = option.name.substr(0, option.name.size() - name.size());
  return std::ranges::any_of(words, [&](std::string_view word) {
    return word.starts_with(name) ||
           (!short_name.empty() && word.starts_with(short_name.substr(0, short_name.size() - 1)));
  });
}

// Only those options that the words may name: CLI11 holds the names of all against each other.
void define(CLI::App& app, const Command& command, const Words& words, std::vector<Slot>& slots) {
  slots.reserve(command.options.size() + 2);  // CLI11 keeps references into it
  const bool all = want_all(words);
  for (const Option& o : command.options) {
    if (!all && !is_named(o, words)) continue;
    const std::string name(o.name);
    Slot& slot = slots.emplace_back(Slot{std::string(o.long_name())});
    slot.is_switch = o.value.empty();
    if (slot.is_switch) {
      slot.option = app.add_flag(name)->description(std::string(o.help));
      continue;
    }
    slot.option = app.add_option(name, slot.values, std::string(o.help));
    slot.option->expected(1)->type_name(std::string(o.value))->option_text(std::string(o.value));
    slot.option->multi_option_policy(o.repeat ? CLI::MultiOptionPolicy::TakeAll
                                              : CLI::MultiOptionPolicy::Throw);
    slot.option->allow_extra_args(false);
  }
  for (const Positional& p : {command.positional, command.second}) {
    if (p.name.empty()) continue;
    const std::string name(p.name);
    Slot& slot = slots.emplace_back(Slot{name});
    slot.option = app.add_option(name, slot.values, std::string(p.help));
    slot.option->type_name("");
    if (p.repeat) {
      slot.option->expected(-1);
    } else {
      slot.option->expected(1)->allow_extra_args(false);
    }
    if (p.required) slot.option->required();
  }
  if (!command.examples.empty()) app.footer("Examples:\n" + std::string(command.examples));
}

ExitCode usage(std::string_view command, std::string_view message) {
  const ExitCode code = bad_usage(message);
  fmt::print(stderr, "`memmap {}--help` tells what is accepted\n",
             command.empty() ? "" : fmt::format("{} ", command));
  return code;
}

ExitCode unknown(std::string_view what, std::string_view command, const std::string& word,
                 const std::vector<std::string_view>& known) {
  return usage(command, fmt::format("unknown {} `{}`{}", what, word, did_you_mean(word, known)));
}

std::vector<std::string_view> option_names(const Command& command) {
  std::vector<std::string_view> out{"--help"};
  for (const Option& o : command.options) out.push_back(o.long_name());
  return out;
}

std::vector<std::string_view> command_names() {
  std::vector<std::string_view> out;
  for (const Command& c : commands()) out.push_back(c.name);
  return out;
}

// CLI11's own words name its classes and its codes are its own; neither leaves this file.
ExitCode report(const CLI::ParseError& error, const CLI::App& app, std::string_view command) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    std::ostringstream text;
    app.exit(error, text, text);  // help or version
    const Status written = write_output({}, text.str());
    return written ? ExitCode::good : bad_input(written.errors());
  }
  std::string message = error.what();
  while (!message.empty() && (message.back() == '\n' || message.back() == ' ')) message.pop_back();
  return usage(command, message);
}

}  // namespace

std::variant<Invocation, ExitCode> parse_arguments(int argc, char** argv) try {
  CLI::App app{std::string(kAbout), "memmap"};
  app.set_version_flag("--version", "memmap " MEMMAP_VERSION);
  app.footer(std::string(kFooter));
  app.require_subcommand(0, 1);
  app.get_formatter()->column_width(34);

  // `memmap help COMMAND` is `memmap COMMAND --help`.
  Words words(argv + 1, argv + argc);
  if (!words.empty() && words.front() == "help") {
    words.erase(words.begin());
    words.push_back("--help");
  }
  if (!words.empty() && words.front() == "--") words.erase(words.begin());
  if (words.empty()) words = {"--help"};

  const bool is_command = !words.front().starts_with("-");
  const std::string name = is_command ? words.front() : "";
  const auto names = command_names();
  if (is_command && std::ranges::find(names, name) == names.end())
    return unknown("command", "", name, names);
  // To define the others, too, would only take time.
  const auto is_wanted = [&](const Command& c) { return name.empty() || c.name == name; };
  const CLI::App* chosen = nullptr;
  std::vector<Slot> slots;
  for (const Command& command : commands()) {
    if (!is_wanted(command)) continue;
    CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
    sub->allow_extras();
    sub->get_formatter()->column_width(34);
    if (name.empty()) continue;
    define(*sub, command, words, slots);
    chosen = sub;
  }

  try {
    std::vector<std::string> reversed(words.rbegin(), words.rend());  // as CLI11 wants them
    app.parse(reversed);
  } catch (const CLI::ParseError& e) {
    return report(e, app, name);
  }
  if (chosen != nullptr) {
    const Command& command = *std::ranges::find(commands(), name, &Command::name);
    for (const std::string& extra : chosen->remaining()) {
      if (extra.starts_with("-") && extra != "-") {
        return unknown("option", command.name, extra, option_names(command));
      }
      return usage(command.name, fmt::format("`{}` is one argument too many", extra));
    }
    Invocation out{&command};
    for (const Slot& slot : slots) {
      if (slot.is_switch && slot.option->count() > 0) out.arguments.add(slot.name, "");
      for (const std::string& value : slot.values) out.arguments.add(slot.name, value);
    }
    return out;
  }
  return usage("", "a command is missing");
} catch (const CLI::Error& e) {
  say(fmt::format("internal fault: the table of commands is wrong: {}", e.what()));
  return ExitCode::fault;
}

}  // namespace memmap::cli
