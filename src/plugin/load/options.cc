#include "plugin/load/options.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/number.h"

namespace memmap::plugin {
namespace {

// Length of `key` if `text` starts with `key=`; 0: it does not.
std::size_t key_length(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || !is_plain_name(text.substr(0, equals))) return 0;
  return equals;
}

Error spec_error(std::string_view text, std::size_t at, std::size_t length, std::string message) {
  return Error{.message = std::move(message),
               .origin = {.file = "--plugin", .line = 1, .column = at + 1},
               .line_text = std::string(text),
               .caret_length = std::max<std::size_t>(1, length)};
}

// Where the options start in `text`: after the first `:` or `,` that `key=` follows.
std::size_t options_start(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] == ':' || text[i] == ',') && key_length(text.substr(i + 1)) != 0) return i + 1;
  }
  return std::string_view::npos;
}

std::string shown(std::string_view value) {
  constexpr std::size_t kShown = 60;
  std::string out;
  for (const char c : value.substr(0, kShown)) {
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  return value.size() > kShown ? out + "..." : out;
}

std::string list_names(const std::vector<OptionInfo>& declared) {
  if (declared.empty()) return "it has no options";
  std::string out = "it has:";
  for (const OptionInfo& o : declared) out += (&o == &declared[0] ? " " : ", ") + o.name;
  return out;
}

// The number that `text` stands for as a value of `option`; nullopt for texts and choices.
Result<std::optional<std::uint64_t>> read_value(const OptionInfo& option, const std::string& text) {
  const auto wrong = [&](std::string_view why) {
    return Error{
        .message = fmt::format("`{}` {}; expected {}", shown(text), why, describe_values(option))};
  };
  switch (option.type) {
    case OptionType::text:
      return std::optional<std::uint64_t>();
    case OptionType::choice:
      if (std::count(option.choices.begin(), option.choices.end(), text) == 0) {
        return wrong("is none of the choices");
      }
      return std::optional<std::uint64_t>();
    case OptionType::flag:
      if (text == "yes") return std::optional<std::uint64_t>(1);
      if (text == "no") return std::optional<std::uint64_t>(0);
      return wrong("is neither yes nor no");
    case OptionType::bytes:
    case OptionType::count:
      break;
  }
  const auto number = option.type == OptionType::bytes ? parse_u64(text) : parse_count(text);
  if (!number) return number.errors();
  if (*number < option.min) return wrong("is too small");
  if (option.max != 0 && *number > option.max) return wrong("is too large");
  return std::optional<std::uint64_t>(*number);
}

}  // namespace

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 63 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string describe_values(const OptionInfo& option) {
  switch (option.type) {
    case OptionType::text:
      return "a text";
    case OptionType::flag:
      return "yes or no";
    case OptionType::choice:
      return fmt::format("one of: {}", fmt::join(option.choices, ", "));
    case OptionType::bytes:
    case OptionType::count:
      break;
  }
  const std::string_view what = option.type == OptionType::bytes ? "a byte count" : "a count";
  if (option.max != 0) return fmt::format("{} from {} to {}", what, option.min, option.max);
  if (option.min != 0) return fmt::format("{} of {} or more", what, option.min);
  return std::string(what);
}

Result<PluginSpec> parse_spec(std::string_view text) {
  const std::size_t start = options_start(text);
  const std::string_view name = start == std::string_view::npos ? text : text.substr(0, start - 1);
  if (name.empty()) {
    return spec_error(text, 0, 1,
                      "a plugin's name is missing; expected NAME or NAME:key=value,...");
  }
  // No `key=` follows, yet there is something that looks as if it should be one.
  const bool is_path = name.find('/') != std::string_view::npos;
  const std::size_t odd = is_path ? std::string_view::npos : name.find_first_of(":,=");
  if (odd != std::string_view::npos) {
    return spec_error(text, odd, name.size() - odd,
                      fmt::format("`{}` is no option; expected key=value with a key of a-z 0-9 _",
                                  shown(name.substr(odd + 1))));
  }
  PluginSpec spec{.name = std::string(name), .options = {}};
  for (std::size_t at = start; at < text.size();) {
    const std::size_t key = key_length(text.substr(at));
    const std::size_t value = at + key + 1;
    std::size_t end = text.find(',', value);
    while (end != std::string_view::npos && key_length(text.substr(end + 1)) == 0) {
      end = text.find(',', end + 1);
    }
    const std::size_t stop = std::min(end, text.size());
    spec.options.emplace_back(text.substr(at, key), text.substr(value, stop - value));
    at = end == std::string_view::npos ? text.size() : end + 1;
  }
  return spec;
}

Result<PluginSpec> parse_spec_of_input(std::string_view text, const Error& place) {
  auto spec = parse_spec(text);
  if (!spec) return told_at(place, spec.errors());
  if (spec->name.find('/') != std::string::npos)
    return told_at(place, "plugins are named here, not their files: --plugin takes a path");
  spec->place = place;
  return spec;
}

Error PluginSpec::told(const Error& error) const { return place ? told_at(*place, error) : error; }

Errors PluginSpec::told(const Errors& errors) const {
  return place ? told_at(*place, errors) : errors;
}

std::vector<std::string> faults_of(const std::vector<OptionInfo>& declared) {
  std::vector<std::string> faults;
  for (std::size_t i = 0; i < declared.size(); ++i) {
    const OptionInfo& o = declared[i];
    const auto complain = [&](std::string_view what) {
      faults.push_back(fmt::format("option {} {}", i + 1, what));
    };
    if (!o.name.empty() && !is_plain_name(o.name)) {
      complain(fmt::format("has the name `{}`; expected a-z 0-9 _", shown(o.name)));
    }
    const auto first = std::ranges::find(declared, o.name, &OptionInfo::name);
    if (!o.name.empty() && first - declared.begin() < static_cast<std::ptrdiff_t>(i)) {
      faults.push_back(fmt::format("it has two options `{}`", shown(o.name)));
    }
    if (o.type > OptionType::choice) {
      complain(fmt::format("has the unknown type {}", static_cast<std::uint32_t>(o.type)));
      continue;
    }
    if (o.max != 0 && o.max < o.min) complain("allows no value: max < min");
    if (o.default_value) {
      if (const auto value = read_value(o, *o.default_value); !value) {
        complain(fmt::format("has a default that is none: {}", value.errors().front().message));
      }
    }
  }
  return faults;
}

Result<OptionValues> check_options(std::string_view plugin, const std::vector<OptionInfo>& declared,
                                   const OptionTexts& given) {
  Errors errors;
  const auto complain = [&](std::string message) {
    errors.push_back(Error{.message = fmt::format("plugin `{}`: {}", plugin, message)});
  };
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string& name = given[i].first;
    const auto same = [&](const auto& o) { return o.first == name; };
    if (std::none_of(declared.begin(), declared.end(),
                     [&](const OptionInfo& o) { return o.name == name; })) {
      complain(fmt::format("has no option `{}`; {}", shown(name), list_names(declared)));
    } else if (std::any_of(given.begin(), given.begin() + static_cast<std::ptrdiff_t>(i), same)) {
      complain(fmt::format("option `{}` is given twice", name));
    }
  }
  OptionValues values;
  for (const OptionInfo& o : declared) {
    const auto it =
        std::find_if(given.begin(), given.end(), [&](const auto& g) { return g.first == o.name; });
    OptionValue value{.name = o.name, .text = o.default_value, .number = {}};
    if (it != given.end()) value.text = it->second;
    if (!value.text && o.required) {
      complain(fmt::format("option `{}` is required: {} ({})", o.name, o.help, describe_values(o)));
    }
    if (value.text) {
      auto number = read_value(o, *value.text);
      if (number) {
        value.number = *number;
      } else {
        complain(fmt::format("option `{}`: {}", o.name, number.errors().front().message));
      }
    }
    values.push_back(std::move(value));
  }
  if (!errors.empty()) return errors;
  return values;
}

}  // namespace memmap::plugin
