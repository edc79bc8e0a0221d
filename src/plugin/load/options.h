// Options of plugins: declared by the plugin, given as `--plugin NAME:key=value,key=value`, checked
// by the host before the plugin sees them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace memmap::plugin {

enum class OptionType : std::uint32_t { text, bytes, count, flag, choice };

struct OptionInfo {
  std::string name{};
  OptionType type = OptionType::text;
  std::string help{};
  std::optional<std::string> default_value{};
  std::vector<std::string> choices{};
  std::uint64_t min = 0;
  std::uint64_t max = 0;  // 0: no upper bound
  bool required = false;
};

// What a user wrote: names and values, unchecked, in order.
using OptionTexts = std::vector<std::pair<std::string, std::string>>;

struct PluginSpec {
  std::string name{};  // of a plugin, or the absolute path of its file
  OptionTexts options{};
  std::optional<Error> place{};  // where an input names it; nullopt: --plugin does

  // What is wrong with it, told there.
  Error told(const Error& error) const;
  Errors told(const Errors& errors) const;
};

// Reads `NAME`, `NAME:key=value`, `NAME:key=value,key=value` (a comma after NAME does as well). A
// comma in a value separates only where `key=` follows: `NAME:list=1,2,3,mode=x` is two options.
// The error has the column in `text` and a caret.
Result<PluginSpec> parse_spec(std::string_view text);
// The same of a text that stands at `place` in an input, as a policy or a matrix; errors are told there. A
// file's path is one: who reads an input has not chosen what code runs.
Result<PluginSpec> parse_spec_of_input(std::string_view text, const Error& place);

// An option's value, in the forms that a plugin can ask for.
struct OptionValue {
  std::string name{};
  std::optional<std::string> text{};      // given or default
  std::optional<std::uint64_t> number{};  // bytes, count and flag
};
using OptionValues = std::vector<OptionValue>;  // one for each that is declared, in that order

// Checks `given` against `declared` and fills in defaults. Errors, all of them: unknown names (with
// the list of what there is), given twice, of another type, out of bounds, required and not given.
Result<OptionValues> check_options(std::string_view plugin, const std::vector<OptionInfo>& declared,
                                   const OptionTexts& given);

// Whether `name` may name a plugin or an option: 1 to 63 of a-z 0-9 _.
bool is_plain_name(std::string_view name);

// What is wrong with options as they are declared: names that are none or that two have, unknown types,
// bounds that no value fits, defaults that are none.
std::vector<std::string> faults_of(const std::vector<OptionInfo>& declared);

// `a byte count from 1 to 4096`: what a value must be, for messages and help.
std::string describe_values(const OptionInfo& option);

}  // namespace memmap::plugin
