// What is asked for, by the names of the command line's options.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace memmap::session {

// What was given. Values are text: each command reads them with base/number.h and its like, so that
// numbers are understood alike everywhere.
class Arguments {
 public:
  void add(std::string name, std::string value) {
    values_[std::move(name)].push_back(std::move(value));
  }

  bool has(std::string_view name) const { return !all(name).empty(); }
  std::optional<std::string> get(std::string_view name) const {
    const auto values = all(name);
    return values.empty() ? std::nullopt : std::optional(values.back());
  }
  std::span<const std::string> all(std::string_view name) const {
    const auto it = values_.find(name);
    return it == values_.end() ? std::span<const std::string>{} : std::span(it->second);
  }
  // Of all options and arguments that were given.
  std::vector<std::string_view> names() const {
    std::vector<std::string_view> out;
    for (const auto& [name, values] : values_) out.push_back(name);
    return out;
  }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_{};
};

}  // namespace memmap::session
