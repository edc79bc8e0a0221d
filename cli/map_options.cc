#include "map_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/suggest.h"

namespace memmap::cli {
namespace {

template <class Value>
struct Word {
  std::string_view word{};
  Value value{};
};

constexpr std::array kScales{Word{"log", report::Scale::log}, Word{"linear", report::Scale::linear},
                             Word{"equal", report::Scale::equal}};
constexpr std::array kThemes{Word{"auto", report::Theme::automatic},
                             Word{"light", report::Theme::light}, Word{"dark", report::Theme::dark},
                             Word{"print", report::Theme::print}};

// Sets `value` by the option, where it is given.
template <class Words, class Value>
void read(const Arguments& arguments, std::string_view option, const Words& words, Value& value,
          Errors& errors) {
  const auto given = arguments.get(option);
  if (!given) return;
  std::vector<std::string_view> known;
  for (const auto& w : words) {
    known.push_back(w.word);
    if (w.word == *given) {
      value = w.value;
      return;
    }
  }
  errors.push_back({fmt::format("{} is one of {}, not `{}`{}", option, fmt::join(known, ", "),
                                *given, did_you_mean(*given, known)),
                    {"memmap"}});
}

}  // namespace

Result<report::MapOptions> map_options(const Arguments& arguments) {
  report::MapOptions out{.title = arguments.get("--title").value_or("")};
  Errors errors;
  read(arguments, "--scale", kScales, out.scale, errors);
  read(arguments, "--theme", kThemes, out.theme, errors);
  if (!errors.empty()) return errors;
  return out;
}

}  // namespace memmap::cli
