// The words that options and arguments take: arrays of those that nothing else has a table of, and
// functions, for the table of commands, over the tables of all that have one.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "answer/formats.h"
#include "base/result.h"
#include "command.h"
#include "session/asked.h"

namespace memmap::cli {

// --format: the first is the default. Those of simulate, check, diff and sweep are in src/answer, too.
using answer::kAnswerFormats;
inline constexpr std::array<std::string_view, 3> kAccessFormats{"text", "json", "memtype"};
using session::kMoments;
using session::kSides;
inline constexpr std::array<std::string_view, 3> kColourWishes{"auto", "always", "never"};
inline constexpr std::array<std::string_view, 2> kHugePages{"2M", "1G"};
inline constexpr std::array<std::string_view, 4> kPluginActions{"list", "show", "check", "new"};
inline constexpr std::array<std::string_view, 3> kShells{"bash", "zsh", "fish"};
inline constexpr std::string_view kInstalled = "values";  // in place of a shell: installed_words()

// For Choices::words.
template <const auto& kWords>
std::vector<std::string> all_of() {
  return {kWords.begin(), kWords.end()};
}
std::vector<std::string> base_words();  // `kernel_phys_base=`, ...: of --kaslr-base
std::vector<std::string> check_format_words();
std::vector<std::string> column_words();
std::vector<std::string> completion_words();
std::vector<std::string> diagram_words();
std::vector<std::string> diff_format_words();
std::vector<std::string> input_format_words();
std::vector<std::string> installed_name_words();
std::vector<std::string> root_words();
std::vector<std::string> scale_words();
std::vector<std::string> section_words();
std::vector<std::string> simulate_format_words();
std::vector<std::string> skeleton_words();
std::vector<std::string> step_words();  // kernel functions
std::vector<std::string> suggestion_words();
std::vector<std::string> sweep_format_words();
std::vector<std::string> target_words();
std::vector<std::string> theme_words();
std::vector<std::string> thing_words();

// What is found where the program runs, for Choices::installed: one row each, in choices.cc.
std::vector<std::string_view> installed_names();
// The words of one of them; plugins are looked for where the arguments say. Errors: it is none of
// installed_names(); a plugin folder is unfit.
Result<std::vector<std::string>> installed_words(std::string_view name, const Arguments& arguments);

}  // namespace memmap::cli
